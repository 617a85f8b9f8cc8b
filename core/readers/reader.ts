/**
 * @file What a reader makes of a file: upright pixels for an engine, a thumbnail, facts. Runs in reader processes, on untrusted bytes.
 */

import type { RasterRequest } from '../../pixels/raster.ts';
import type { Crop, FileType } from '../api/query.ts';
import type { PictureInput } from '../indexing/embedder.ts';

/** Facts that a file states about itself. Absent = not stated. */
export type PictureFacts = {
  readonly type: FileType;
  /** Upright size in pixels. */
  readonly width: number;
  readonly height: number;
  /** `#rrggbb` */
  readonly colour: string;
  /** 64-bit difference hash of the upright picture, 16 hex digits, for near-duplicates. */
  readonly dhash: string;
  /** Frames of an animation; 1 for a still. */
  readonly frames: number;
  /** Camera's local time, `YYYY-MM-DDTHH:mm:ss`. */
  readonly takenAt?: string;
  readonly camera?: string;
  readonly lens?: string;
  /** `1/250 s, f/2.8, ISO 100, 35 mm` */
  readonly exposure?: string;
  readonly latitude?: number;
  readonly longitude?: number;
  /** 1 to 5 */
  readonly rating?: number;
};

export type ReadJob = {
  readonly path: string;
  readonly rasters: readonly RasterRequest[];
  /** Read this part of it only. */
  readonly crop?: Crop;
  /** Where to write the small webp (longest side `thumbnail.side`), atomically; absent = none. */
  readonly thumbnail?: { readonly path: string; readonly side: number };
};

export type ReadResult = {
  /** SHA-256 of the bytes that were decoded, hex. */
  readonly hash: string;
  readonly bytes: number;
  readonly facts: PictureFacts;
  readonly picture: PictureInput;
};

export type ReaderLimits = {
  readonly megapixels: number;
  readonly bytes: number;
  /** Wall time for one file. */
  readonly milliseconds: number;
  /** Resident memory of one reader process, after which it is replaced. */
  readonly memoryMiB: number;
};

export const defaultLimits: ReaderLimits = { megapixels: 250, bytes: 1024 ** 3, milliseconds: 60_000, memoryMiB: 2048 };

/** `query` overtakes every `index` job that has not started: somebody is waiting. */
export type ReadPriority = 'query' | 'index';

/**
 * A pool of reader processes. Errors are AppError: unreadable-file, too-large (pixels, bytes, time), permission-denied, not-found,
 * cancelled; and disk-full where something is written.
 */
export interface Readers {
  /** SHA-256 and size of a file without decoding it. */
  hash(path: string, signal?: AbortSignal): Promise<{ hash: string; bytes: number }>;
  read(job: ReadJob, signal?: AbortSignal, priority?: ReadPriority): Promise<ReadResult>;
  /** A webp preview (longest side `side`) written to `target`, atomically. Somebody is waiting for it. */
  preview(path: string, target: string, side: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
