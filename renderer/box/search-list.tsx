/** @file Saved and recent searches under the empty box. Arrows walk them, Enter goes there, Delete removes one, Escape goes back to the box. */
import { IconBookmark, IconHistory, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { SavedSearch } from '../../core/api/keepsakes.ts';
import { keyPressed } from '../app/keys.ts';
import { offer } from '../app/notices.ts';
import { useMessages } from '../messages/messages.ts';
import { readPlace } from '../query/query-url.ts';
import { place } from '../query/use-place.ts';
import { CroppedPicture } from './cropped-picture.tsx';
import { GoneNote } from './gone-note.tsx';
import styles from './search-list.module.css';
import { searchName } from './search-name.ts';
import { focusBox } from './take-picture.ts';
import { recents, useRecents } from './use-recents.ts';
import { useRemoveSavedSearch } from './use-saved-searches.ts';

export const searchListId = 'oneword-searches';

export function focusFirstSearch(): void {
  document.getElementById(searchListId)?.querySelector<HTMLElement>('[data-entry]')?.focus();
}

type Entry = { key: string; place: string; name: string; remove(): void };

type Props = { saved: readonly SavedSearch[]; onClose(): void };

export function SearchList({ saved, onClose }: Props) {
  const messages = useMessages();
  const { searches, undo } = messages;
  const places = useRecents((state) => state.places);
  const removeSaved = useRemoveSavedSearch();
  const listRef = useRef<HTMLElement>(null);

  const savedEntries = saved.map((search): Entry => ({ key: `saved ${search.id}`, ...search, remove: () => void removeSaved(search) }));
  const recentEntries = places.map((recent, at): Entry => {
    const name = searchName(readPlace(recent).query, messages);
    const remove = (): void => {
      recents.forget(recent);
      offer(searches.removed(name), { label: undo, run: () => recents.bringBack(recent, at) });
    };
    return { key: `recent ${recent}`, place: recent, name, remove };
  });

  const clear = (): void => {
    recents.clear();
    offer(searches.cleared, { label: undo, run: () => recents.put(places) });
    focusBox();
  };

  /** The focus goes on to the next entry, which is there before this one is gone. */
  const remove = (entry: Entry): void => {
    const entries = entriesOf(listRef.current);
    const at = entries.findIndex((element) => element.dataset.entry === entry.key);
    const next = entries[at + 1] ?? entries[at - 1];
    if (next) next.focus();
    else focusBox();
    entry.remove();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const entries = entriesOf(listRef.current);
    const row = event.target instanceof Element ? event.target.closest('li') : null;
    const at = entries.findIndex((element) => row?.contains(element));
    const entry = [...savedEntries, ...recentEntries].find(({ key }) => key === entries[at]?.dataset.entry);
    switch (keyPressed(event.nativeEvent, 'searches')) {
      case 'next':
        entries[at + 1]?.focus();
        break;
      case 'previous':
        if (at > 0) entries[at - 1]?.focus();
        else focusBox();
        break;
      case 'ends':
        entries.at(event.key === 'Home' ? 0 : -1)?.focus();
        break;
      case 'remove':
        if (entry) remove(entry);
        break;
      case 'to-box':
        onClose();
        focusBox();
        break;
      default:
        return; // Enter is the button's own
    }
    event.preventDefault();
  };

  const group = (title: string, entries: readonly Entry[], icon: ReactNode, action?: ReactNode) =>
    entries.length > 0 && (
      <div className={styles.group}>
        <div className={styles.head}>
          <h2>{title}</h2>
          {action}
        </div>
        <ul aria-label={title}>
          {entries.map((entry) => (
            <li key={entry.key} className={styles.row}>
              <Choice entry={entry} icon={icon} />
              <button type="button" className={styles.remove} aria-label={searches.remove(entry.name)} onClick={() => remove(entry)}>
                <IconX size={14} stroke={2} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      </div>
    );

  return (
    <section ref={listRef} id={searchListId} className={styles.list} aria-label={searches.label} onKeyDown={onKeyDown}>
      {group(searches.saved, savedEntries, <IconBookmark size={18} stroke={1.75} aria-hidden />)}
      {group(
        searches.recent,
        recentEntries,
        <IconHistory size={18} stroke={1.75} aria-hidden />,
        <button type="button" className={styles.clear} onClick={clear}>
          {searches.clear}
        </button>,
      )}
    </section>
  );
}

function Choice({ entry, icon }: { entry: Entry; icon: ReactNode }) {
  const { query } = readPlace(entry.place);
  const go = (): void => {
    place.step(() => query);
    focusBox();
  };
  return (
    <button type="button" className={styles.entry} data-entry={entry.key} onClick={go}>
      <span className={styles.sign}>{query.picture ? <CroppedPicture picture={query.picture} size={28} /> : icon}</span>
      <span className={styles.name} dir="auto">
        {entry.name}
      </span>
      {query.picture && <GoneNote picture={query.picture} />}
    </button>
  );
}

function entriesOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>('[data-entry]') ?? [])];
}
