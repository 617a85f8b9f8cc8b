/**
 * @file E5-V: a vision-language model is asked to sum up a picture, a text, or a picture and an edit "in one word:", and the last token's
 * last hidden state is the vector (Jiang et al. 2024, arXiv 2407.12580). Reference: https://github.com/kongds/E5-V.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureInput, Space, Word } from '../../core/indexing/embedder.ts';
import { decoderLayerWeights, encoderWeights, shapeOf } from '../hub/memory.ts';
import type { Prompt } from '../prompt/tokenizer.ts';
import type { Sequence } from '../runtime/decoder-run.ts';
import type { Work } from '../runtime/machine.ts';
import { unit, urgent, workOf } from '../runtime/work.ts';
import type { Opened } from './open.ts';
import { createPrefixCache, prefixKey } from './prefix-cache.ts';
import { tokensFor, wordsOf } from './said-words.ts';
import { embedsOf, sharedLength } from './sequences.ts';

/** What pictures that are asked with may keep in memory. The largest picture of an 8B model takes 770 MB, one of the base tile 150 MB. */
const prefixBytes = 800e6;
/** Words that are told of a picture that is indexed. */
const wordsTold = 5;

/** A sequence on its way into the decoder; `key` names what it leaves behind for further edits. */
type Prepared = Sequence & { readonly key?: string };

const progressSteps = 1000;

export function createE5v(opened: Opened, space: Space): Embedder {
  const { compiled, tokenizer, prompts, reading, runner } = opened;
  const { text, imageToken, attentionFor } = compiled.model;
  const { layers, kvHeads, headDim, hiddenSize: hidden, maxTokens } = text;
  const prefixes = createPrefixCache(prefixBytes);
  const lookingShare = lookingShareOf(compiled);
  const bytesPerToken = layers * 2 * kvHeads * headDim * Float32Array.BYTES_PER_ELEMENT;

  function idsOf(prompt: Prompt, { onNotice }: EmbedOptions, picture?: PictureInput): number[] {
    const { ids, kept, of } = reading.encode(prompt, { maxTokens, picture });
    if (kept < of) onNotice?.(`The text is too long for the model: it has ${of} tokens, and only the first ${kept} were read.`);
    return ids;
  }

  async function look(picture: PictureInput, work: Work): Promise<Float32Array> {
    const { pixels, count } = reading.tiles(picture);
    return runner.features(pixels, count, work);
  }

  /** The sequence of a prompt with its picture. What stands up to the end of the picture is taken from an earlier question if it can be. */
  async function withPicture(ids: readonly number[], picture: PictureInput, work: Work, keep: boolean): Promise<Prepared> {
    const shared = sharedLength(ids, imageToken);
    const key = prefixKey(picture, [...ids.slice(0, shared), attentionFor(ids.length)]);
    const past = prefixes.get(key);
    if (past) return { embeds: await compiled.embed(ids.slice(shared)), past };
    if (keep) prefixes.makeRoom(bytesPerToken * shared);
    const features = await look(picture, part(work, 0, lookingShare));
    const embeds = await embedsOf(ids, { features, order: reading.rows(picture), imageToken }, compiled.embed, hidden);
    return keep ? { embeds, keep: shared, key } : { embeds };
  }

  async function readPicture(ids: readonly number[], picture: PictureInput, work: Work): Promise<Float32Array> {
    const sequence = await withPicture(ids, picture, work, work.priority === 'query');
    return run([sequence], sequence.past ? urgent(work) : part(work, lookingShare, 1));
  }

  /** Texts that the reference would pad to one length, and whose rotary positions it would choose by that. */
  function together(sequences: readonly Sequence[]): readonly Sequence[] {
    if (opened.view.compat !== 'padded') return sequences;
    const longest = Math.max(...sequences.map(({ embeds }) => embeds.length / hidden));
    return sequences.map((sequence) => ({ ...sequence, positionsFor: longest }));
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
      const own = part(work, i / inputs.length, (i + 1) / inputs.length);
      states.set(await readPicture(idsOf(prompt, options, picture), picture, own), i * hidden);
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
    rasters: () => reading.rasters,

    async text(texts, options = {}) {
      const work = urgent(workOf(options, 'query'));
      const sequences: Sequence[] = [];
      for (const text of texts) sequences.push({ embeds: await compiled.embed(idsOf(prompts.text(text), options)) });
      return unit(sequences.length === 0 ? new Float32Array() : await run(together(sequences), work), hidden);
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
      const { ids } = reading.encode([{ template: prompt }], { picture });
      if (ids.length > maxTokens)
        throw new AppError('bad-request', `The prompt has ${ids.length} tokens; the model reads ${maxTokens} at most.`);
      if (picture) return unit(await readPicture(ids, picture, work), hidden);
      return unit(await run([{ embeds: await compiled.embed(ids) }], urgent(work)), hidden);
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

/** A part of longer work, whose progress goes on from one part to the next. */
function part(work: Work, from: number, to: number): Work {
  const { onProgress, ...rest } = work;
  if (!onProgress) return work;
  return { ...rest, onProgress: (done, of) => onProgress(Math.round((from + (done / of) * (to - from)) * progressSteps), progressSteps) };
}

/** Products over int8 weights take about a quarter of the time (docs/benchmarks/runtime.md). */
const quantisedCost = 0.25;

/** Of a picture's work, what looking takes, by the products of a tile: little before a large decoder, most before a small one. */
function lookingShareOf({ model, precision }: Opened['compiled']): number {
  const shape = shapeOf(model);
  const looking = model.vision.tokens * encoderWeights(shape.vision);
  const reading =
    model.rowsPerTile * shape.layers * decoderLayerWeights(shape) * (precision === 'int8' || precision === 'int4' ? quantisedCost : 1);
  return looking / (looking + reading);
}
