/**
 * @file The wall: justified rows, of which only those around the screen are drawn, walked and selected by keyboard. Events are handled once for all
 * tiles.
 *
 * [Note: Focus on the wall] One tile can be reached by Tab (roving tabindex); arrows move from it. The tile may lie outside of what is drawn: it is
 * scrolled to first and focused as soon as it exists.
 */
import { useElementSize } from '@mantine/hooks';
import { type SyntheticEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { draggedItemType } from '../box/drop-target.tsx';
import { useMessages } from '../messages/messages.ts';
import { orderOf } from '../query/query-state.ts';
import { Scrubber } from '../timeline/scrubber.tsx';
import { Viewer } from '../viewer/viewer.tsx';
import { CutLine } from './cut-line.tsx';
import { wallId } from './focus.ts';
import { type Break, cutRowOf, layoutWall, picturesOf, rowAt, rowReader } from './justified.ts';
import { MonthRow } from './month-row.tsx';
import { Peek } from './peek.tsx';
import { positionOf } from './positions.ts';
import { countOf, has, nothingSelected, shifted } from './selection.ts';
import { SelectionBar } from './selection-bar.tsx';
import type { SearchResults } from './use-answer.ts';
import { useFailedPictures } from './use-failed-pictures.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useRowWindow } from './use-row-window.ts';
import { useScrollPlace } from './use-scroll-place.ts';
import { useSelection } from './use-selection.ts';
import { useStacks } from './use-stacks.ts';
import { useWallKeys } from './use-wall-keys.ts';
import { useWantedPages } from './use-wanted-pages.ts';
import styles from './wall.module.css';
import { WallFooter } from './wall-footer.tsx';
import { TileRowView } from './wall-row.tsx';

const gap = 4;
const cutHeight = 44;
const monthHeight = 44;

/** Where the wall is shown: what the viewer shows there, and how one came. */
export type WallPlace = {
  readonly view: string | null;
  onView(id: string | null): void;
  /** Whether this search was gone back to. */
  isReturn(): boolean;
};

type Props = { results: SearchResults; place: WallPlace; hasMonths?: boolean };

export function Wall({ results, place, hasMonths = false }: Props) {
  const { wall } = useMessages();
  const { view, onView, isReturn } = place;
  const scrollRef = useRef<HTMLDivElement>(null);
  const { ref: widthRef, width } = useElementSize<HTMLDivElement>();
  const flow = useStacks(results);
  const { outline, total } = flow;
  const [focus, setFocus] = useState(() => positionOf(flow.key)?.focus ?? 0);
  const [peeks, setPeeks] = useState(false);
  const wantsFocus = useRef(false);
  const [selection, changeSelection, actions] = useSelection(flow);
  const selected = countOf(selection);
  const { hold } = flow;
  const isHeld = selected > 0 || flow.hasUnfolded;
  useEffect(() => {
    hold(isHeld);
    return () => hold(false);
  }, [hold, isHeld]);

  // By the order and not by the months that are known: the wall's width depends on it.
  const isDated = orderOf(flow.query) === 'date';
  const cut = flow.dims && (outline.cut < total || flow.isCutMoved) ? outline.cut : null;
  const layout = useMemo(() => {
    const rowHeight = width < 560 ? 132 : width < 1000 ? 180 : 216;
    const months = hasMonths ? outline.months.map(({ first }): Break => ({ kind: 'month', index: first, height: monthHeight })) : [];
    const line: Break[] = cut === null ? [] : [{ kind: 'cut', index: cut, height: cutHeight }];
    const breaks = [...months, ...line].sort((a, b) => a.index - b.index || (a.kind === 'cut' ? -1 : 1));
    return layoutWall(width === 0 ? [] : outline.aspects, { width, rowHeight, gap, breaks });
  }, [outline, width, cut, hasMonths]);
  const readRow = useMemo(() => rowReader(layout), [layout]);
  const rows = useRowWindow(layout, scrollRef, outline.snapshot);
  const onReturn = useCallback((index: number) => {
    setFocus(index);
    setPeeks(false);
  }, []);
  const { reveal, revealRow, goTo } = useScrollPlace(scrollRef, layout, { search: flow.key, isReturn, focus, onReturn });
  useWantedPages(scrollRef, layout, rows, flow);
  useFailedPictures(scrollRef);

  // Moved by keys, the line may go far: the wall goes with it. It is drawn wherever it is, so that it keeps the focus.
  const cutAt = useMemo(() => cutRowOf(layout), [layout]);
  const cutRow = rowAt(layout, cutAt);
  const movedLine = useRef(false);
  useLayoutEffect(() => {
    if (movedLine.current && cutAt >= 0) revealRow(cutAt);
    movedLine.current = false;
  }, [cutAt, revealRow]);

  const focusTile = useCallback(
    (index: number) => {
      wantsFocus.current = true;
      setFocus(index);
      reveal(index);
    },
    [reveal],
  );
  useKeptFocus(flow, { focus, scroller: scrollRef, move: setFocus, wantsFocus });
  // In the commit that draws it: where its tile has gone in the same one, the next key would find nobody.
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const tile = scrollRef.current?.querySelector<HTMLElement>(`[data-tile="${focus}"]`);
    if (!tile) return;
    wantsFocus.current = false;
    tile.focus({ preventScroll: true });
  });

  const open = useCallback(
    (index: number) => {
      const hit = flow.at(index);
      if (hit) onView(hit.id);
    },
    [flow, onView],
  );
  const turn = useCallback(
    async (index: number) => {
      let first = index;
      while (flow.isMember(first)) first -= 1;
      // A member that has the keyboard gives it to the first when it goes.
      const isFromMember = first < index && document.activeElement?.closest('[data-tile]') != null;
      const by = await flow.turn(index);
      if (by === 0) return;
      wantsFocus.current = isFromMember;
      changeSelection((before) => shifted(before, first + 1, by));
      setFocus((at) => (at > first ? Math.max(first, at + by) : at));
    },
    [flow, changeSelection],
  );
  const { onKeyDown, onClick, press } = useWallKeys({
    ...{ flow, layout, focus, wantsFocus, focusTile, open, turn, selection, changeSelection, actions, peeks, setPeeks },
    pageHeight: () => scrollRef.current?.clientHeight ?? 0,
  });

  const viewed = view === null ? -1 : flow.indexOf(view);
  const closeViewer = (): void => {
    const index = viewed === -1 ? focus : viewed;
    onView(null);
    focusTile(index);
  };
  const clear = (): void => {
    changeSelection(() => nothingSelected);
    focusTile(focus);
  };
  const peeked = peeks ? flow.at(focus) : undefined;

  return (
    <div className={styles.frame}>
      <div ref={scrollRef} data-scroller className={styles.scroll} data-scrubbed={isDated || undefined}>
        {/* biome-ignore lint/a11y/useSemanticElements: rows of pictures are a grid to walk, not a table of data */}
        <div
          ref={widthRef}
          id={wallId}
          role="grid"
          aria-label={wall.label}
          aria-busy={flow.waiting}
          aria-rowcount={layout.count}
          aria-multiselectable
          className={styles.wall}
          style={{ height: layout.height }}
          onKeyDown={onKeyDown}
          // Space must not click the tile as well.
          onKeyUp={(event) => event.key === ' ' && event.preventDefault()}
          onFocus={(event) => setFocus(indexOf(event) ?? focus)}
          onBlur={() => setPeeks(false)}
          onClick={onClick}
          {...press}
          onDragStart={(event) => {
            const hit = flow.at(indexOf(event) ?? -1);
            if (!hit) return;
            event.dataTransfer.setData(draggedItemType, hit.id);
            event.dataTransfer.effectAllowed = 'copy';
          }}
        >
          {range(rows.from, Math.min(rows.to, layout.count)).map((index) => {
            const row = readRow(index);
            if (!row) return null;
            const { top, height } = row;
            if (row.kind === 'month') {
              const month = outline.months.find(({ first }) => first === row.index)?.month ?? '';
              return <MonthRow key={`month-${row.index}`} {...{ index, top, height, month }} />;
            }
            if (row.kind === 'cut') return null;
            const [first, end] = picturesOf(layout, index);
            return (
              <TileRowView
                key={first}
                row={row}
                index={index}
                flow={flow}
                asked={flow.first?.understood.says ?? nothingAsked}
                dimFrom={cut ?? Number.POSITIVE_INFINITY}
                focus={focus >= first && focus < end ? focus : -1}
                selected={selected === 0 ? '' : row.tiles.map((tile) => (has(selection, tile.index) ? '1' : '0')).join('')}
              />
            );
          })}
          {cutRow && (
            <CutLine
              {...{ layout, index: cutAt, top: cutRow.top, height: cutRow.height }}
              search={flow.key}
              at={cutRow.index}
              isMoved={flow.isCutMoved}
              placeOf={flow.placeOf}
              onMoved={() => {
                movedLine.current = true;
              }}
            />
          )}
        </div>
        <WallFooter results={flow} />
      </div>
      {isDated && !flow.isPartial && <Scrubber layout={layout} months={outline.months} scroller={scrollRef} onGoTo={goTo} />}
      {selected > 0 && <SelectionBar count={selected} actions={actions} onClear={clear} />}
      {peeked && <Peek hit={peeked} />}
      {view !== null && <Viewer id={view} index={viewed} results={flow} onView={onView} onClose={closeViewer} />}
    </div>
  );
}

const nothingAsked: never[] = [];

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

function indexOf(event: SyntheticEvent): number | null {
  const tile = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tile]') : null;
  return tile ? Number(tile.dataset.tile) : null;
}
