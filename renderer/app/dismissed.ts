/** @file Notices that were sent away. What is only good to know stays away in this browser; trouble comes back with the next window, for it may matter again. */
import { z } from 'zod';
import { create } from 'zustand';
import type { StandingNotice } from './standing-notices.ts';

const key = 'oneword-dismissed';
/** Old ones are about sentences that are no longer said. */
const kept = 40;

type Memory = Pick<Storage, 'getItem' | 'setItem'>;

export const useDismissed = create<{ keys: readonly string[] }>(() => ({ keys: readDismissed() }));

export function dismiss({ key: name, level }: StandingNotice): void {
  useDismissed.setState(({ keys }) => ({ keys: [...keys, name] }));
  if (level === 'info') writeDismissed([...readDismissed(), name]);
}

export function readDismissed(memory: Memory | undefined = globalThis.window?.localStorage): string[] {
  try {
    return z.array(z.string()).parse(JSON.parse(memory?.getItem(key) ?? '[]'));
  } catch {
    return []; // written by hand or by another version: everything is told once more
  }
}

export function writeDismissed(keys: readonly string[], memory: Memory = window.localStorage): void {
  memory.setItem(key, JSON.stringify([...new Set(keys)].slice(-kept)));
}
