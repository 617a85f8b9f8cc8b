/**
 * @file Entry of a process that finds out how fast an engine is here, in about ten seconds: a large one from products of its size, so that
 * nobody has to download it first, the built-in one on pictures of noise.
 */
import { hasCode } from '../core/api/errors.ts';
import type { Embedder, PictureInput } from '../core/indexing/embedder.ts';
import { serveChild } from '../core/process/serve.ts';
import { probe } from '../models/bench/probe.ts';
import { catalogueEntry } from '../models/hub/catalogue.ts';
import { type Installed, readInstalled } from '../models/hub/installed.ts';
import { modelsHome } from '../models/hub/models-home.ts';
import { defaultsOf } from '../models/hub/settings.ts';
import { openEmbedder } from '../models/registry.ts';
import type { Raster } from '../pixels/raster.ts';
import { render } from '../pixels/resample.ts';

export type Speed = { readonly secondsPerPicture: number; readonly secondsPerText: number };

export type ProbeMethods = { probe(input: { id: string }): Promise<Speed> };

const size = { width: 1200, height: 900 };
const enoughMs = 4000;

serveChild({
  probe: async ({ id }: { id: string }) => {
    const installed = await find(id);
    const shape = installed?.shape ?? catalogueEntry(id)?.shape;
    if (!shape) return measure(id);
    const { precision, tiles } = installed?.settings ?? defaultsOf(catalogueEntry(id)?.architecture ?? '');
    const { secondsPerPicture, secondsPerText } = await probe(shape, { precision, tiles });
    return { secondsPerPicture, secondsPerText };
  },
} satisfies ProbeMethods);

async function find(id: string): Promise<Installed | undefined> {
  return readInstalled(modelsHome(), id).catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });
}

async function measure(id: string): Promise<Speed> {
  const embedder = await openEmbedder(id);
  try {
    const picture = noise(embedder);
    const secondsPerText = await timed(() => embedder.text(['a red apple on a table']));
    const secondsPerPicture = await timed(() => embedder.image([picture], { priority: 'index' }));
    return { secondsPerPicture, secondsPerText };
  } finally {
    await embedder.close();
  }
}

/** Mean of as many runs as fit, without the first, which loads; of a slow engine the first alone. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  const first = performance.now() - start;
  if (first > enoughMs) return first / 1000;
  const begin = performance.now();
  let runs = 0;
  do {
    await run();
    runs += 1;
  } while (performance.now() - begin < enoughMs - first && runs < 50);
  return (performance.now() - begin) / runs / 1000;
}

function noise(embedder: Embedder): PictureInput {
  const picture: Raster = { ...size, data: Uint8Array.from({ length: size.width * size.height * 3 }, () => Math.random() * 256) };
  return { ...size, rasters: embedder.rasters('fast').map((request) => render(picture, request)) };
}
