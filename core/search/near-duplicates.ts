/**
 * @file Near-duplicates: the same shot resized, saved again or slightly edited. Groups do not depend on a query; they grow with the library.
 *
 * [Note: near-duplicates] Two pictures are near-duplicates when their difference hashes differ in at most six of 64 bits and their
 * vectors are almost the same. The hash alone would join flat pictures, the vector alone would join two shots of one kind of thing.
 * A group is what is near its first picture; there are no chains. To find hashes within six bits, each is cut into seven pieces: at
 * least one piece must be equal, so only pictures with an equal piece are compared.
 */
import { readVector } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { prepared } from '../store/statements.ts';

export const maxHashDistance = 6;
export const minCosine = 0.9;
/** Fewer set (or unset) bits than this are a flat picture, whose hash says nothing. */
const minHashBits = 6;
/** Vectors compared for one picture; more means a hash that says nothing after all. */
const maxComparisons = 32;

export type Group = {
  /** Vector keys, also stale ones. */
  readonly keys: number[];
  readonly high: number;
  readonly low: number;
};

type Row = { key: number; content: number; dhash: string };

export class NearDuplicates {
  readonly #store: Pick<Store, 'db'>;
  readonly #spaceId: number;
  readonly #dimension: number;
  readonly #byKey = new Map<number, Group>();
  readonly #byContent = new Map<number, { dhash: string; group: Group }>();
  readonly #byPiece = new Map<number, Group[]>();
  #lastKey = 0;

  constructor(store: Pick<Store, 'db'>, spaceId: number, dimension: number) {
    this.#store = store;
    this.#spaceId = spaceId;
    this.#dimension = dimension;
  }

  /** Takes in what was embedded since the last call. */
  update(): void {
    const rows = prepared<Row>(
      this.#store,
      `SELECT embeddings.id AS key, contents.id AS content, contents.dhash FROM embeddings CROSS JOIN parts ON parts.id = embeddings.part_id
       CROSS JOIN contents ON contents.id = parts.content_id WHERE embeddings.id > ? AND +embeddings.space_id = ? ORDER BY embeddings.id`,
    ).all(this.#lastKey, this.#spaceId);
    for (const row of rows) this.#add(row);
    this.#lastKey = rows.at(-1)?.key ?? this.#lastKey;
  }

  groupOf(key: number): Group | undefined {
    return this.#byKey.get(key);
  }

  #add({ key, content, dhash }: Row): void {
    // Known when it was embedded again. An id can come back with another picture, hence the comparison.
    const known = this.#byContent.get(content);
    const group = known?.dhash === dhash ? known.group : (this.#find(key, dhash) ?? this.#start(dhash));
    group.keys.push(key);
    this.#byKey.set(key, group);
    this.#byContent.set(content, { dhash, group });
  }

  #find(key: number, dhash: string): Group | undefined {
    const [high, low] = halves(dhash);
    if (isFlat(high, low)) return undefined;
    let compared = 0;
    for (const piece of pieces(high, low)) {
      for (const group of this.#byPiece.get(piece) ?? []) {
        if (bits(group.high ^ high) + bits(group.low ^ low) > maxHashDistance) continue;
        if (this.#alike(group, key)) return group;
        compared += 1;
        if (compared === maxComparisons) return undefined;
      }
    }
    return undefined;
  }

  #start(dhash: string): Group {
    const [high, low] = halves(dhash);
    const group: Group = { keys: [], high, low };
    if (isFlat(high, low)) return group;
    for (const piece of pieces(high, low)) {
      const same = this.#byPiece.get(piece);
      if (same) same.push(group);
      else this.#byPiece.set(piece, [group]);
    }
    return group;
  }

  #alike(group: Group, key: number): boolean {
    const read = (of: number, out: Float32Array): boolean => readVector(this.#store, this.#spaceId, of, out);
    const a = new Float32Array(this.#dimension);
    const b = new Float32Array(this.#dimension);
    if (!read(key, b)) return false;
    // The newest key of the group is the one that is least likely to be stale.
    const other = group.keys.findLast((candidate) => read(candidate, a));
    return other !== undefined && cosine(a, b) >= minCosine;
  }
}

export function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)) || 0;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function halves(dhash: string): [high: number, low: number] {
  return [Number.parseInt(dhash.slice(0, 8), 16) | 0, Number.parseInt(dhash.slice(8, 16), 16) | 0];
}

function isFlat(high: number, low: number): boolean {
  const set = bits(high) + bits(low);
  return set < minHashBits || set > 64 - minHashBits;
}

/** Seven pieces of nine bits (the last bit of the hash is in none), each with its place in the upper digits. */
function pieces(high: number, low: number): number[] {
  const all: number[] = [];
  for (let i = 0; i < 3; i++) all.push(i * 512 + ((high >>> (9 * i)) & 511));
  all.push(3 * 512 + (((high >>> 27) & 31) | ((low & 15) << 5)));
  for (let i = 0; i < 3; i++) all.push((4 + i) * 512 + ((low >>> (4 + 9 * i)) & 511));
  return all;
}

/** Bits set in a 32-bit integer. */
function bits(value: number): number {
  let n = value - ((value >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
