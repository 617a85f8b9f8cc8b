/**
 * @file Collapses an order into groups of near-duplicates: each group stands where its best member stood.
 */
import type { Group } from './near-duplicates.ts';
import type { Ranked } from './order.ts';

/** The group of a key; undefined for what stands for itself. */
export type GroupOf = (key: number) => Group | undefined;

export class Collapse {
  readonly #groupOf: GroupOf | undefined;
  readonly #seen = new Set<Group>();

  /** Without groups everything stands for itself. */
  constructor(groupOf: GroupOf | undefined) {
    this.#groupOf = groupOf;
  }

  /** What is the first of its group, here and in what was collapsed before. */
  firsts(entries: readonly Ranked[]): Ranked[] {
    const groupOf = this.#groupOf;
    if (groupOf === undefined) return [...entries];
    return entries.filter(({ key }) => {
      const group = groupOf(key);
      if (group === undefined) return true;
      if (this.#seen.has(group)) return false;
      this.#seen.add(group);
      return true;
    });
  }
}

export function countGroups(groupOf: GroupOf, keys: Iterable<number>): number {
  const groups = new Set<Group | number>();
  for (const key of keys) groups.add(groupOf(key) ?? key);
  return groups.size;
}
