/** @file The box: chips, words, and what may become a chip. Says nothing about results; it only changes the query. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPhotoPlus, IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, useRef } from 'react';
import type { SearchPage } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import {
  acceptFact,
  cleared,
  commitWords,
  type QueryState,
  toQuery,
  turnBackLastChip,
  withoutEdit,
  withoutFact,
  withoutPicture,
  withWords,
} from '../query/query-state.ts';
import { place, usePlace } from '../query/use-place.ts';
import { focusFirstTile } from '../wall/focus.ts';
import { Chip } from './chip.tsx';
import { PictureChip } from './picture-chip.tsx';
import styles from './search-box.module.css';
import { boxInputId, focusBox, takeFiles, useReadingPicture } from './take-picture.ts';
import { useRecognisedFacts } from './use-recognised.ts';

/** `composition`: how the picture and the edit of the latest answer were combined. */
export function SearchBox({ composition }: { composition: SearchPage['composition'] }) {
  const messages = useMessages();
  const { box } = messages;
  const query = usePlace((state) => state.query);
  const facts = useRecognisedFacts();
  const reading = useReadingPicture((state) => state.reading);
  const fileRef = useRef<HTMLInputElement>(null);
  const hasChips = query.picture !== null || query.edit !== '' || query.facts.length > 0;
  const isEmpty = !hasChips && query.words === '';
  const hasEdit = toQuery(query).edit !== undefined;

  const step = (change: (query: QueryState) => QueryState): void => {
    place.step(change);
    focusBox();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const input = event.currentTarget;
    const first = facts[0];
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Tab' && !event.shiftKey && first) {
      event.preventDefault();
      place.step((state) => acceptFact(state, first));
    } else if (event.key === 'Backspace' && input.selectionStart === 0 && input.selectionEnd === 0 && hasChips) {
      event.preventDefault();
      place.step(turnBackLastChip);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      place.step(commitWords);
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      focusFirstTile();
    }
  };

  return (
    <search className={styles.box} aria-label={box.label}>
      <IconSearch size={18} stroke={1.75} className={styles.glass} aria-hidden />
      {hasChips && (
        <ul className={styles.chips} aria-label={box.query}>
          {query.picture && <PictureChip picture={query.picture} onRemove={() => step(withoutPicture)} />}
          {query.edit && (
            <Chip
              kind={box.edit}
              label={box.editChip(query.edit)}
              removeLabel={box.removeEdit(query.edit)}
              onRemove={() => step(withoutEdit)}
            >
              <span>{query.edit}</span>
            </Chip>
          )}
          {query.facts.map((fact, at) => (
            <Chip
              key={fact.label}
              label={box.factChip(fact.label)}
              removeLabel={box.removeFact(fact.label)}
              onRemove={() => step((state) => withoutFact(state, at))}
            >
              <span>{fact.label}</span>
            </Chip>
          ))}
        </ul>
      )}
      <input
        id={boxInputId}
        className={styles.input}
        type="search"
        aria-label={query.picture ? box.placeholderEdit : box.label}
        placeholder={placeholderOf(query, box)}
        value={query.words}
        maxLength={2000}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        enterKeyHint="search"
        dir="auto"
        onChange={(event) => {
          const words = event.currentTarget.value;
          place.type((state) => withWords(state, words));
        }}
        onKeyDown={onKeyDown}
      />
      {hasEdit && composition !== 'none' && (
        <span className={styles.composition} role="note" title={box.compositionHints[composition]}>
          {box.compositions[composition]}
        </span>
      )}
      {facts.slice(0, 2).map((fact, at) => (
        <button
          key={fact.label}
          type="button"
          className={styles.suggestion}
          aria-label={box.acceptFact(fact.label)}
          onClick={() => step((state) => acceptFact(state, fact))}
        >
          <span>{fact.label}</span>
          {at === 0 && <kbd>{box.tab}</kbd>}
        </button>
      ))}
      {reading && <span className={styles.reading}>{box.reading}</span>}
      {!isEmpty && (
        <Tooltip label={box.clear}>
          <ActionIcon aria-label={box.clear} onClick={() => step(cleared)}>
            <IconX size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      <Tooltip label={box.choosePicture}>
        <ActionIcon aria-label={box.choosePicture} onClick={() => fileRef.current?.click()}>
          <IconPhotoPlus size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <input
        ref={fileRef}
        type="file"
        accept="image/*,.heic,.heif,.dng,.cr2,.cr3,.nef,.arw,.raf,.orf,.rw2"
        hidden
        tabIndex={-1}
        aria-label={box.choosePicture}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) void takeFiles(files, 'like', messages).then(() => focusBox());
        }}
      />
    </search>
  );
}

function placeholderOf(query: QueryState, box: ReturnType<typeof useMessages>['box']): string {
  if (query.picture) return query.edit ? box.placeholderEditMore : box.placeholderEdit;
  return query.facts.length > 0 ? box.placeholderShort : box.placeholder;
}
