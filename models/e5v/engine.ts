/**
 * @file E5-V: a vision-language model is asked to sum up a picture, a text, or a picture and an edit "in one word:", and the last token's
 * last hidden state is the vector (Jiang et al. 2024, arXiv 2407.12580). Reference: https://github.com/kongds/E5-V.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureInput, Space, Vectors, Word } from '../../core/indexing/embedder.ts';
import { packing, pixelValues, rastersFor, tilesOf } from '../prompt/anyres.ts';
import type { Prompt } from '../prompt/tokenizer.ts';
import type { Sequence } from '../runtime/decoder-run.ts';
import type { Work } from '../runtime/machine.ts';
import type { Opened } from './open.ts';
import { createPrefixCache, prefixKey } from './prefix-cache.ts';
import { tokensFor, wordsOf } from './said-words.ts';
import { embedsOf, type PackedPicture, placeOfPicture } from './sequences.ts';

/** What pictures that are asked with may keep in memory. The largest picture of an 8B model takes 770 MB, one of the base tile 150 MB. */
const prefixBytes = 800e6;
/** Words that are told of a picture that is indexed. */
const wordsTold = 5;

/** A sequence on its way into the decoder; `key` names what it leaves behind for further edits. */
type Prepared = Sequence & { readonly key?: string };

/** Of a picture's work, what looking takes: 11 of 106 seconds of a processor for five tiles, with int8. */
const lookingShare = 0.1;
const progressSteps = 1000;

export function createE5v(opened: Opened, space: Space): Embedder {
  const { compiled, tokenizer, prompts, anyres, view, runner, imageToken, hidden } = opened;
  const rasters = rastersFor(anyres, view);
  const prefixes = createPrefixCache(prefixBytes);
  const { layers, kvHeads, headDim } = compiled.config.text;
  const bytesPerToken = layers * 2 * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;

  function idsOf(prompt: Prompt, taken: number, { onNotice }: EmbedOptions): number[] {
    const { ids, kept, of } = tokenizer.encode(prompt, { maxTokens: compiled.maxTokens - taken });
    if (kept < of) onNotice?.(`The text is too long for the model: it has ${of} tokens, and only the first ${kept} were read.`);
    return ids;
  }

  async function look(picture: PictureInput, order: Int32Array, work: Work): Promise<PackedPicture> {
    const { tiles } = tilesOf(picture, anyres, view);
    const features = await runner.features(pixelValues(tiles, anyres), tiles.length, work);
    return { features, order, newline: compiled.newline };
  }

  /** The sequence of a prompt with its picture. What stands up to the end of the picture is taken from an earlier question if it can be. */
  async function withPicture(
    ids: readonly number[],
    picture: PictureInput,
    order: Int32Array,
    work: Work,
    keep: boolean,
  ): Promise<Prepared> {
    const at = placeOfPicture(ids, imageToken);
    const key = prefixKey(picture, ids.slice(0, at));
    const past = prefixes.get(key);
    if (past) return { embeds: await compiled.embed(ids.slice(at + 1)), past };
    if (keep) prefixes.makeRoom(bytesPerToken * (at + order.length));
    const packed = await look(picture, order, part(work, 0, lookingShare));
    const embeds = await embedsOf(ids, { ...packed, at }, compiled.embed, hidden);
    return keep ? { embeds, keep: at + order.length, key } : { embeds };
  }

  async function readPicture(ids: readonly number[], picture: PictureInput, order: Int32Array, work: Work): Promise<Float32Array> {
    const sequence = await withPicture(ids, picture, order, work, work.priority === 'query');
    return run([sequence], sequence.past ? urgent(work) : part(work, lookingShare, 1));
  }

  async function run(sequences: readonly Prepared[], work: Work): Promise<Float32Array> {
    const { hidden: states, kept } = await runner.lastHidden(sequences, work);
    for (const [i, { key }] of sequences.entries()) {
      const cache = kept[i];
      if (key !== undefined && cache) prefixes.set(key, cache);
    }
    return states;
  }

  /** One after the other: pictures are large, and what they leave behind serves the next. */
  async function pictureStates(
    inputs: readonly { readonly picture: PictureInput; readonly prompt: Prompt }[],
    options: EmbedOptions,
    work: Work,
  ): Promise<Float32Array> {
    const states = new Float32Array(inputs.length * hidden);
    for (const [i, { picture, prompt }] of inputs.entries()) {
      const order = packing(picture, anyres, view);
      const ids = idsOf(prompt, order.length - 1, options);
      const own = part(work, i / inputs.length, (i + 1) / inputs.length);
      states.set(await readPicture(ids, picture, order, own), i * hidden);
    }
    return states;
  }

  async function say(states: Float32Array, k: number, work: Work): Promise<Word[][]> {
    const guesses = await runner.topWords(states, tokensFor(k), work);
    return guesses.map((row) => wordsOf(row, tokenizer.decode, k));
  }

  return {
    space,
    hasThoroughPass: false,
    interleaves: true,
    get provider() {
      return runner.provider;
    },
    rasters: () => rasters,

    async text(texts, options = {}) {
      const work = urgent(workOf(options, 'query'));
      const sequences: Sequence[] = [];
      for (const text of texts) sequences.push({ embeds: await compiled.embed(idsOf(prompts.text(text), 0, options)) });
      return unit(sequences.length === 0 ? new Float32Array() : await run(sequences, work), hidden);
    },

    async image(pictures, options = {}) {
      const work = workOf(options, 'index');
      const states = await pictureStates(
        pictures.map((picture) => ({ picture, prompt: prompts.image })),
        options,
        work,
      );
      // What a picture to search with says is asked for by `words` if anybody wants to know.
      const words = work.priority === 'index' && pictures.length > 0 ? await say(states, wordsTold, work) : [];
      return { ...unit(states, hidden), findings: pictures.map((_, i) => ({ words: words[i] ?? [] })) };
    },

    async composed(pairs, options = {}) {
      const inputs = pairs.map(({ picture, edit }) => ({ picture, prompt: prompts.composed(edit) }));
      return unit(await pictureStates(inputs, options, workOf(options, 'query')), hidden);
    },

    async prompted({ prompt, picture }, options = {}) {
      const work = workOf(options, 'query');
      const ids = tokenizer.encodeRaw(prompt);
      const order = picture && packing(picture, anyres, view);
      const length = ids.length + (order ? order.length - 1 : 0);
      if (length > compiled.maxTokens) {
        throw new AppError('bad-request', `The prompt has ${length} tokens; the model reads ${compiled.maxTokens} at most.`);
      }
      if (picture && order) return unit(await readPicture(ids, picture, order, work), hidden);
      const embeds = await compiled.embed(withoutPicture(ids, imageToken, view.compat));
      return unit(await run([{ embeds }], urgent(work)), hidden);
    },

    async words(vectors, k) {
      if (vectors.dimension !== hidden) {
        throw new AppError('bad-request', `Vectors of ${vectors.dimension} values are not of this engine, whose vectors have ${hidden}.`);
      }
      const states = vectors.data.map((value) => value * opened.stateLength);
      return say(states, k, { priority: 'text' });
    },

    warm: () => runner.warm(),

    async close() {
      prefixes.clear();
      await runner.close();
    },
  };
}

function workOf({ priority, signal, onProgress }: EmbedOptions, otherwise: Work['priority']): Work {
  return { priority: priority ?? otherwise, ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
}

/** What takes a moment overtakes pictures that are asked with. */
function urgent(work: Work): Work {
  return work.priority === 'query' ? { ...work, priority: 'text' } : work;
}

/** A part of longer work, whose progress goes on from one part to the next. */
function part(work: Work, from: number, to: number): Work {
  const { onProgress, ...rest } = work;
  if (!onProgress) return work;
  return { ...rest, onProgress: (done, of) => onProgress(Math.round((from + (done / of) * (to - from)) * progressSteps), progressSteps) };
}

/**
 * A prompt that names a picture and has none: transformers 4.41 reads the first token of the vocabulary there, 5 refuses.
 * The place for a picture may lie past the end of the embedding table.
 */
function withoutPicture(ids: readonly number[], imageToken: number, compat: string): number[] {
  if (compat === '5' && ids.includes(imageToken)) {
    throw new AppError('bad-request', 'The prompt has a place for a picture ("<image>"), but there is no picture. Give one with --image.');
  }
  return ids.map((id) => (id === imageToken ? 0 : id));
}

/** Rows to unit length: x / max(|x|, 1e-12), as torch's `normalize` does. */
function unit(rows: Float32Array, dimension: number): Vectors {
  const data = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    row.forEach((value, i) => {
      data[start + i] = value / length;
    });
  }
  return { dimension, data };
}
