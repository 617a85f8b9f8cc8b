/**
 * @file What was asked becomes one vector, whatever it is made of: words, a picture, a picture with an edit, a picture and words.
 *
 * [Note: words beside a picture] Words beside a picture (not as its edit) are added to it. Scores of words and of pictures lie on
 * different scales, so each vector is first divided by the spread of its own scores over this library. A sum of vectors scores
 * like the sum of their standard scores, and needs one search, one cut line and one order.
 */
import { AppError } from '../api/errors.ts';
import type { PictureRef } from '../api/query.ts';
import type { EmbedOptions } from '../indexing/embedder.ts';
import { findItem, keyOfContent } from '../store/catalogue.ts';
import { readVector } from '../store/embeddings.ts';
import type { VectorIndex } from '../vectors/vector-index.ts';
import { balanced, type Composition, composedVector, compositionOf } from './composition.ts';
import { ordinaryOf } from './cut.ts';
import type { SearchSpace } from './space.ts';
import type { Kind } from './unrelated.ts';

export type Asked = {
  readonly words: string;
  readonly picture: PictureRef | undefined;
  readonly edit: string;
  /** See `query` of core/api. */
  readonly strength?: number | undefined;
  readonly composition?: Composition | undefined;
};

export type QueryVector = {
  readonly vector: Float32Array;
  readonly kind: Kind;
  /** The library's own vector of the picture that was asked with. */
  readonly reference: number | undefined;
};

export const sampleSize = 1500;

export async function vectorOf(space: SearchSpace, asked: Asked, signal: AbortSignal | undefined): Promise<QueryVector> {
  const options: EmbedOptions = { priority: 'query', ...(signal ? { signal } : {}) };
  const words = asked.words === '' ? undefined : first(await space.embedder.text([asked.words], options));
  const seen = asked.picture && (await pictureVector(space, { ...asked, picture: asked.picture }, options));
  if (seen && words) return { ...added(space.vectors, words, seen.vector), reference: seen.reference };
  if (seen) return { ...seen, kind: { kind: asked.edit === '' ? 'picture' : 'words' } };
  if (words) return { vector: words, kind: { kind: 'words' }, reference: undefined };
  throw new AppError('bad-request', 'There is nothing to compare with: give words or a picture.');
}

type Seen = Pick<QueryVector, 'vector' | 'reference'>;

type AskedPicture = Omit<Asked, 'picture'> & { readonly picture: PictureRef };

async function pictureVector(
  space: SearchSpace,
  { picture, edit, strength, composition }: AskedPicture,
  options: EmbedOptions,
): Promise<Seen> {
  const reference = referenceOf(space, picture);
  const stored = picture.crop === undefined ? storedVector(space, reference) : undefined;
  if (edit === '' && stored) return { vector: stored, reference };
  const { embedder } = space;
  const opened = await space.openPicture(picture, embedder.rasters('fast'), options.signal);
  const plain = async () => stored ?? first(await embedder.image([opened], options));
  if (edit === '') return { vector: await plain(), reference };
  const vector = await composedVector({
    ...{ strength: strength ?? balanced, composition: compositionOf(space, composition), own: compositionOf(space) },
    plain,
    words: async () => first(await embedder.text([edit], options)),
    together: async () => first(await embedder.composed([{ picture: opened, edit }], options)),
  });
  return { vector, reference };
}

/** The id of an uploaded picture is the beginning of its SHA-256, so the library knows whether it has the same one. */
export function referenceOf({ store, spaceId }: SearchSpace, picture: PictureRef): number | undefined {
  if (picture.kind === 'upload') return keyOfContent(store, spaceId, picture.id);
  const item = findItem(store, spaceId, picture.id);
  if (item === undefined) throw new AppError('not-found', `There is no item ${picture.id} in this library any more.`);
  return item.key ?? undefined;
}

function storedVector({ store, spaceId, vectors }: SearchSpace, key: number | undefined): Float32Array | undefined {
  if (key === undefined) return undefined;
  const vector = new Float32Array(vectors.dimension);
  return readVector(store, spaceId, key, vector) ? vector : undefined;
}

function first({ dimension, data }: { dimension: number; data: Float32Array }): Float32Array {
  return data.slice(0, dimension);
}

function added(vectors: VectorIndex, words: Float32Array, picture: Float32Array): Pick<QueryVector, 'vector' | 'kind'> {
  const sample = vectors.sample(sampleSize);
  const perWord = 1 / (ordinaryOf(sample.scores(words)).deviation || 1);
  const perPicture = 1 / (ordinaryOf(sample.scores(picture)).deviation || 1);
  const vector = words.map((value, at) => value * perWord + (picture[at] ?? 0) * perPicture);
  return { vector, kind: { kind: 'both', perWord, perPicture } };
}
