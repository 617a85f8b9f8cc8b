/** @file The picture under its frame: drawn on, dragged and resized by mouse, pen and finger, moved and resized by keys. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import type { Crop } from '../../core/api/query.ts';
import { keyPressed } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './crop-dialog.module.css';
import { drawn, type Handle, handles, isWhole, moved, movedByKey, type Point, resized, sizedByKey } from './crop-frame.ts';

type Props = {
  url: string;
  frame: Crop;
  /** Id of the text that says how it is used. */
  hint: string;
  onChange(frame: Crop): void;
  onApply(): void;
  onFail(): void;
};

type Drag = { kind: 'draw' } | { kind: 'move' } | { kind: 'resize'; handle: Handle };

/** In shares of the picture: a click that trembles is no drawing. */
const tremble = 0.01;

const percent = (share: number): string => `${share * 100}%`;

export function CropStage({ url, frame, hint, onChange, onApply, onFail }: Props) {
  const { crop } = useMessages();
  const stageRef = useRef<HTMLDivElement>(null);
  const frameRef = useRef<HTMLButtonElement>(null);
  const drag = useRef<(Drag & { from: Point; frame: Crop }) | null>(null);

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = stageRef.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { ...whatOf(event.target, frame), from: pointOf(event), frame };
    frameRef.current?.focus({ preventScroll: true });
  };

  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const now = drag.current;
    if (!now) return;
    const at = pointOf(event);
    const by = { x: at.x - now.from.x, y: at.y - now.from.y };
    if (now.kind === 'move') onChange(moved(now.frame, by));
    else if (now.kind === 'resize') onChange(resized(now.frame, now.handle, by));
    else if (Math.hypot(by.x, by.y) > tremble) onChange(drawn(now.from, at));
  };

  const onPointerEnd = (): void => {
    drag.current = null;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    switch (keyPressed(event.nativeEvent, 'crop')) {
      case 'move':
        onChange(movedByKey(frame, event.key));
        break;
      case 'size':
        onChange(sizedByKey(frame, event.key));
        break;
      case 'apply':
        onApply();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div
      ref={stageRef}
      className={styles.stage}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
    >
      <img src={url} alt="" draggable={false} onError={onFail} />
      <button
        ref={frameRef}
        type="button"
        className={styles.frame}
        aria-label={crop.frame}
        aria-describedby={hint}
        data-autofocus
        data-frame
        data-whole={isWhole(frame) || undefined}
        style={{ left: percent(frame.x), top: percent(frame.y), width: percent(frame.width), height: percent(frame.height) }}
        onKeyDown={onKeyDown}
      >
        {handles.map(({ x, y }, at) => (
          <span
            key={`${x} ${y}`}
            className={styles.handle}
            data-handle={at}
            style={{ left: percent((x + 1) / 2), top: percent((y + 1) / 2), cursor: cursorOf({ x, y }) }}
          />
        ))}
      </button>
    </div>
  );
}

/** A frame around everything has nowhere to go: within it, one draws. */
function whatOf(target: EventTarget, frame: Crop): Drag {
  const element = target instanceof Element ? target : null;
  const handle = handles[Number(element?.closest<HTMLElement>('[data-handle]')?.dataset.handle ?? -1)];
  if (handle) return { kind: 'resize', handle };
  return element?.closest('[data-frame]') && !isWhole(frame) ? { kind: 'move' } : { kind: 'draw' };
}

function cursorOf({ x, y }: Handle): string {
  if (x === 0) return 'ns-resize';
  if (y === 0) return 'ew-resize';
  return x === y ? 'nwse-resize' : 'nesw-resize';
}
