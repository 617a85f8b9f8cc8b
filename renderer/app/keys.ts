/**
 * @file Every key of the page, in one table. Handlers ask it which key was pressed and the sheet and the palette draw it, so that none of them can lie.
 *
 * [Note: Keys]
 * A new key is one line in `keyBindings` and its words in `messages.keys.does`; a new place is one line in `messages.keys.groups`. A handler says
 * `switch (keyPressed(event, 'wall'))` and never compares `event.key` itself. Keys are written as `Mod+K`, `Shift+Enter`, `ArrowLeft`, `Space`, `m`,
 * `?`: `Mod` is Command on a Mac and Control elsewhere. `test/renderer/keys.test.ts` fails when a key means two things in one place.
 */
import type { Messages } from '../messages/messages.ts';

/** Where the focus must be for a key to count. `everywhere`: any page, unless somebody writes (keys with Mod count then too) or a dialog is open. */
export type Where = keyof Messages['keys']['groups'];

type KeyBinding = {
  /** Unique in its place. */
  readonly id: string;
  readonly where: Where;
  /** Any of them. */
  readonly keys: readonly string[];
  readonly label: keyof Messages['keys']['does'];
};

export const keyBindings = [
  { where: 'everywhere', id: 'focus-box', keys: ['/'], label: 'focusBox' },
  { where: 'everywhere', id: 'palette', keys: ['Mod+K'], label: 'palette' },
  { where: 'everywhere', id: 'sheet', keys: ['?'], label: 'sheet' },
  { where: 'box', id: 'accept-fact', keys: ['Tab'], label: 'acceptFact' },
  { where: 'box', id: 'commit', keys: ['Enter'], label: 'commit' },
  { where: 'box', id: 'turn-back', keys: ['Backspace'], label: 'backspace' },
  { where: 'box', id: 'to-wall', keys: ['ArrowDown'], label: 'toWall' },
  { where: 'box', id: 'close-list', keys: ['Escape'], label: 'closeList' },
  { where: 'box', id: 'undo-step', keys: ['Mod+Z'], label: 'undoStep' },
  { where: 'box', id: 'redo-step', keys: ['Mod+Shift+Z'], label: 'redoStep' },
  { where: 'searches', id: 'next', keys: ['ArrowDown'], label: 'next' },
  { where: 'searches', id: 'previous', keys: ['ArrowUp'], label: 'previous' },
  { where: 'searches', id: 'ends', keys: ['Home', 'End'], label: 'ends' },
  { where: 'searches', id: 'open', keys: ['Enter'], label: 'open' },
  { where: 'searches', id: 'remove', keys: ['Delete'], label: 'removeSearch' },
  { where: 'searches', id: 'to-box', keys: ['Escape'], label: 'toBox' },
  { where: 'crop', id: 'move', keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], label: 'moveFrame' },
  { where: 'crop', id: 'size', keys: ['Shift+ArrowLeft', 'Shift+ArrowRight', 'Shift+ArrowUp', 'Shift+ArrowDown'], label: 'sizeFrame' },
  { where: 'crop', id: 'apply', keys: ['Enter'], label: 'applyFrame' },
  { where: 'crop', id: 'close', keys: ['Escape'], label: 'close' },
  { where: 'wall', id: 'walk', keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], label: 'walk' },
  { where: 'wall', id: 'page', keys: ['PageUp', 'PageDown'], label: 'page' },
  { where: 'wall', id: 'ends', keys: ['Home', 'End'], label: 'ends' },
  { where: 'wall', id: 'open', keys: ['Enter'], label: 'open' },
  { where: 'wall', id: 'peek', keys: ['Space'], label: 'peek' },
  { where: 'wall', id: 'like', keys: ['m'], label: 'like' },
  { where: 'wall', id: 'edit', keys: ['e'], label: 'edit' },
  { where: 'wall', id: 'star', keys: ['s'], label: 'star' },
  { where: 'wall', id: 'collect', keys: ['c'], label: 'collect' },
  { where: 'wall', id: 'select', keys: ['x'], label: 'select' },
  {
    where: 'wall',
    id: 'select-range',
    keys: [
      'Shift+ArrowLeft',
      'Shift+ArrowRight',
      'Shift+ArrowUp',
      'Shift+ArrowDown',
      'Shift+Home',
      'Shift+End',
      'Shift+PageUp',
      'Shift+PageDown',
    ],
    label: 'selectRange',
  },
  { where: 'wall', id: 'select-all', keys: ['Mod+A'], label: 'selectAll' },
  { where: 'wall', id: 'compare', keys: ['v'], label: 'compareSelected' },
  { where: 'wall', id: 'stack', keys: ['g'], label: 'stack' },
  { where: 'wall', id: 'clear', keys: ['Escape'], label: 'clearSelection' },
  { where: 'line', id: 'row', keys: ['ArrowUp', 'ArrowDown'], label: 'lineRow' },
  { where: 'line', id: 'picture', keys: ['ArrowLeft', 'ArrowRight'], label: 'linePicture' },
  { where: 'line', id: 'ends', keys: ['Home', 'End'], label: 'ends' },
  { where: 'line', id: 'reset', keys: ['Delete', 'Backspace'], label: 'lineReset' },
  { where: 'timeline', id: 'month', keys: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'], label: 'month' },
  { where: 'timeline', id: 'year', keys: ['PageUp', 'PageDown'], label: 'year' },
  { where: 'timeline', id: 'ends', keys: ['Home', 'End'], label: 'ends' },
  { where: 'viewer', id: 'next', keys: ['ArrowRight', 'PageDown'], label: 'next' },
  { where: 'viewer', id: 'previous', keys: ['ArrowLeft', 'PageUp'], label: 'previous' },
  { where: 'viewer', id: 'zoom-in', keys: ['+', '='], label: 'zoomIn' },
  { where: 'viewer', id: 'zoom-out', keys: ['-'], label: 'zoomOut' },
  { where: 'viewer', id: 'fit', keys: ['0'], label: 'fit' },
  { where: 'viewer', id: 'actual-size', keys: ['1'], label: 'actualSize' },
  { where: 'viewer', id: 'pan', keys: ['ArrowUp', 'ArrowDown'], label: 'pan' },
  { where: 'viewer', id: 'like', keys: ['m'], label: 'like' },
  { where: 'viewer', id: 'edit', keys: ['e'], label: 'edit' },
  { where: 'viewer', id: 'use', keys: ['u'], label: 'use' },
  { where: 'viewer', id: 'star', keys: ['s'], label: 'star' },
  { where: 'viewer', id: 'collect', keys: ['c'], label: 'collect' },
  { where: 'viewer', id: 'compare', keys: ['v'], label: 'compare' },
  { where: 'viewer', id: 'copy-path', keys: ['Mod+Shift+C'], label: 'copyPath' },
  { where: 'viewer', id: 'copy-picture', keys: ['Mod+C'], label: 'copyPicture' },
  { where: 'viewer', id: 'reveal', keys: ['f'], label: 'reveal' },
  { where: 'viewer', id: 'download', keys: ['d'], label: 'download' },
  { where: 'viewer', id: 'panel', keys: ['i'], label: 'panel' },
  { where: 'viewer', id: 'close', keys: ['Escape'], label: 'close' },
  { where: 'compare', id: 'flip', keys: ['Space'], label: 'flip' },
  { where: 'compare', id: 'swap', keys: ['x'], label: 'swap' },
  { where: 'compare', id: 'zoom-in', keys: ['+', '='], label: 'zoomIn' },
  { where: 'compare', id: 'zoom-out', keys: ['-'], label: 'zoomOut' },
  { where: 'compare', id: 'fit', keys: ['0'], label: 'fit' },
  { where: 'compare', id: 'actual-size', keys: ['1'], label: 'actualSize' },
  { where: 'compare', id: 'pan', keys: ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'], label: 'pan' },
  { where: 'compare', id: 'star', keys: ['s'], label: 'star' },
  { where: 'compare', id: 'star-second', keys: ['Shift+S'], label: 'starSecond' },
  { where: 'compare', id: 'close', keys: ['Escape'], label: 'close' },
  { where: 'tour', id: 'skip', keys: ['Escape'], label: 'skipTour' },
  { where: 'palette', id: 'next', keys: ['ArrowDown'], label: 'next' },
  { where: 'palette', id: 'previous', keys: ['ArrowUp'], label: 'previous' },
  { where: 'palette', id: 'run', keys: ['Enter'], label: 'run' },
  { where: 'palette', id: 'close', keys: ['Escape'], label: 'close' },
] as const satisfies readonly KeyBinding[];

type Known = (typeof keyBindings)[number];

/** The ids of one place. */
export type KeyId<W extends Where> = Extract<Known, { where: W }>['id'];

/** What is read of an event: the browser's, or React's. */
export type PressedKey = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

export const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** What the pressed key means in a place; null where it means nothing. */
export function keyPressed<W extends Where>(event: PressedKey, where: W, mac: boolean = isMac): KeyId<W> | null {
  const found = keyBindings.find((binding) => binding.where === where && binding.keys.some((key) => isPressed(event, key, mac)));
  return (found?.id ?? null) as KeyId<W> | null;
}

/** The first key of a binding, for a hint beside what it does. */
export function shortcutOf<W extends Where>(where: W, id: KeyId<W>): string | undefined {
  return keyBindings.find((binding) => binding.where === where && binding.id === id)?.keys[0];
}

/** `Mod+K` as the caps that one sees: Ctrl, K. */
export function capsOf(key: string, { caps }: Messages['keys'], mac: boolean = isMac): string[] {
  return partsOf(key).map((part) => {
    const name = part === 'Mod' ? (mac ? 'Command' : 'Control') : part;
    return name in caps ? caps[name as keyof typeof caps] : name;
  });
}

/** Keys that do the same, as caps: what is held for all of them is said once. Shift and four arrows: Shift ← → ↑ ↓. */
export function capsOfAll(keys: readonly string[], words: Messages['keys'], mac: boolean = isMac): string[] {
  return keys.flatMap((key, at) => {
    const isSameHold = heldWith(key) !== '' && heldWith(key) === heldWith(keys[at - 1] ?? '');
    return isSameHold ? capsOf(key, words, mac).slice(-1) : capsOf(key, words, mac);
  });
}

/** What is held while the last part is pressed. */
function heldWith(key: string): string {
  return partsOf(key).slice(0, -1).join('+');
}

function isPressed(event: PressedKey, key: string, mac: boolean): boolean {
  const parts = partsOf(key);
  const wanted = parts.at(-1) ?? '';
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (mod !== parts.includes('Mod') || other || event.altKey) return false;
  // A sign as ? needs Shift on most keyboards and not on all: there it says nothing.
  const isSign = wanted.length === 1 && !/[a-z0-9]/i.test(wanted);
  if (!isSign && event.shiftKey !== parts.includes('Shift')) return false;
  return nameOf(event).toLowerCase() === wanted.toLowerCase();
}

/** A keyboard that writes Hangul or Cyrillic has the same keys in the same places. */
function nameOf({ key, code }: PressedKey): string {
  if (key === ' ') return 'Space';
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  return letter && key.length === 1 && key > '\u007f' ? letter : key;
}

/** `Mod+K` -> Mod, K. A lone plus is itself. */
function partsOf(key: string): string[] {
  return key.length === 1 ? [key] : key.split('+');
}
