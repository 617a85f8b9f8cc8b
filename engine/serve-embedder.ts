/** @file The child's side of the embedder process: one engine. Its calls come one at a time, queries first, unless it orders them itself. */
import { z } from 'zod';
import type {
  Composed,
  EmbeddedPictures,
  Embedder,
  EmbedOptions,
  PictureInput,
  Provider,
  Space,
  Vectors,
  Word,
} from '../core/indexing/embedder.ts';
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
  z.object({ fit: z.literal('hd'), side: z.number(), crops: z.number(), ...making }),
  z.object({ fit: z.literal('cover'), shorter: z.number(), width: z.number(), height: z.number(), ...making }),
  z.object({ fit: z.literal('split'), longest: z.number(), side: z.number(), tiles: z.enum(['all', 'one']), ...making }),
]);

const modelDescription = z.object({
  id: z.string(),
  name: z.string(),
  /** Libraries keep descriptions from before there were kinds; they are made anew when the engine runs. */
  kind: z.enum(['lite', 'vlm', 'dual']).default('vlm'),
  description: z.string(),
  limits: z.array(z.string()).readonly(),
  licence: z.string(),
  bytes: z.number(),
  memoryBytes: z.number(),
  dimension: z.number(),
  installed: z.boolean(),
  problem: z.string().nullable(),
  source: z.string().nullable(),
  consent: z.string().nullable(),
  scores: z.string(),
  downloaded: z.number(),
}) satisfies z.ZodType<ModelDescription>;

/** What there is to know of an engine before it works. A schema, since it is also kept in the library. */
export const engineDescription = z.object({
  models: z.array(modelDescription),
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
  /** It orders its work itself: calls are passed straight through. */
  interleaves: z.boolean(),
  provider: z.object({ name: z.string(), note: z.string() }),
  /** How many processes of it may index at the same time on this machine. */
  processes: z.int().positive(),
  rasters: z.object({ fast: z.array(raster), thorough: z.array(raster) }),
}) satisfies z.ZodType<{
  models: readonly ModelDescription[];
  space: Space;
  provider: Provider;
  rasters: Record<Pass, readonly RasterRequest[]>;
}>;
export type EngineDescription = z.infer<typeof engineDescription>;

export type EmbedderMethods = {
  describe(input: undefined): Promise<EngineDescription>;
  /** As they are now: engines come and go. */
  models(input: undefined): Promise<ModelDescription[]>;
  text(input: { texts: readonly string[]; priority: Priority }, context: CallContext): Promise<Vectors>;
  image(input: { pictures: readonly PictureInput[]; pass: Pass; priority: Priority }, context: CallContext): Promise<EmbeddedPictures>;
  composed(input: { pairs: readonly Composed[]; pass: Pass; priority: Priority }, context: CallContext): Promise<Vectors>;
  words(input: { vectors: Vectors; k: number }, context: CallContext): Promise<Word[][]>;
  warm(input: undefined, context: CallContext): Promise<void>;
};

/** Events of the process: it works (`progress`), it runs elsewhere than before (`provider`). */
export const progressEvent = 'progress';
export const providerEvent = 'provider';
const progressEveryMs = 1000;

/** An engine that names none runs on the processor. */
const processor: Provider = { name: 'CPU', note: '' };

type Engines = {
  processesFor(model: string): number;
  listModels(): Promise<ModelDescription[]>;
  openEmbedder(model: string, options: { threads?: number; log?: (line: string) => void }): Promise<Embedder>;
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
  const log = (line: string) => console.error(line); // standard error goes to the library's log
  let opening: Promise<Embedder> | undefined;
  let provider = processor;
  let lastProgress = Number.NEGATIVE_INFINITY;

  /** A failed opening is forgotten, so that it works once the files are there. */
  function engine(): Promise<Embedder> {
    opening ??= openEmbedder(model, { log, ...(threads === undefined ? {} : { threads }) }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  function onProgress(): void {
    const now = performance.now();
    if (now - lastProgress < progressEveryMs) return;
    lastProgress = now;
    parent.emit(progressEvent);
  }

  async function work<T>(
    priority: Priority,
    signal: AbortSignal,
    run: (embedder: Embedder, options: EmbedOptions) => Promise<T>,
  ): Promise<T> {
    const embedder = await engine();
    const task = () => run(embedder, { priority, signal, onProgress, onNotice: log });
    try {
      return await (embedder.interleaves ? task() : turn(priority, task, signal));
    } finally {
      const now = embedder.provider ?? processor;
      if (now.name !== provider.name || now.note !== provider.note) parent.emit(providerEvent, now);
      provider = now;
    }
  }

  const warmUp = (priority: Priority, signal: AbortSignal) =>
    work(priority, signal, async (embedder, options) => {
      if (embedder.warm) await embedder.warm();
      else await embedder.text(['ready'], options);
    });

  if (warm) warmUp('index', new AbortController().signal).catch(() => undefined);
  parent.onClose(async () => (await opening?.catch(() => undefined))?.close());

  return {
    describe: async () => {
      const embedder = await engine();
      const rasters = { fast: [...embedder.rasters('fast')], thorough: [...embedder.rasters('thorough')] };
      provider = embedder.provider ?? processor;
      return {
        models: await listModels(),
        space: { ...embedder.space },
        hasThoroughPass: embedder.hasThoroughPass,
        interleaves: embedder.interleaves ?? false,
        provider: { ...provider },
        processes: processesFor(model),
        rasters,
      };
    },
    models: () => listModels(),
    text: ({ texts, priority }, { signal }) => work(priority, signal, (embedder, options) => embedder.text(texts, options)),
    image: ({ pictures, pass, priority }, { signal }) =>
      work(priority, signal, (embedder, options) => embedder.image(pictures, { ...options, pass })),
    composed: ({ pairs, pass, priority }, { signal }) =>
      work(priority, signal, (embedder, options) => embedder.composed(pairs, { ...options, pass })),
    words: ({ vectors, k }, { signal }) => work('query', signal, (embedder) => embedder.words(vectors, k)),
    warm: (_, { signal }) => warmUp('query', signal),
  };
}
