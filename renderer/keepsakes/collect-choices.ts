/** @file What the collect dialog offers for what was typed: collections by name, and a new one where none is called that. */
import type { Collection } from '../../core/api/keepsakes.ts';

export type Choices = {
  found: readonly Collection[];
  /** Name of a collection that could be made; null where it is taken or empty. */
  fresh: string | null;
};

/** Those that begin with what was typed come first. Upper and lower case do not matter. */
export function choicesFor(collections: readonly Collection[], typed: string): Choices {
  const wanted = plain(typed);
  const found = collections.filter(({ name }) => plain(name).includes(wanted));
  const starts = ({ name }: Collection): number => (plain(name).startsWith(wanted) ? 0 : 1);
  const isTaken = collections.some(({ name }) => plain(name) === wanted);
  return { found: found.toSorted((a, b) => starts(a) - starts(b)), fresh: wanted === '' || isTaken ? null : typed.trim() };
}

function plain(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
