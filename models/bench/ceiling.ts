/** @file What this machine can do at best with onnxruntime: float32 products of matrices, and weights read from memory. */
import type { WeightSource } from '../graph/graph.ts';
import { gaussian } from '../runtime/gaussian.ts';
import { productStage } from '../runtime/self-test-model.ts';
import { openSession, type ProviderName } from '../runtime/session.ts';
import { matrix } from '../runtime/stage-run.ts';
import { mean, type Timing, timed } from './timing.ts';

export type Ceiling = {
  /** Operations a second of 1024 x 4096 x 4096 in float32. */
  readonly operations: number;
  /** Bytes a second of float32 weights that one row is multiplied with. */
  readonly bytes: number;
};

const side = 4096;
const manyRows = 1024;
/** No cache holds so many weights. */
const wide = 14_336;
const operations = 2 * manyRows * side * side;

type CeilingOptions = { readonly provider: ProviderName; readonly threads: number; readonly seconds: number };

/**
 * Operations a second of the same product over a few seconds, slow rounds included: what a long measurement is compared with. Of a fifth of a
 * second there is always a round that nobody disturbed, of ten seconds on a shared machine there is none.
 */
export async function measureSustained(weights: WeightSource, options: CeilingOptions): Promise<number> {
  return operations / mean((await timedProduct(weights, side, manyRows, options)).rounds);
}

export async function measureCeiling(weights: WeightSource, options: CeilingOptions): Promise<Ceiling> {
  const product = await timedProduct(weights, side, manyRows, options);
  const row = await timedProduct(weights, wide, 1, options);
  return { operations: operations / product.best, bytes: (4 * side * wide) / row.best };
}

async function timedProduct(
  weights: WeightSource,
  outFeatures: number,
  rows: number,
  { provider, threads, seconds }: CeilingOptions,
): Promise<Timing> {
  const stage = productStage(weights, side, outFeatures, 'exact');
  const session = await openSession(stage.model(), { threads, provider, weights: 'resident', name: stage.name });
  try {
    const x = matrix(gaussian(rows * side, 1), rows);
    return await timed(() => session.run({ x }), { seconds, least: 3 });
  } finally {
    await session.close();
  }
}
