/**
 * @file Near-duplicates: the same shot resized, saved again or slightly edited. Groups do not depend on a query; they grow with the library.
 *
 * [Note: near-duplicates] Two pictures are near-duplicates when their difference hashes differ in at most six of 64 bits and the cosine of
 * their vectors is 0.9 or more. The hash alone would join flat pictures and silhouettes, the vector alone two shots of one kind of
 * thing. A group is what is near its first picture; there are no chains. Measured on the sample pictures: half size, strong
 * compression, other formats and brightness stay within four bits; trimming 2 % of the edges does for half of them.
 */
import { readVector } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { prepared } from '../store/statements.ts';
import { bitsOf, HashIndex, halvesOf } from './hash-index.ts';

const minCosine = 0.9;
/** Fewer set (or unset) bits than this are a flat picture, whose hash says nothing. */
const minHashBits = 6;
/** Vectors compared for one picture; more means a hash that says nothing after all. */
const maxComparisons = 32;

/** Its vector keys, also stale ones. */
export type Group = { readonly keys: number[] };

type Row = { key: number; part: number; content: number; dhash: string };

export class NearDuplicates {
  readonly #store: Pick<Store, 'db'>;
  readonly #spaceId: number;
  readonly #a: Float32Array;
  readonly #b: Float32Array;
  readonly #byKey = new Map<number, Group>();
  readonly #byPart = new Map<number, Group>();
  readonly #byContent = new Map<number, { dhash: string; group: Group }>();
  readonly #hashes = new HashIndex();
  readonly #byHash: Group[] = [];
  #lastKey = 0;

  constructor(store: Pick<Store, 'db'>, spaceId: number, dimension: number) {
    this.#store = store;
    this.#spaceId = spaceId;
    this.#a = new Float32Array(dimension);
    this.#b = new Float32Array(dimension);
  }

  /** Takes in what was embedded since the last call. */
  update(): void {
    const rows = prepared<Row>(
      this.#store,
      `SELECT embeddings.id AS key, parts.id AS part, contents.id AS content, contents.dhash FROM embeddings CROSS JOIN parts ON parts.id = embeddings.part_id
       CROSS JOIN contents ON contents.id = parts.content_id
       WHERE embeddings.id > ? AND +embeddings.space_id = ? AND parts.page = 0 ORDER BY embeddings.id`,
    ).all(this.#lastKey, this.#spaceId);
    for (const row of rows) this.#add(row);
    this.#lastKey = rows.at(-1)?.key ?? this.#lastKey;
  }

  groupOf(key: number): Group | undefined {
    return this.#byKey.get(key);
  }

  groupOfPart(partId: number): Group | undefined {
    return this.#byPart.get(partId);
  }

  #add({ key, part, content, dhash }: Row): void {
    // Known when it was embedded again. An id can come back with another picture, hence the comparison.
    const known = this.#byContent.get(content);
    const group = known?.dhash === dhash ? known.group : this.#groupFor(key, dhash);
    group.keys.push(key);
    this.#byKey.set(key, group);
    this.#byPart.set(part, group);
    this.#byContent.set(content, { dhash, group });
  }

  #groupFor(key: number, dhash: string): Group {
    const [high, low] = halvesOf(dhash);
    const set = bitsOf(high) + bitsOf(low);
    if (set < minHashBits || set > 64 - minHashBits) return { keys: [] };
    const compared = new Set<Group>();
    for (const number of this.#hashes.near(high, low)) {
      const group = this.#byHash[number];
      if (group === undefined || compared.has(group)) continue;
      if (this.#looksLike(group, key)) return group;
      compared.add(group);
      if (compared.size === maxComparisons) break;
    }
    const group: Group = { keys: [] };
    this.#byHash[this.#hashes.add(high, low)] = group;
    return group;
  }

  #looksLike(group: Group, key: number): boolean {
    const read = (of: number, out: Float32Array): boolean => readVector(this.#store, this.#spaceId, of, out);
    // The first key is the picture that the group is near to; later ones stand in for it when it is gone.
    return read(key, this.#a) && group.keys.some((other) => read(other, this.#b)) && cosine(this.#a, this.#b) >= minCosine;
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa * bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
