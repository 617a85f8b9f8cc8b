/** @file One row of the wall, and the cut line. */
import { IconPlugConnectedX, IconStack2 } from '@tabler/icons-react';
import { memo } from 'react';
import type { Hit, Why } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import type { Tile, TileRow } from './justified.ts';
import styles from './wall-row.module.css';
import { whyLine } from './why-line.ts';

type Asked = Why['words'];

type RowProps = {
  row: TileRow;
  index: number;
  start: number;
  hits: readonly Hit[];
  asked: Asked;
  dims: boolean;
  /** Index of the focused picture, -1 where it is in another row: only two rows are drawn again when it moves. */
  focus: number;
};

export const TileRowView = memo(function TileRowView({ row, index, start, hits, asked, dims, focus }: RowProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: its tiles take the focus
    <div role="row" aria-rowindex={index + 1} className={styles.row} style={{ transform: `translateY(${start}px)`, height: row.height }}>
      {row.tiles.map((tile) => {
        const hit = hits[tile.index];
        return (
          hit && (
            <TileView
              key={hit.id}
              hit={hit}
              tile={tile}
              height={row.height}
              asked={asked}
              dims={dims && !hit.aboveCut}
              isFocus={focus === tile.index}
            />
          )
        );
      })}
    </div>
  );
});

type TileProps = { hit: Hit; tile: Tile; height: number; asked: Asked; dims: boolean; isFocus: boolean };

/** A thumbnail's longer side in pixels. */
const thumbnailSide = 320;
/** How far a thumbnail may be enlarged before the larger preview is worth its memory. */
const enlargement = 2.2;

function TileView({ hit, tile, height, asked, dims, isFocus }: TileProps) {
  const messages = useMessages();
  const why = whyLine(hit, asked, messages);
  const stack = (hit.similar?.length ?? 0) + 1;
  const size = Math.max(tile.width, height) * window.devicePixelRatio > thumbnailSide * enlargement ? 'preview' : 'thumb';
  const notes = [stack > 1 && messages.wall.stack(stack), hit.offline && messages.wall.offline].filter(Boolean);
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: the button in it takes the focus
    <div role="gridcell" className={styles.cell} style={{ left: tile.left, width: tile.width, height }}>
      <button
        type="button"
        data-tile={tile.index}
        data-dim={dims || undefined}
        className={styles.tile}
        style={{ backgroundColor: hit.colour }}
        tabIndex={isFocus ? 0 : -1}
        aria-label={[messages.wall.tile(hit.name, why), ...notes].join(', ')}
        draggable
      >
        <img
          src={`/${size}/${hit.id}?v=${hit.version}`}
          alt=""
          decoding="async"
          draggable={false}
          className={styles.picture}
          onLoad={(event) => event.currentTarget.setAttribute('data-loaded', '')}
          onError={(event) => event.currentTarget.setAttribute('data-failed', '')}
        />
        {stack > 1 && (
          <span className={styles.badge}>
            <IconStack2 size={14} stroke={2} aria-hidden />
            {messages.count(stack)}
          </span>
        )}
        {hit.offline && (
          <span className={styles.badge} data-at="left">
            <IconPlugConnectedX size={14} stroke={2} aria-hidden />
          </span>
        )}
        <span className={styles.caption}>{why}</span>
      </button>
    </div>
  );
}

export function CutLine({ start, height, index, atTop }: { start: number; height: number; index: number; atTop: boolean }) {
  const { wall } = useMessages();
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: nothing to do here
    <div role="row" aria-rowindex={index + 1} className={styles.row} style={{ transform: `translateY(${start}px)`, height }}>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the wall's grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: nothing to do here */}
      <div role="gridcell" className={styles.cut}>
        <span>{atTop ? wall.cutAtTop : wall.cut}</span>
      </div>
    </div>
  );
}
