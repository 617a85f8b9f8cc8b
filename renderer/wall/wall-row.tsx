/** @file One row of the wall. It is drawn again only when something in it changes. */
import { IconCheck, IconPlugConnectedX, IconStack2, IconStarFilled } from '@tabler/icons-react';
import { memo, useState, useSyncExternalStore } from 'react';
import type { Hit, Why } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import type { Tile, TileRow } from './justified.ts';
import { reveal } from './reveal.ts';
import type { Flow } from './use-stacks.ts';
import styles from './wall-row.module.css';
import { whyLine } from './why-line.ts';

type Asked = Why['words'];

type RowProps = {
  row: TileRow;
  index: number;
  flow: Flow;
  asked: Asked;
  /** First picture that is dimmed; Infinity for none. */
  dimFrom: number;
  /** Index of the focused picture, -1 where it is in another row: only two rows are drawn again when it moves. */
  focus: number;
  /** Which of its pictures are selected, as a comparable text: `0` and `1`, or nothing where none is. */
  selected: string;
};

export const TileRowView = memo(function TileRowView({ row, index, flow, asked, dimFrom, focus, selected }: RowProps) {
  const first = row.index;
  useSyncExternalStore(flow.subscribe, () => flow.stamp(first, first + row.tiles.length));
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: its tiles take the focus
    <div role="row" aria-rowindex={index + 1} className={styles.row} style={{ transform: `translateY(${row.top}px)`, height: row.height }}>
      {row.tiles.map((tile, at) => (
        <TileView
          key={tile.index}
          hit={flow.at(tile.index)}
          tile={tile}
          height={row.height}
          asked={asked}
          dims={tile.index >= dimFrom}
          isFocus={focus === tile.index}
          isSelected={selected[at] === '1'}
          isGone={flow.isGone(tile.index)}
          isMember={flow.isMember(tile.index)}
          unfolded={flow.unfolded(tile.index)}
        />
      ))}
    </div>
  );
});

type TileProps = {
  hit: Hit | undefined;
  tile: Tile;
  height: number;
  asked: Asked;
  dims: boolean;
  isFocus: boolean;
  isSelected: boolean;
  isGone: boolean;
  isMember: boolean;
  unfolded: number;
};

/** A thumbnail's longer side in pixels. */
const thumbnailSide = 320;
/** How far a thumbnail may be enlarged before the larger preview is worth its memory. */
const enlargement = 2.2;

function TileView({ hit, tile, height, asked, dims, isFocus, isSelected, isGone, isMember, unfolded }: TileProps) {
  const messages = useMessages();
  const { wall } = messages;
  const why = hit ? whyLine(hit, asked, messages) : '';
  const stack = (hit?.similar?.length ?? 0) + 1;
  const notes = hit
    ? [stack > 1 && wall.stack(stack), isMember && wall.member, hit.offline && wall.offline, hit.starred && wall.starred]
    : [];
  const label = hit ? [wall.tile(hit.name, why), ...notes.filter(Boolean)].join(', ') : isGone ? wall.gone : wall.loading;
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: the button in it takes the focus
    <div
      role="gridcell"
      aria-selected={isSelected}
      className={styles.cell}
      data-member={isMember || undefined}
      style={{ left: tile.left, width: tile.width, height }}
    >
      <button
        type="button"
        data-tile={tile.index}
        data-dim={dims || undefined}
        data-selected={isSelected || undefined}
        data-gone={isGone || undefined}
        className={styles.tile}
        style={hit && { backgroundColor: hit.colour }}
        tabIndex={isFocus ? 0 : -1}
        aria-label={label}
        draggable={hit !== undefined}
      >
        {/* Of another picture nothing is to be seen, not even until this one has come. */}
        {hit && <Picture key={hit.id} hit={hit} side={Math.max(tile.width, height)} />}
        {hit?.starred && <IconStarFilled size={14} className={styles.star} aria-hidden />}
        {hit?.offline && (
          <span className={styles.badge} data-at="left">
            <IconPlugConnectedX size={14} stroke={2} aria-hidden />
          </span>
        )}
        {isSelected && (
          <span className={styles.check}>
            <IconCheck size={14} stroke={2.5} aria-hidden />
          </span>
        )}
        {hit && <span className={styles.caption}>{why}</span>}
      </button>
      {stack > 1 && (
        <button
          type="button"
          tabIndex={-1}
          data-stack={tile.index}
          className={styles.stack}
          aria-expanded={unfolded > 0}
          aria-label={unfolded > 0 ? wall.foldUp(stack) : wall.unfold(stack)}
        >
          <IconStack2 size={14} stroke={2} aria-hidden />
          {messages.count(stack)}
        </button>
      )}
    </div>
  );
}

function Picture({ hit, side }: { hit: Hit; side: number }) {
  const size = side * window.devicePixelRatio > thumbnailSide * enlargement ? 'preview' : 'thumb';
  const [begun] = useState(() => performance.now());
  return (
    <img
      src={`/${size}/${hit.id}?v=${hit.version}`}
      alt=""
      decoding="async"
      draggable={false}
      className={styles.picture}
      onLoad={(event) => reveal(event.currentTarget, begun)}
      onError={(event) => event.currentTarget.setAttribute('data-failed', '')}
    />
  );
}
