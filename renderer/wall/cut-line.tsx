/**
 * @file The cut line across the wall, with a handle: dragged or moved by keys, it goes where the user draws the line. The wall is laid out anew when
 * it is let go, so that it stays under the pointer until then.
 */
import { IconArrowsVertical } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { keyPressed } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './cut-line.module.css';
import { moveCutLine } from './cut-line-store.ts';
import { type Layout, picturesOf, rowOf } from './justified.ts';
import { useLineDrag } from './use-line-drag.ts';

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
  const total = layout.aspects.length;
  const move = (to: number | null): void => {
    if (to === at) return;
    moveCutLine(search, to === null ? null : placeOf(Math.min(total, Math.max(0, to))));
    onMoved();
  };
  const { drag, ...pointer } = useLineDrag(layout, top + height / 2, move);
  const shown = drag?.at ?? at;
  const text = shown === 0 ? wall.cutAtTop : wall.cut;

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
          {...pointer}
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

/** A row up or down from the line. */
function rowStart(layout: Layout, at: number, direction: -1 | 1): number {
  if (direction > 0) return picturesOf(layout, rowOf(layout, at))[1];
  return picturesOf(layout, rowOf(layout, Math.max(0, at - 1)))[0];
}
