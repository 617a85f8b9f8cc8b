/**
 * @file Collapses an order into groups of near-duplicates: each group stands where its best member stood.
 */
import type { Group, NearDuplicates } from './near-duplicates.ts';
import type { Ranked } from './order.ts';

export class Collapse {
  readonly #near: NearDuplicates | undefined;
  readonly #seen = new Set<Group>();

  /** Without near-duplicates everything stands for itself. */
  constructor(near: NearDuplicates | undefined) {
    this.#near = near;
  }

  /** What is the first of its group, here and in what was collapsed before. */
  firsts(entries: readonly Ranked[]): Ranked[] {
    const near = this.#near;
    if (near === undefined) return [...entries];
    return entries.filter(({ key }) => {
      const group = near.groupOf(key);
      if (group === undefined) return true;
      if (this.#seen.has(group)) return false;
      this.#seen.add(group);
      return true;
    });
  }
}

export function countGroups(near: NearDuplicates, keys: Iterable<number>): number {
  const groups = new Set<Group | number>();
  for (const key of keys) groups.add(near.groupOf(key) ?? key);
  return groups.size;
}
