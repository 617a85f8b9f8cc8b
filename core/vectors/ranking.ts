/** @file Puts the scores of very many rows in order: as columns, since sorting a hundred thousand objects takes ten times as long. */
import { byRank } from './top-k.ts';
import type { Neighbour } from './vector-index.ts';

/** Places that fit into the lower bits of a number behind the 32 bits of a score. */
const mostPlaces = 2 ** 21;

export class Ranking {
  #keys = new Float64Array(1024);
  #scores = new Float32Array(1024);
  #count = 0;

  add(key: number, score: number): void {
    if (this.#count === this.#keys.length) this.#grow();
    this.#keys[this.#count] = key;
    this.#scores[this.#count] = score;
    this.#count += 1;
  }

  /** Best first, of equal scores the smaller key. */
  sorted(): Neighbour[] {
    const keys = this.#keys;
    const scores = this.#scores;
    const at = (place: number): Neighbour => ({ key: keys[place] as number, score: scores[place] as number });
    if (this.#count > mostPlaces) return Array.from({ length: this.#count }, (_, place) => at(place)).sort(byRank);
    const ranked = Array.from(this.#places(), at);
    sortTies(ranked);
    return ranked;
  }

  /** Places by score: its bits, so turned that a better one is a smaller number, and the place behind them, sorted as numbers. */
  #places(): Float64Array {
    const bits = new Int32Array(this.#scores.buffer, 0, this.#count);
    const sorted = new Float64Array(this.#count);
    for (let place = 0; place < this.#count; place++) {
      const value = bits[place] as number;
      const descending = value === -0x8000_0000 || value >= 0 ? 0x7fff_ffff - Math.max(0, value) : 0x7fff_ffff + (value & 0x7fff_ffff);
      sorted[place] = descending * mostPlaces + place;
    }
    sorted.sort();
    for (let at = 0; at < sorted.length; at++) sorted[at] = (sorted[at] as number) % mostPlaces;
    return sorted;
  }

  #grow(): void {
    const keys = new Float64Array(2 * this.#keys.length);
    const scores = new Float32Array(2 * this.#keys.length);
    keys.set(this.#keys);
    scores.set(this.#scores);
    this.#keys = keys;
    this.#scores = scores;
  }
}

function sortTies(ranked: Neighbour[]): void {
  for (let from = 0, to = 1; from < ranked.length; from = to, to += 1) {
    while (to < ranked.length && ranked[to]?.score === ranked[from]?.score) to += 1;
    if (to - from > 1) ranked.splice(from, to - from, ...ranked.slice(from, to).sort(byRank));
  }
}
