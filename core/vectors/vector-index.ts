/**
 * @file The one interface behind which every nearest-neighbour backend stands. See docs/decisions/0004.
 * Keys are `embeddings.id` of library.db (positive safe integers). Scores are dot products of the stored vectors,
 * higher is better; all vectors of a space have one length, so this ranks like cosine.
 */

export type Neighbour = { readonly key: number; readonly score: number };

export type SearchOptions = {
  /** Neighbours wanted. */
  readonly k: number;
  /** Only these keys may be returned (a filter has been applied). Small sets are scanned exactly. */
  readonly among?: ReadonlySet<number>;
};

export type IndexHealth = {
  readonly backend: 'exact' | 'sqlite-vss' | 'usearch';
  readonly live: number;
  readonly segments: number;
  readonly tail: number;
  readonly tombstones: number;
  /** True while a segment is being built or the index is being rebuilt: answers come from the exact scan. */
  readonly building: boolean;
  /** Why the backend is not the preferred one, in words for the user; empty when it is. */
  readonly note: string;
};

export interface VectorIndex {
  readonly dimension: number;
  /** Best first, at most k, tombstones never among them. Throws AppError('bad-request') on a wrong dimension or NaN. */
  search(query: Float32Array, options: SearchOptions): Neighbour[];
  /** Every live key with its exact score, best first: deep paging and the score distribution. */
  rank(query: Float32Array, among?: ReadonlySet<number>): Neighbour[];
  /** A deterministic sample of at most n live keys, for the null distribution of a query's scores. */
  sample(n: number): { readonly keys: readonly number[]; scores(query: Float32Array): Float32Array };
  /** Adds a row that is already committed in library.db. The vector is rounded as it is stored. */
  add(key: number, vector: Float32Array): void;
  /** After the rows were deleted in library.db. */
  remove(keys: readonly number[]): void;
  /** Resolves when no segment is being built and none is due. */
  settled(): Promise<void>;
  health(): IndexHealth;
  close(): void;
}
