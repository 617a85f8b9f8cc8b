/**
 * @file What chance scores: unrelated questions put to this library. For words these are ordinary words of all kinds, for pictures
 * the library's own pictures. A few of them really match, which hardly moves mean and deviation. See docs/decisions/0005.
 */
import type { Embedder } from '../indexing/embedder.ts';
import { readVector } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { readValue, writeValue } from '../store/settings.ts';
import { decodeFloat16, encodeFloat16 } from '../vectors/float16.ts';
import type { VectorIndex } from '../vectors/vector-index.ts';
import { type Chance, chanceOf } from './cut.ts';

/** A question's kind decides what unrelated ones look like. `both` is a sum, weighed as the question's own. */
export type Kind =
  | { readonly kind: 'words' }
  | { readonly kind: 'picture' }
  | { readonly kind: 'both'; readonly perWord: number; readonly perPicture: number };

export type UnrelatedDeps = {
  readonly store: Store;
  readonly spaceId: number;
  readonly vectors: VectorIndex;
  readonly embedder: Embedder;
  readonly log?: (line: string) => void;
};

export type Sample = ReturnType<VectorIndex['sample']>;

export const ordinaryWords = (
  'a dog|a snake|a mushroom|a meal on a plate|a man|a concert|a truck|a bridge|a castle|furniture|a computer|a newspaper|a diagram|' +
  'a museum|a hat|a machine|a forest|a beach|snow|a rocket|a restaurant|a stadium|something blue|a pet|a flag|a staircase|paper|' +
  'a knife|a road|a cartoon'
).split('|');
/** Embedded at a time, so that a query never waits for all. */
const batch = 5;

export class Unrelated {
  readonly #deps: UnrelatedDeps;
  #words: Float32Array[] | undefined;
  #pending: Promise<void> | undefined;
  readonly #known = new WeakMap<Sample, Map<Kind['kind'], Chance>>();

  constructor(deps: UnrelatedDeps) {
    this.#deps = deps;
    this.#words = this.#stored();
  }

  /** Whether the words have been embedded; changes once in the life of a library and engine. */
  get isReady(): boolean {
    return this.#words !== undefined;
  }

  /** Embeds the words behind everything else the engine has to do, once. */
  ready(): Promise<void> {
    if (this.#words) return Promise.resolve();
    this.#pending ??= this.#embed().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Starts that without waiting; until it is done the cut line is guessed. */
  prepare(): void {
    this.ready().catch((error: unknown) => this.#deps.log?.(`the cut line is not calibrated yet: ${String(error)}`));
  }

  /** What unrelated questions of this kind score on the sample; undefined while that is not known. */
  chance(kind: Kind, sample: Sample): Chance | undefined {
    const known = this.#known.get(sample) ?? new Map<Kind['kind'], Chance>();
    this.#known.set(sample, known);
    const found = kind.kind === 'both' ? undefined : known.get(kind.kind);
    if (found) return found;
    const scores = this.#questions(kind, sample).flatMap(({ vector, own }) =>
      Array.from(sample.scores(vector)).filter((_, at) => own === undefined || sample.keys[at] !== own),
    );
    if (scores.length < 2) return undefined;
    const chance = chanceOf(Float32Array.from(scores));
    known.set(kind.kind, chance);
    return chance;
  }

  /** `own`: the picture itself, whose score with itself is not chance. */
  #questions(kind: Kind, sample: Sample): { vector: Float32Array; own?: number }[] {
    const words = this.#words ?? [];
    if (kind.kind === 'words') return words.map((vector) => ({ vector }));
    const step = Math.max(1, sample.keys.length / ordinaryWords.length);
    const pictures = Array.from({ length: Math.min(ordinaryWords.length, sample.keys.length) }, (_, i) => {
      const own = sample.keys[Math.floor(i * step)] ?? 0;
      const vector = new Float32Array(this.#deps.vectors.dimension);
      return readVector(this.#deps.store, this.#deps.spaceId, own, vector) ? [{ vector, own }] : [];
    }).flat();
    if (kind.kind === 'picture') return pictures;
    const { perWord, perPicture } = kind;
    return words.flatMap((word, i) => {
      const picture = pictures[i % Math.max(1, pictures.length)];
      return picture
        ? [{ own: picture.own, vector: word.map((value, at) => value * perWord + (picture.vector[at] ?? 0) * perPicture) }]
        : [];
    });
  }

  async #embed(): Promise<void> {
    const { embedder, store } = this.#deps;
    const words: Float32Array[] = [];
    for (let i = 0; i < ordinaryWords.length; i += batch) {
      const { dimension, data } = await embedder.text(ordinaryWords.slice(i, i + batch), { priority: 'index' });
      for (let at = 0; at < data.length; at += dimension) words.push(data.slice(at, at + dimension));
    }
    const vectors = words.map((vector) => Buffer.from(encodeFloat16(vector)).toString('base64'));
    writeValue(store, this.#settingKey(), { words: ordinaryWords, vectors });
    this.#words = words;
  }

  /** From an earlier run, unless it was of other words. */
  #stored(): Float32Array[] | undefined {
    const stored = readValue(this.#deps.store, this.#settingKey()) as { words: string[]; vectors: string[] } | undefined;
    if (stored === undefined || stored.words.join() !== ordinaryWords.join()) return undefined;
    return stored.vectors.map((text) => {
      const vector = new Float32Array(this.#deps.embedder.space.dimension);
      decodeFloat16(Buffer.from(text, 'base64'), vector);
      return vector;
    });
  }

  #settingKey(): string {
    return `search.ordinary-words:${this.#deps.embedder.space.id}`;
  }
}
