/** @file The box: chips, words, and what may become a chip. Says nothing about results; it only changes the query. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPhotoPlus, IconSearch, IconX } from '@tabler/icons-react';
import { type FocusEvent, type KeyboardEvent, useId, useRef, useState } from 'react';
import { keyPressed } from '../app/keys.ts';
import { HistoryRow } from '../history/history-row.tsx';
import { useStepKeys } from '../history/use-steps.ts';
import { useMessages } from '../messages/messages.ts';
import { factLabel } from '../query/filter-labels.ts';
import {
  acceptFact,
  cleared,
  commitWords,
  editOf,
  isEverything,
  type QueryState,
  turnBackLastChip,
  withWords,
} from '../query/query-state.ts';
import { place, usePlace } from '../query/use-place.ts';
import { focusFirstTile } from '../wall/focus.ts';
import { MixControls } from './mix-controls.tsx';
import { QueryChips } from './query-chips.tsx';
import { SaveSearch } from './save-search.tsx';
import styles from './search-box.module.css';
import { focusFirstSearch, SearchList } from './search-list.tsx';
import { boxInputId, focusBox, takeFiles, useReadingPicture } from './take-picture.ts';
import { useRecents, useRememberedSearch } from './use-recents.ts';
import { useRecognisedFacts } from './use-recognised.ts';
import { useSavedSearches } from './use-saved-searches.ts';

export function SearchBox() {
  const messages = useMessages();
  const { box, filters } = messages;
  const query = usePlace((state) => state.query);
  const facts = useRecognisedFacts();
  const reading = useReadingPicture((state) => state.reading);
  const fileRef = useRef<HTMLInputElement>(null);
  const listHint = useId();
  const list = useSearchList(isEverything(query) && query.words === '');
  useStepKeys();
  useRememberedSearch();
  const hasChips = query.picture !== null || query.facts.length > 0;
  const isEmpty = !hasChips && query.words === '';

  const step = (change: (query: QueryState) => QueryState): void => {
    place.step(change);
    focusBox();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const input = event.currentTarget;
    const first = facts[0];
    if (event.nativeEvent.isComposing) return;
    switch (keyPressed(event.nativeEvent, 'box')) {
      case 'accept-fact':
        if (!first) return;
        place.step((state) => acceptFact(state, first));
        break;
      case 'turn-back':
        if (input.selectionStart !== 0 || input.selectionEnd !== 0 || !hasChips) return;
        place.step(turnBackLastChip);
        break;
      case 'commit':
        place.step(commitWords);
        break;
      case 'to-wall':
        if (list.opened) focusFirstSearch();
        else focusFirstTile();
        break;
      case 'close-list':
        if (!list.opened) return;
        list.dismiss();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <search className={styles.around} aria-label={box.label} onFocus={list.onFocus} onBlur={list.onBlur}>
      <div className={styles.box}>
        <IconSearch size={18} stroke={1.75} className={styles.glass} aria-hidden />
        {hasChips && <QueryChips query={query} onStep={step} />}
        <div className={styles.field}>
          <input
            id={boxInputId}
            className={styles.input}
            type="search"
            aria-label={query.picture ? box.placeholderEdit : box.label}
            aria-describedby={list.opened ? listHint : undefined}
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
            onClick={list.offer}
            onKeyDown={onKeyDown}
          />
          {facts.slice(0, 2).map((fact, at) => (
            <button
              key={fact.start}
              type="button"
              className={styles.suggestion}
              aria-label={box.acceptFact(factLabel(fact, filters))}
              onClick={() => step((state) => acceptFact(state, fact))}
            >
              <span>{factLabel(fact, filters)}</span>
              {at === 0 && <kbd>{box.tab}</kbd>}
            </button>
          ))}
          {reading && <span className={styles.reading}>{box.reading}</span>}
          {!isEmpty && (
            <>
              <Tooltip label={box.clear}>
                <ActionIcon aria-label={box.clear} onClick={() => step(cleared)}>
                  <IconX size={18} stroke={1.75} aria-hidden />
                </ActionIcon>
              </Tooltip>
              {!isEverything(query) && <SaveSearch />}
            </>
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
              if (files.length > 0) void takeFiles(files, [], 'like', messages).then(() => focusBox());
            }}
          />
        </div>
      </div>
      {list.opened && (
        <>
          <span id={listHint} hidden>
            {box.listHint}
          </span>
          <SearchList saved={list.saved} onClose={list.dismiss} />
        </>
      )}
      {query.picture && (
        <div className={styles.compose}>
          <HistoryRow />
          {editOf(query) !== '' && <MixControls />}
        </div>
      )}
    </search>
  );
}

/** Whether the saved and recent searches are shown: while the focus is in the empty box or on them, and nobody sent them away. */
function useSearchList(isEmpty: boolean) {
  const saved = useSavedSearches();
  const hasRecents = useRecents((state) => state.places.length > 0);
  const [isInside, setInside] = useState(false);
  const [isDismissed, setDismissed] = useState(false);
  return {
    saved,
    opened: isEmpty && isInside && !isDismissed && (saved.length > 0 || hasRecents),
    dismiss: () => setDismissed(true),
    offer: () => setDismissed(false),
    onFocus: ({ target }: FocusEvent) => setInside(target.id === boxInputId || isInside),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (currentTarget.contains(relatedTarget)) return;
      setInside(false);
      setDismissed(false);
    },
  };
}

function placeholderOf(query: QueryState, box: ReturnType<typeof useMessages>['box']): string {
  if (query.picture) return query.edit ? box.placeholderEditMore : box.placeholderEdit;
  return query.facts.length > 0 ? box.placeholderShort : box.placeholder;
}
