/**
 * @file The best k of many scores, in a binary heap with the worst on top. Equal scores rank by key, so that an answer never depends
 * on the order in which rows are scanned.
 */
import type { Neighbour } from './vector-index.ts';

/** Best first; for `sort`. */
export function byRank(a: Neighbour, b: Neighbour): number {
  return b.score - a.score || a.key - b.key;
}

export class TopK {
  readonly #k: number;
  readonly #heap: Neighbour[] = [];
  #bar: number;

  constructor(k: number) {
    this.#k = k;
    this.#bar = k > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /** The score that a row must reach to be taken. */
  get bar(): number {
    return this.#bar;
  }

  offer(key: number, score: number): void {
    if (score < this.#bar) return;
    const heap = this.#heap;
    const row = { key, score };
    if (heap.length < this.#k) {
      heap.push(row);
      rise(heap, row);
    } else if (heap[0] && byRank(row, heap[0]) < 0) {
      sink(heap, row);
    }
    if (heap.length === this.#k) this.#bar = heap[0]?.score ?? this.#bar;
  }

  /** Best first. */
  sorted(): Neighbour[] {
    return [...this.#heap].sort(byRank);
  }
}

/** Moves `row`, the last of the heap, up to its place. */
function rise(heap: Neighbour[], row: Neighbour): void {
  let at = heap.length - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (!parent || byRank(row, parent) <= 0) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = row;
}

/** Replaces the top by `row` and moves it down to its place. */
function sink(heap: Neighbour[], row: Neighbour): void {
  let at = 0;
  for (;;) {
    let down = 2 * at + 1;
    let child = heap[down];
    const right = heap[down + 1];
    if (child && right && byRank(right, child) > 0) {
      child = right;
      down += 1;
    }
    if (!child || byRank(child, row) <= 0) break;
    heap[at] = child;
    at = down;
  }
  heap[at] = row;
}
