/** @file The child's side of the embedder process: one engine, one call at a time, queries first. */
import { z } from 'zod';
import type { Composed, EmbeddedPictures, Embedder, PictureInput, Space, Vectors, Word } from '../core/indexing/embedder.ts';
import { type CallContext, type Parent, serveChild } from '../core/process/serve.ts';
import type { ModelDescription } from '../models/registry.ts';
import type { RasterRequest } from '../pixels/raster.ts';
import { createTurns } from './turns.ts';

export type EmbedderArgs = {
  readonly model: string;
  readonly threads?: number;
  /** Load what words need at once: somebody is going to ask. What goes wrong with it is met by the first question. */
  readonly warm?: boolean;
};

type Pass = 'fast' | 'thorough';
type Priority = 'query' | 'index';

const making = {
  filter: z.enum(['bilinear', 'bicubic', 'lanczos']),
  decoding: z.enum(['quick', 'reference']).exactOptional(),
  alpha: z.enum(['white', 'drop']).exactOptional(),
};
const raster = z.discriminatedUnion('fit', [
  z.object({ fit: z.enum(['squash', 'letterbox', 'inside']), width: z.number(), height: z.number(), ...making }),
  z.object({
    fit: z.literal('canvas'),
    canvases: z.array(z.object({ width: z.number(), height: z.number() })).readonly(),
    odd: z.enum(['short', 'after']),
    ...making,
  }),
]);

/** What there is to know of an engine before it works. A schema, since it is also kept in the library. */
export const engineDescription = z.object({
  models: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      description: z.string(),
      limits: z.array(z.string()).readonly(),
      licence: z.string(),
      bytes: z.number(),
      memoryBytes: z.number(),
      dimension: z.number(),
      installed: z.boolean(),
    }),
  ),
  space: z.object({
    id: z.string(),
    dimension: z.number(),
    model: z.string(),
    revision: z.string(),
    precision: z.enum(['fp32', 'fp16', 'int8', 'int4']),
    prompts: z.string(),
    composition: z.enum(['learned', 'arithmetic']).exactOptional(),
  }),
  hasThoroughPass: z.boolean(),
  /** How many processes of it may index at the same time on this machine. */
  processes: z.int().positive(),
  rasters: z.object({ fast: z.array(raster), thorough: z.array(raster) }),
}) satisfies z.ZodType<{ models: readonly ModelDescription[]; space: Space; rasters: Record<Pass, readonly RasterRequest[]> }>;
export type EngineDescription = z.infer<typeof engineDescription>;

export type EmbedderMethods = {
  describe(input: undefined): Promise<EngineDescription>;
  text(input: { texts: readonly string[]; priority: Priority }, context: CallContext): Promise<Vectors>;
  image(input: { pictures: readonly PictureInput[]; pass: Pass; priority: Priority }, context: CallContext): Promise<EmbeddedPictures>;
  composed(input: { pairs: readonly Composed[]; pass: Pass; priority: Priority }, context: CallContext): Promise<Vectors>;
  words(input: { vectors: Vectors; k: number }, context: CallContext): Promise<Word[][]>;
};

type Engines = {
  processesFor(model: string): number;
  listModels(): Promise<ModelDescription[]>;
  openEmbedder(model: string, options: { threads?: number }): Promise<Embedder>;
};

export function serveEmbedder(engines: Engines): void {
  serveChild((args: EmbedderArgs, parent) => methodsOf(engines, args, parent));
}

function methodsOf(
  { listModels, openEmbedder, processesFor }: Engines,
  { model, threads, warm }: EmbedderArgs,
  parent: Parent,
): EmbedderMethods {
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

  if (warm) turn('index', async () => (await engine()).text(['ready']), new AbortController().signal).catch(() => undefined);
  parent.onClose(async () => (await opening?.catch(() => undefined))?.close());

  return {
    describe: async () => {
      const embedder = await engine();
      const rasters = { fast: [...embedder.rasters('fast')], thorough: [...embedder.rasters('thorough')] };
      return {
        models: await listModels(),
        space: { ...embedder.space },
        hasThoroughPass: embedder.hasThoroughPass,
        processes: processesFor(model),
        rasters,
      };
    },
    text: ({ texts, priority }, { signal }) => turn(priority, async () => (await engine()).text(texts), signal),
    image: ({ pictures, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).image(pictures, { pass, priority }), signal),
    composed: ({ pairs, pass, priority }, { signal }) =>
      turn(priority, async () => (await engine()).composed(pairs, { pass, priority }), signal),
    words: ({ vectors, k }, { signal }) => turn('query', async () => (await engine()).words(vectors, k), signal),
  };
}
