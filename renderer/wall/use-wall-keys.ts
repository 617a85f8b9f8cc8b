/** @file What keys, clicks and long presses do on the wall. */
import { type KeyboardEvent, type MouseEvent, type PointerEvent, type RefObject, useRef } from 'react';
import { keyPressed } from '../app/keys.ts';
import { takePicture } from '../box/take-picture.ts';
import type { Layout } from './justified.ts';
import { allOf, countOf, drawnTo, nothingSelected, type Selection, toggled } from './selection.ts';
import type { SelectionActions } from './use-selection.ts';
import type { Flow } from './use-stacks.ts';
import { steps, walk } from './walk.ts';

type Options = {
  readonly flow: Flow;
  readonly layout: Layout;
  readonly focus: number;
  /** The tile at `focus` is on its way: keys that come before it is drawn are meant for it. */
  readonly wantsFocus: RefObject<boolean>;
  readonly selection: Selection;
  readonly actions: SelectionActions;
  readonly peeks: boolean;
  setPeeks(peeks: boolean): void;
  focusTile(index: number): void;
  open(index: number): void;
  turn(index: number): Promise<void>;
  changeSelection(change: (selection: Selection) => Selection): void;
  pageHeight(): number;
};

const longPress = 500;

export function useWallKeys(options: Options) {
  const { flow, layout, selection, actions, peeks, setPeeks, focusTile, open, turn, changeSelection, pageHeight } = options;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasLong = useRef(false);
  /** Before the pointer came down and took the focus. */
  const focused = useRef(0);
  const selects = countOf(selection) > 0;

  const aimOf = (target: EventTarget): number | null => (options.wantsFocus.current ? options.focus : placeOf(target));

  const onKeyDown = (event: KeyboardEvent): void => {
    const index = aimOf(event.target);
    const key = keyPressed(event, 'wall');
    if (index === null || key === null || key === 'open') return;
    const step = steps[event.key];
    const hit = flow.at(index);
    if (key === 'select-range' && step) {
      const to = walk(layout, index, step, pageHeight());
      changeSelection((before) => drawnTo(before, index, to));
      focusTile(to);
    } else if ((key === 'walk' || key === 'page' || key === 'ends') && step) focusTile(walk(layout, index, step, pageHeight()));
    else if (key === 'peek') setPeeks(!peeks);
    else if (key === 'clear') {
      if (peeks) setPeeks(false);
      else if (selects) changeSelection(() => nothingSelected);
      else return;
    } else if (key === 'select') changeSelection((before) => toggled(before, index));
    else if (key === 'select-all') changeSelection(() => allOf(flow.total));
    else if (key === 'star') actions.star(index);
    else if (key === 'collect') actions.collect(index);
    else if (key === 'compare') actions.compare();
    else if (key === 'stack') void turn(index);
    else if (key === 'like' && hit) takePicture({ kind: 'item', id: hit.id }, 'like');
    else if (key === 'edit' && hit) takePicture({ kind: 'item', id: hit.id }, 'edit');
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent): void => {
    const stack = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-stack]') : null;
    if (stack) return void turn(Number(stack.dataset.stack));
    const index = event.detail === 0 ? aimOf(event.target) : placeOf(event.target);
    if (index === null) return;
    if (wasLong.current) {
      wasLong.current = false; // the press has done it already
    } else if (event.shiftKey) changeSelection((before) => drawnTo(before, focused.current, index));
    else if (event.ctrlKey || event.metaKey) changeSelection((before) => toggled(before, index));
    // A key clicks too (detail 0): Enter always opens. While some are selected, a click or tap selects more.
    else if (selects && event.detail > 0) changeSelection((before) => toggled(before, index));
    else open(index);
  };

  /** By touch a selection begins with a long press. */
  const press = {
    onPointerDown: (event: PointerEvent): void => {
      wasLong.current = false;
      focused.current = options.focus;
      const index = placeOf(event.target);
      if (event.pointerType !== 'touch' || index === null) return;
      timer.current = setTimeout(() => {
        wasLong.current = true;
        changeSelection((before) => toggled(before, index));
      }, longPress);
    },
    onPointerUp: () => clearTimeout(timer.current),
    onPointerCancel: () => clearTimeout(timer.current),
    onContextMenu: (event: MouseEvent): void => {
      if (wasLong.current) event.preventDefault();
    },
  };

  return { onKeyDown, onClick, press };
}

function placeOf(target: EventTarget): number | null {
  const tile = target instanceof Element ? target.closest<HTMLElement>('[data-tile]') : null;
  return tile ? Number(tile.dataset.tile) : null;
}
