/**
 * @file The wall: justified rows, virtualised, walked by keyboard. Events are handled once for all tiles.
 *
 * [Note: Focus on the wall] One tile can be reached by Tab (roving tabindex); arrows move from it. The tile may lie outside of what is drawn: it is
 * scrolled to first and focused as soon as it exists.
 */
import { useElementSize } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type SyntheticEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Hit } from '../../core/api/query.ts';
import { useConnection } from '../app/connection.ts';
import { draggedItemType } from '../box/drop-target.tsx';
import { takePicture } from '../box/take-picture.ts';
import { useMessages } from '../messages/messages.ts';
import { place, usePlace } from '../query/use-place.ts';
import { Viewer } from '../viewer/viewer.tsx';
import { wallId } from './focus.ts';
import { pictureAt, rowOf, type Step, walk } from './justified.ts';
import { Peek } from './peek.tsx';
import { keepPosition, positionOf } from './positions.ts';
import { useLayout } from './use-layout.ts';
import type { SearchResults } from './use-search.ts';
import styles from './wall.module.css';
import { WallFooter } from './wall-footer.tsx';
import { CutLine, TileRowView } from './wall-row.tsx';

const gap = 4;
const cutHeight = 40;
const steps: Record<string, Step> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'home',
  End: 'end',
  PageUp: 'page-up',
  PageDown: 'page-down',
};
/** Pages are fetched when less than this many screens are left. */
const screensAhead = 3;

export function Wall({ results }: { results: SearchResults }) {
  const { wall } = useMessages();
  const { hits, cutAt, key } = results;
  const view = usePlace((state) => state.view);
  const scrollRef = useRef<HTMLDivElement>(null);
  const { ref: widthRef, width } = useElementSize<HTMLDivElement>();
  const [focus, setFocus] = useState(() => positionOf(key)?.focus ?? 0);
  const [peeks, setPeeks] = useState(false);
  const wantsFocus = useRef(false);

  const rowHeight = width < 560 ? 132 : width < 1000 ? 180 : 216;
  const rows = useLayout(hits, { width, rowHeight, gap, cutAt, cutHeight });
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: (index) => rows[index]?.height ?? rowHeight,
    gap,
    overscan: 4,
  });
  const visible = virtualizer.getVirtualItems();

  // The virtualizer keeps sizes by index: another layout has others. What was first on the screen stays first.
  // Where to scroll as soon as there are rows: the width, and so the layout, is known only after the first render.
  const restore = useRef(positionOf(key)?.top ?? null);
  const laidOut = useRef(rows);
  useLayoutEffect(() => {
    const before = laidOut.current;
    laidOut.current = rows;
    if (before === rows) return;
    virtualizer.measure();
    if (restore.current !== null && rows.length > 0) {
      virtualizer.scrollToOffset(restore.current);
      restore.current = null;
      return;
    }
    const isResized = before.length > 0 && rows.length > 0 && before[0]?.height !== rows[0]?.height;
    const anchor = pictureAt(before, virtualizer.scrollOffset ?? 0);
    if (isResized && anchor > 0) virtualizer.scrollToIndex(rowOf(rows, anchor), { align: 'start' });
  }, [rows, virtualizer]);

  // Left by another search or another page: the last offset that was seen, since the new wall may already be shorter.
  const focusRef = useRef(focus);
  focusRef.current = focus;
  useLayoutEffect(() => () => keepPosition(key, { top: virtualizer.scrollOffset ?? 0, focus: focusRef.current }), [key, virtualizer]);

  // Another search starts at its top, one that was gone back to where it was left.
  const shown = useRef(key);
  useLayoutEffect(() => {
    if (shown.current === key) return;
    shown.current = key;
    const kept = place.getState().cameBy === 'history' ? positionOf(key) : undefined;
    setFocus(kept?.focus ?? 0);
    setPeeks(false);
    virtualizer.scrollToOffset(kept?.top ?? 0);
  }, [key, virtualizer]);

  const focusTile = useCallback(
    (index: number) => {
      wantsFocus.current = true;
      setFocus(index);
      virtualizer.scrollToIndex(rowOf(laidOut.current, index), { align: 'auto' });
    },
    [virtualizer],
  );

  useEffect(() => {
    if (!wantsFocus.current) return;
    const tile = scrollRef.current?.querySelector<HTMLElement>(`[data-tile="${focus}"]`);
    if (!tile) return;
    wantsFocus.current = false;
    tile.focus({ preventScroll: true });
  });

  // Thumbnails that could not be had may be there now.
  const connection = useConnection();
  useEffect(() => {
    if (connection.state !== 'live') return;
    for (const image of scrollRef.current?.querySelectorAll<HTMLImageElement>('img[data-failed]') ?? []) {
      image.removeAttribute('data-failed');
      image.src = image.getAttribute('src') ?? '';
    }
  }, [connection]);

  const lastVisible = visible.at(-1)?.end ?? 0;
  const ahead = (scrollRef.current?.clientHeight ?? 800) * screensAhead;
  useEffect(() => {
    if (rows.length > 0 && !results.moreFailed && virtualizer.getTotalSize() - lastVisible < ahead) results.loadMore();
  });

  const open = useCallback((hit: Hit | undefined) => hit && place.view(hit.id), []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = indexOf(event);
    if (index === null) return;
    const hit = hits[index];
    const step = steps[event.key];
    if (step) focusTile(walk(rows, index, step, scrollRef.current?.clientHeight ?? 0));
    else if (event.key === ' ') setPeeks(!peeks);
    else if (event.key === 'Escape' && peeks) setPeeks(false);
    else if (event.key === 'm' && hit) takePicture({ kind: 'item', id: hit.id }, 'like');
    else if (event.key === 'e' && hit) takePicture({ kind: 'item', id: hit.id }, 'edit');
    else return;
    event.preventDefault();
  };

  const viewed = view === null ? -1 : hits.findIndex((hit) => hit.id === view);
  const closeViewer = (): void => {
    const index = viewed === -1 ? focus : viewed;
    place.view(null);
    focusTile(index);
  };

  return (
    <>
      <div ref={scrollRef} className={styles.scroll}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows of pictures are a grid to walk, not a table of data */}
        <div
          ref={widthRef}
          id={wallId}
          role="grid"
          aria-label={wall.label}
          aria-busy={results.waiting}
          aria-rowcount={results.hasMore ? -1 : rows.length}
          className={styles.wall}
          style={{ height: virtualizer.getTotalSize() }}
          onKeyDown={onKeyDown}
          // Space must not click the tile as well.
          onKeyUp={(event) => event.key === ' ' && event.preventDefault()}
          onFocus={(event) => setFocus(indexOf(event) ?? focus)}
          onBlur={() => setPeeks(false)}
          onClick={(event) => open(hits[indexOf(event) ?? -1])}
          onDragStart={(event) => {
            const hit = hits[indexOf(event) ?? -1];
            if (!hit) return;
            event.dataTransfer.setData(draggedItemType, hit.id);
            event.dataTransfer.effectAllowed = 'copy';
          }}
        >
          {visible.map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            if (row.kind === 'cut')
              return <CutLine key={`cut-${row.index}`} start={start} height={row.height} index={index} atTop={row.index === 0} />;
            const first = row.tiles[0]?.index ?? 0;
            const hasFocus = focus >= first && focus < first + row.tiles.length;
            return (
              <TileRowView
                key={first}
                row={row}
                index={index}
                start={start}
                hits={hits}
                asked={results.first?.understood.says ?? nothingAsked}
                dims={results.dims}
                focus={hasFocus ? focus : -1}
              />
            );
          })}
        </div>
        <WallFooter results={results} />
      </div>
      {peeks && hits[focus] && <Peek hit={hits[focus]} />}
      {view !== null && <Viewer id={view} index={viewed} results={results} onClose={closeViewer} />}
    </>
  );
}

const nothingAsked: never[] = [];

function indexOf(event: SyntheticEvent): number | null {
  const tile = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tile]') : null;
  return tile ? Number(tile.dataset.tile) : null;
}
