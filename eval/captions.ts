/**
 * @file How well captions find their pictures and pictures their captions: recall at 1, 5 and 10, and the median rank.
 * Text to picture: every distinct caption is asked once, its rank is that of its best picture. Picture to text: every picture among the
 * distinct captions.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureInput, Vectors } from '../core/indexing/embedder.ts';

const captionList = z.array(z.object({ file: z.string().min(1), caption: z.string().min(1) })).min(1);
export type CaptionedPicture = z.infer<typeof captionList>[number];

/** Shares from 0 to 1. */
export type Recall = {
  readonly queries: number;
  readonly at1: number;
  readonly at5: number;
  readonly at10: number;
  readonly medianRank: number;
};

export type CaptionReport = { readonly pictures: number; readonly textToPicture: Recall; readonly pictureToText: Recall };

export type CaptionEvaluation = {
  readonly entries: readonly CaptionedPicture[];
  readonly embedder: Embedder;
  /** The picture of an entry, rendered for the pass. */
  readonly read: (file: string) => Promise<PictureInput>;
  readonly pass?: NonNullable<EmbedOptions['pass']>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** Reads a caption file: `[{"file": "...", "caption": "..."}, ...]`. */
export async function readCaptions(file: string): Promise<CaptionedPicture[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('not-found', `Cannot read the caption file ${file}.`, { cause: error });
  });
  try {
    return captionList.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('bad-request', `${file} is not a caption file: a JSON list of objects with "file" and "caption".`, { cause: error });
  }
}

export async function evaluateCaptions(evaluation: CaptionEvaluation): Promise<CaptionReport> {
  const { entries, embedder, read, pass = 'fast', signal, onProgress } = evaluation;
  const options: EmbedOptions = signal ? { pass, signal } : { pass };

  const captions = [...new Set(entries.map(({ caption }) => caption))];
  const captionOf = entries.map(({ caption }) => captions.indexOf(caption));
  const texts = rowsOf(await embedder.text(captions, options));
  const pictures: Float32Array[] = [];
  for (const { file } of entries) {
    pictures.push(...rowsOf(await embedder.image([await read(file)], options)));
    onProgress?.(pictures.length, entries.length);
  }

  const textRanks = texts.map((text, c) => bestRank(scoresOf(text, pictures), (picture) => captionOf[picture] === c));
  const pictureRanks = pictures.map((picture, i) => bestRank(scoresOf(picture, texts), (caption) => caption === captionOf[i]));
  return { pictures: entries.length, textToPicture: recallOf(textRanks), pictureToText: recallOf(pictureRanks) };
}

function rowsOf({ dimension, data }: Vectors): Float32Array[] {
  return Array.from({ length: data.length / dimension }, (_, i) => data.subarray(i * dimension, (i + 1) * dimension));
}

function scoresOf(query: Float32Array, candidates: readonly Float32Array[]): number[] {
  return candidates.map((candidate) => candidate.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0));
}

/** 1 for the first place. Equal scores share the better rank. */
function bestRank(scores: readonly number[], isWanted: (index: number) => boolean): number {
  const best = Math.max(...scores.filter((_, i) => isWanted(i)));
  return 1 + scores.filter((score) => score > best).length;
}

function recallOf(ranks: readonly number[]): Recall {
  const share = (most: number): number => ranks.filter((rank) => rank <= most).length / ranks.length;
  const sorted = ranks.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  const medianRank = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
  return { queries: ranks.length, at1: share(1), at5: share(5), at10: share(10), medianRank };
}
