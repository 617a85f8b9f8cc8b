/** @file Which engine a library is searched with, as its user chose it. Kept in library.db. */
import { z } from 'zod';
import type { Store } from '../core/store/open.ts';
import { peekValue, readValue, writeValue } from '../core/store/settings.ts';
import { defaultModel } from '../models/default-model.ts';

const schema = z.object({
  /** Takes new pictures at once and answers. */
  serving: z.string().min(1),
  /** Sees the same pictures in the background, to take over. */
  next: z.string().min(1).optional(),
  /** ... or, with this, to stay beside it. */
  beside: z.boolean(),
});

export type Choice = z.infer<typeof schema>;

const key = 'engines';

const defaultChoice: Choice = { serving: defaultModel, beside: false };

export function readChoice(store: Store): Choice {
  return schema.safeParse(readValue(store, key)).data ?? defaultChoice;
}

/** Before the library is open, so that the engine's process can start meanwhile: it may still turn out to be another one. */
export function peekChoice(directory: string): Choice {
  return schema.safeParse(peekValue(directory, key)).data ?? defaultChoice;
}

export function isChosen(store: Store): boolean {
  return readValue(store, key) !== undefined;
}

export function writeChoice(store: Store, choice: Choice): void {
  writeValue(store, key, choice);
}
