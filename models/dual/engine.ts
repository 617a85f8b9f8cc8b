/**
 * @file A dual encoder as an engine: one tower reads texts, the other pictures. A picture with an edit is the sum of both vectors, as in rclip
 * (https://github.com/yurijmikhalevich/rclip).
 */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureInput, Space, Vectors } from '../../core/indexing/embedder.ts';
import type { SquareReading } from '../prompt/square.ts';
import type { TextIds } from '../prompt/text-ids.ts';
import type { Work } from '../runtime/machine.ts';
import { unit, urgent, workOf } from '../runtime/work.ts';
import { labelWords } from './label-words.ts';
import type { DualRunner } from './runner.ts';

/** Words that are told of a picture that is indexed. */
const wordsTold = 5;

export type OpenedDual = {
  readonly runner: DualRunner;
  readonly texts: TextIds;
  readonly squares: SquareReading;
  readonly logitScale: number;
  /** Where the vectors of names are kept. */
  readonly cache: string;
  readonly log: (line: string) => void;
};

export function createDual({ runner, texts, squares, logitScale, cache, log }: OpenedDual, space: Space): Embedder {
  const { dimension } = space;
  const words = labelWords({
    ...{ dimension, logitScale, space: space.id, cache, log },
    embed: async (names) => (await readTexts(names, {}, { priority: 'index' })).data,
  });

  async function readTexts(all: readonly string[], { onNotice }: EmbedOptions, work: Work): Promise<Vectors> {
    const ids = all.map((text) => {
      const { ids: own, kept, of } = texts.encode(text);
      if (kept < of) onNotice?.(`The text is too long for the model: it has ${of} tokens, and only the first ${kept} were read.`);
      return own;
    });
    return unit(await runner.texts(ids, work), dimension);
  }

  async function readPictures(pictures: readonly PictureInput[], work: Work): Promise<Vectors> {
    return unit(await runner.pictures(squares.pixels(pictures), work), dimension);
  }

  return {
    space,
    hasThoroughPass: false,
    interleaves: true,
    get provider() {
      return runner.provider;
    },
    rasters: () => squares.rasters,

    text: (all, options = {}) => readTexts(all, options, urgent(workOf(options, 'query'))),

    async image(pictures, options = {}) {
      const work = workOf(options, 'index');
      const vectors = await readPictures(pictures, work);
      // What a picture to search with says is asked for by `words` if anybody wants to know.
      const told = work.priority === 'index' && pictures.length > 0 ? await until(options.signal, words.say(vectors.data, wordsTold)) : [];
      return { ...vectors, findings: pictures.map((_, i) => ({ words: told[i] ?? [] })) };
    },

    async composed(pairs, options = {}) {
      const work = workOf(options, 'query');
      const edits = await readTexts(
        pairs.map(({ edit }) => edit),
        options,
        urgent({ priority: work.priority, ...(work.signal && { signal: work.signal }) }),
      );
      const pictures = await readPictures(
        pairs.map(({ picture }) => picture),
        work,
      );
      return unit(
        pictures.data.map((value, i) => value + (edits.data[i] ?? 0)),
        dimension,
      );
    },

    async words(vectors, k) {
      if (vectors.dimension !== dimension)
        throw new AppError(
          'bad-request',
          `Vectors of ${vectors.dimension} values are not of this engine, whose vectors have ${dimension}.`,
        );
      return words.sayAtOnce(vectors.data, k);
    },

    warm: () => runner.warm(),
    close: () => runner.close(),
  };
}

/** The result, or the signal's reason where it is aborted before. What is waited for goes on: others need it too. */
async function until<T>(signal: AbortSignal | undefined, result: Promise<T>): Promise<T> {
  if (!signal) return result;
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([result, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
