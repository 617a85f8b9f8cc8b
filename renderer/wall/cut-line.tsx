/**
 * @file The cut line across the wall, with a handle: dragged or moved by keys, it goes where the user draws the line. The wall is laid out anew when
 * it is let go, so that it stays under the pointer until then.
 */
import { IconArrowsVertical } from '@tabler/icons-react';
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { keyPressed } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './cut-line.module.css';
import { moveCutLine } from './cut-line-store.ts';
import { type Layout, picturesOf, rowAtHeight, rowOf } from './justified.ts';

type Props = {
  search: string;
  layout: Layout;
  index: number;
  top: number;
  height: number;
  /** First picture below the line. */
  at: number;
  /** Whether the user has moved it. */
  isMoved: boolean;
  /** From a place of the flow to one of the answer. */
  placeOf(index: number): number;
  onMoved(): void;
};

export function CutLine({ search, layout, index, top, height, at, isMoved, placeOf, onMoved }: Props) {
  const { wall } = useMessages();
  const start = useRef({ y: 0, scrollTop: 0 });
  const [drag, setDrag] = useState<{ by: number; at: number } | null>(null);
  const shown = drag?.at ?? at;
  const total = layout.aspects.length;
  const text = shown === 0 ? wall.cutAtTop : wall.cut;

  const move = (to: number | null): void => {
    if (to === at) return;
    moveCutLine(search, to === null ? null : placeOf(Math.min(total, Math.max(0, to))));
    onMoved();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const key = keyPressed(event, 'line');
    if (key === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === 'picture') move(event.key === 'ArrowLeft' ? at - 1 : at + 1);
    else if (key === 'row') move(rowStart(layout, at, event.key === 'ArrowUp' ? -1 : 1));
    else if (key === 'ends') move(event.key === 'Home' ? 0 : total);
    else move(null);
  };
  const onPointerDown = (event: PointerEvent<HTMLButtonElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { y: event.clientY, scrollTop: scrollTopOf(event.currentTarget) };
    setDrag({ by: 0, at });
  };
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>): void => {
    if (!drag) return;
    const by = event.clientY - start.current.y + scrollTopOf(event.currentTarget) - start.current.scrollTop;
    setDrag({ by, at: placeAtHeight(layout, top + height / 2 + by) });
  };
  const onPointerUp = (): void => {
    setDrag(null);
    if (drag && Math.abs(drag.by) > 4) move(drag.at);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: the handle in it takes the focus
    <div
      role="row"
      aria-rowindex={index + 1}
      className={styles.row}
      data-dragging={drag ? true : undefined}
      style={{ transform: `translateY(${top + (drag?.by ?? 0)}px)`, height }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: part of the wall's grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the handle in it takes the focus */}
      <div role="gridcell" className={styles.cut}>
        <button
          type="button"
          role="slider"
          className={styles.handle}
          aria-label={wall.line}
          aria-orientation="vertical"
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={shown}
          aria-valuetext={wall.aboveLine(shown)}
          onKeyDown={onKeyDown}
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={() => setDrag(null)}
          onDoubleClick={() => move(null)}
        >
          <IconArrowsVertical size={14} stroke={1.75} aria-hidden />
          <span>{drag ? wall.aboveLine(shown) : text}</span>
        </button>
        {isMoved && !drag && (
          <button type="button" className={styles.reset} onClick={() => move(null)}>
            {wall.resetLine}
          </button>
        )}
      </div>
    </div>
  );
}

/** The first picture of the row that a line at this height would stand above. */
function placeAtHeight(layout: Layout, height: number): number {
  const row = rowAtHeight(layout, height);
  const [from, to] = picturesOf(layout, row);
  const middle = (layout.tops[row] ?? 0) + (layout.heights[row] ?? 0) / 2;
  return height > middle ? to : from;
}

/** A row up or down from the line. */
function rowStart(layout: Layout, at: number, direction: -1 | 1): number {
  if (direction > 0) return picturesOf(layout, rowOf(layout, at))[1];
  return picturesOf(layout, rowOf(layout, Math.max(0, at - 1)))[0];
}

function scrollTopOf(element: Element): number {
  return element.closest('[data-scroller]')?.scrollTop ?? 0;
}
