/** @file Entry of the embedder process: one engine, one call at a time. Native inference can only be stopped by ending a process. */
import type { Composed, EmbeddedPictures, Embedder, PictureInput, Space, Vectors, Word } from '../core/indexing/embedder.ts';
import { type CallContext, serveChild } from '../core/process/serve.ts';
import { openEmbedder } from '../models/registry.ts';
import type { RasterRequest } from '../pixels/raster.ts';
import { createTurns } from './turns.ts';

export type EmbedderArgs = { readonly model: string; readonly threads?: number };

type Pass = 'fast' | 'thorough';
type Priority = 'query' | 'index';

export type EngineDescription = {
  readonly space: Space;
  readonly hasThoroughPass: boolean;
  readonly rasters: Readonly<Record<Pass, readonly RasterRequest[]>>;
};

export type EmbedderMethods = {
  describe(input: undefined): Promise<EngineDescription>;
  text(input: { texts: readonly string[]; priority: Priority }, context: CallContext): Promise<Vectors>;
  image(input: { pictures: readonly PictureInput[]; pass: Pass; priority: Priority }, context: CallContext): Promise<EmbeddedPictures>;
  composed(input: { pairs: readonly Composed[]; pass: Pass; priority: Priority }, context: CallContext): Promise<Vectors>;
  words(input: { vectors: Vectors; k: number }, context: CallContext): Promise<Word[][]>;
};

serveChild(({ model, threads }: EmbedderArgs, parent): EmbedderMethods => {
  const turn = createTurns();
  let opening: Promise<Embedder> | undefined;

  /** A failed opening is forgotten, so that it works once the files are there. */
  function engine(): Promise<Embedder> {
    opening ??= openEmbedder(model, threads === undefined ? {} : { threads }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  parent.onClose(async () => (await opening?.catch(() => undefined))?.close());

  return {
    describe: async () => {
      const open = await engine();
      return {
        space: open.space,
        hasThoroughPass: open.hasThoroughPass,
        rasters: { fast: open.rasters('fast'), thorough: open.rasters('thorough') },
      };
    },
    text: ({ texts, priority }, { signal }) => turn(priority, async () => (await engine()).text(texts), signal),
    image: ({ pictures, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).image(pictures, { pass, priority }), signal),
    composed: ({ pairs, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).composed(pairs, { pass, priority }), signal),
    words: ({ vectors, k }, { signal }) => turn('query', async () => (await engine()).words(vectors, k), signal),
  };
});
