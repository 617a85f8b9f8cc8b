/**
 * @file A segment: one immutable file that answers "which vectors are nearest" approximately. What every backend has to offer; who
 * holds the truth, what is deleted and when to build is not a backend's business (segmented.ts).
 */
import type { VectorChunk } from '../store/embeddings.ts';
import type { Neighbour } from './vector-index.ts';

export type BackendName = 'sqlite-vss' | 'usearch';

export interface SegmentBackend {
  readonly name: BackendName;
  /** Throws where the file is not a segment of this backend, or AppError('unavailable') where native code cannot be loaded. */
  open(path: string, dimension: number): Segment;
  /** Starts a new file. Only the builder process calls this, with `threads` for native code. */
  create(path: string, dimension: number, threads: number): SegmentWriter;
}

export interface Segment {
  /** Counts the vectors that the native index holds. May read the whole file. */
  count(): number;
  /** Asked for more than this it overlooks too much, or is slower than comparing its rows one by one. */
  readonly reach: number;
  /** About the k nearest, best first; fewer only where the segment has fewer. Scores are comparable within one backend only: 0 is equal. */
  search(query: Float32Array, k: number): Neighbour[];
  close(): void;
}

export interface SegmentWriter {
  add(chunk: VectorChunk): void;
  /** Completes the file at the path that was given. */
  finish(): void;
}
