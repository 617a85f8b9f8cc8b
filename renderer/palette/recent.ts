/** @file The commands that were used lately, remembered in this browser. */
import { z } from 'zod';

const key = 'oneword-recent-commands';
const kept = 6;
const ids = z.array(z.string());

export function withRecent(recent: readonly string[], id: string): string[] {
  return [id, ...recent.filter((other) => other !== id)].slice(0, kept);
}

/** Latest first. What cannot be read counts as nothing: it is only a convenience. */
export function readRecent(storage: Pick<Storage, 'getItem'> = window.localStorage): string[] {
  try {
    return ids.parse(JSON.parse(storage.getItem(key) ?? '[]'));
  } catch {
    return []; // written by hand or by another version
  }
}

export function remember(id: string, storage: Pick<Storage, 'getItem' | 'setItem'> = window.localStorage): void {
  storage.setItem(key, JSON.stringify(withRecent(readRecent(storage), id)));
}
