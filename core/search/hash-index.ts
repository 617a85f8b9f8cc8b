/**
 * @file Finds 64-bit hashes that differ in at most six bits.
 *
 * [Note: nearby hashes] A hash is cut into four pieces of 16 bits. Where two hashes differ in no more than six bits, one piece differs in no more
 * than one: so every piece is looked up as it is and with each of its bits turned. That is 68 short lists for each hash, whatever
 * the size of the library.
 */

export const maxDistance = 6;

const pieces = 4;
const turned = [0, ...Array.from({ length: 16 }, (_, bit) => 1 << bit)];

export class HashIndex {
  /** Number of the last hash with this piece, from 1; 0 = none. */
  readonly #heads = new Int32Array(pieces * 65536);
  /** Number of the one before with the same piece; four for each hash. */
  readonly #next: number[] = [0, 0, 0, 0];
  readonly #high: number[] = [0];
  readonly #low: number[] = [0];

  /** Numbers the hash, from 1. */
  add(high: number, low: number): number {
    const number = this.#high.push(high) - 1;
    this.#low.push(low);
    for (let piece = 0; piece < pieces; piece++) {
      const slot = piece * 65536 + pieceOf(high, low, piece);
      this.#next.push(this.#heads[slot] ?? 0);
      this.#heads[slot] = number;
    }
    return number;
  }

  /** Numbers of hashes within six bits; one can come more than once. */
  *near(high: number, low: number): Generator<number> {
    for (let piece = 0; piece < pieces; piece++) {
      const own = pieceOf(high, low, piece);
      for (const turn of turned) {
        let number = this.#heads[piece * 65536 + (own ^ turn)] ?? 0;
        while (number > 0) {
          const distance = bitsOf((this.#high[number] ?? 0) ^ high) + bitsOf((this.#low[number] ?? 0) ^ low);
          if (distance <= maxDistance) yield number;
          number = this.#next[number * pieces + piece] ?? 0;
        }
      }
    }
  }
}

/** 16 hex digits as two 32-bit integers. */
export function halvesOf(hash: string): [high: number, low: number] {
  return [Number.parseInt(hash.slice(0, 8), 16) | 0, Number.parseInt(hash.slice(8, 16), 16) | 0];
}

/** Bits set in a 32-bit integer. */
export function bitsOf(value: number): number {
  let n = value - ((value >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function pieceOf(high: number, low: number, piece: number): number {
  return ((piece < 2 ? high : low) >>> (piece % 2 === 0 ? 0 : 16)) & 0xffff;
}
