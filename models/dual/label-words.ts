/**
 * @file What a vector of a dual encoder says in words: the names, of a thousand things, whose texts lie nearest. The text tower reads all names
 * once and the vectors are kept on disk. Reference: zero-shot classification in "Learning Transferable Visual Models From Natural Language
 * Supervision" (arXiv 2103.00020), section 3.1
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Word } from '../../core/indexing/embedder.ts';
import { readLabelNames } from '../lite/labels.ts';
import { dot, largest, row, softmax } from '../lite/vector.ts';
import { shared } from '../runtime/shared-promise.ts';
import { weightsDirectory } from '../weights.ts';

export type LabelWords = {
  /** The k names that each of the vectors [n, dimension] of unit length says, best first. Waits until the names have been read. */
  say(vectors: Float32Array, k: number): Promise<Word[][]>;
  /** The same for somebody who is waiting for an answer: without words while the names are still being read for longer than a moment. */
  sayAtOnce(vectors: Float32Array, k: number): Promise<Word[][]>;
};

export type LabelWordsOptions = {
  readonly dimension: number;
  /** Cosines are multiplied with it. */
  readonly logitScale: number;
  /** Of the vectors' space: they are kept under this name. */
  readonly space: string;
  /** The folder that they are kept in. */
  readonly cache: string;
  /** Texts to vectors [n, dimension] of unit length. */
  readonly embed: (texts: readonly string[]) => Promise<Float32Array>;
  /** How long somebody waits who is waiting for an answer. */
  readonly patienceMs?: number;
  readonly log: (line: string) => void;
};

type Labels = { readonly names: readonly string[]; readonly vectors: Float32Array };

const promptOf = (name: string): string => `a photo of a ${name}`;

/** Names that go to the text tower in one call: pictures that are indexed take turns with them. */
const namesAtOnce = 8;

/**
 * [Note: reading the names] A thousand names of 64 tokens are 11 TFLOP for SigLIP's base size: a minute on two cores, ten seconds for CLIP, once in
 * the life of an engine. Pictures wait for them, since their words are stored with them. Searches do not: they wait a moment, counted from
 * when the reading began, and are answered without words until it is done.
 */
const patience = 2000;

export function labelWords(options: LabelWordsOptions): LabelWords {
  const { dimension, logitScale, space, cache, embed, patienceMs = patience, log } = options;
  let begun: number | undefined;
  const labels = shared(async (): Promise<Labels> => {
    const names = await readLabelNames(path.join(weightsDirectory, 'lite'));
    const prompts = names.map(promptOf);
    const text = createHash('sha256').update(prompts.join('\n')).digest('hex').slice(0, 8);
    const file = path.join(cache, `${space}-words-${text}.f32`);
    return { names, vectors: (await readKept(file, prompts.length * dimension)) ?? (await make(prompts, file)) };
  });

  async function make(prompts: readonly string[], file: string): Promise<Float32Array> {
    const vectors = new Float32Array(prompts.length * dimension);
    let told = -1;
    for (let first = 0; first < prompts.length; first += namesAtOnce) {
      const tenths = Math.floor((first / prompts.length) * 10);
      if (tenths > told) log(`Reading the names that pictures can be given, once: ${tenths * 10} %`);
      told = tenths;
      vectors.set(await embed(prompts.slice(first, first + namesAtOnce)), first * dimension);
    }
    await keep(file, vectors).catch((error: NodeJS.ErrnoException) => {
      log(`The names of things could not be kept in ${cache} (${error.code ?? error.message}); they will be read again next time.`);
    });
    return vectors;
  }

  function saidOf(vectors: Float32Array, k: number, { names, vectors: known }: Labels): Word[][] {
    return Array.from({ length: vectors.length / dimension }, (_, i) => {
      const vector = row(vectors, i, dimension);
      const cosines = Float32Array.from(names, (_name, label) => dot(row(known, label, dimension), vector));
      const probabilities = softmax(cosines, 1 / logitScale);
      return largest(probabilities, k).map((label) => ({ text: names[label] ?? '', probability: probabilities[label] ?? 0 }));
    });
  }

  return {
    say: async (vectors, k) => saidOf(vectors, k, await labels.get()),
    async sayAtOnce(vectors, k) {
      const reading = labels.get();
      begun ??= performance.now();
      const found = await Promise.race([
        reading,
        setTimeout(Math.max(0, begun + patienceMs - performance.now()), undefined, { ref: false }),
      ]);
      return found ? saidOf(vectors, k, found) : Array.from({ length: vectors.length / dimension }, () => []);
    },
  };
}

/** Undefined where nothing is kept, or something else. */
async function readKept(file: string, values: number): Promise<Float32Array | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (bytes?.length !== values * 4) return undefined;
  const vectors = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return vectors.every(Number.isFinite) ? vectors : undefined;
}

/** Whole or not at all: several processes may do this at once. */
async function keep(file: string, vectors: Float32Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(part, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}
