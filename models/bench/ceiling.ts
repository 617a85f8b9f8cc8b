/** @file What this machine can do at best with onnxruntime: float32 products of matrices, and weights read from memory. */
import type { WeightSource } from '../graph/graph.ts';
import { gaussian } from '../runtime/gaussian.ts';
import { productStage } from '../runtime/self-test-model.ts';
import { openSession, type ProviderName } from '../runtime/session.ts';
import { matrix } from '../runtime/stage-run.ts';
import { timed } from './timing.ts';

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

type CeilingOptions = { readonly provider: ProviderName; readonly threads: number; readonly seconds: number };

export async function measureCeiling(weights: WeightSource, { provider, threads, seconds }: CeilingOptions): Promise<Ceiling> {
  const best = async (outFeatures: number, rows: number): Promise<number> => {
    const stage = productStage(weights, side, outFeatures, 'exact');
    const session = await openSession(stage.model(), { threads, provider, weights: 'resident', name: stage.name });
    try {
      const x = matrix(gaussian(rows * side, 1), rows);
      return (await timed(() => session.run({ x }), { seconds, least: 5 })).best;
    } finally {
      await session.close();
    }
  };
  return { operations: (2 * manyRows * side * side) / (await best(side, manyRows)), bytes: (4 * side * wide) / (await best(wide, 1)) };
}
