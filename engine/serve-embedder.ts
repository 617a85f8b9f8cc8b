/** @file The child's side of the embedder process: one engine, one call at a time, queries first. */
import type { Composed, EmbeddedPictures, Embedder, PictureInput, Space, Vectors, Word } from '../core/indexing/embedder.ts';
import { type CallContext, type Parent, serveChild } from '../core/process/serve.ts';
import type { ModelDescription } from '../models/registry.ts';
import type { RasterRequest } from '../pixels/raster.ts';
import { createTurns } from './turns.ts';

export type EmbedderArgs = { readonly model: string; readonly threads?: number };

type Pass = 'fast' | 'thorough';
type Priority = 'query' | 'index';

/** What there is to know of an engine before it works. */
export type EngineDescription = {
  readonly models: readonly ModelDescription[];
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

type Engines = {
  listModels(): Promise<ModelDescription[]>;
  openEmbedder(model: string, options: { threads?: number }): Promise<Embedder>;
};

export function serveEmbedder(engines: Engines): void {
  serveChild((args: EmbedderArgs, parent) => methodsOf(engines, args, parent));
}

function methodsOf({ listModels, openEmbedder }: Engines, { model, threads }: EmbedderArgs, parent: Parent): EmbedderMethods {
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
      const embedder = await engine();
      const rasters = { fast: embedder.rasters('fast'), thorough: embedder.rasters('thorough') };
      return { models: await listModels(), space: embedder.space, hasThoroughPass: embedder.hasThoroughPass, rasters };
    },
    text: ({ texts, priority }, { signal }) => turn(priority, async () => (await engine()).text(texts), signal),
    image: ({ pictures, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).image(pictures, { pass, priority }), signal),
    composed: ({ pairs, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).composed(pairs, { pass, priority }), signal),
    words: ({ vectors, k }, { signal }) => turn('query', async () => (await engine()).words(vectors, k), signal),
  };
}
