/** @file The process of a probe: times products of a model's size with random weights. */
import type { Precision } from '../compile/vlm.ts';
import type { Shape } from '../hub/memory.ts';
import { gaussian } from '../runtime/gaussian.ts';
import { answerQuestion } from '../runtime/own-process.ts';
import { seededWeights } from '../runtime/seeded-weights.ts';
import { productStage } from '../runtime/self-test-model.ts';
import { openSession, type ProviderName } from '../runtime/session.ts';
import { matrix } from '../runtime/stage-run.ts';

export type ProbeQuestion = {
  readonly shape: Shape;
  readonly precision: Precision;
  readonly provider: ProviderName;
  readonly threads: number;
  /** To spend, about. */
  readonly seconds: number;
  /** For weights. */
  readonly folder: string;
};

/** A product of `weights` with `rows` rows takes weights * (perWeight + perMultiply * rows) seconds. */
export type ProbeRates = {
  readonly perWeight: number;
  readonly perMultiply: number;
  /** Seconds per operation of attention and of encoders, which quantised precisions leave in float32. */
  readonly perOperation: number;
};

const fewRows = 32;
const manyRows = 512;
/** Tiles that pass the tower at once. */
const photoTiles = 5;

answerQuestion<ProbeQuestion, ProbeRates>(async ({ shape, precision, provider, threads, seconds, folder }) => {
  const source = seededWeights(folder);
  const { vision } = shape;

  /** Best of as many runs as fit, at least two: the first one compiles, and reads weights. */
  async function timeProduct(form: Precision, inFeatures: number, outFeatures: number, rows: number): Promise<number> {
    const mapped = form === 'exact' && provider === 'cpu';
    const stage = productStage(source, inFeatures, outFeatures, form);
    const session = await openSession(stage.model(), { threads, provider, weights: mapped ? 'mapped' : 'resident', name: stage.name });
    try {
      const x = matrix(gaussian(rows * inFeatures, 1), rows);
      const end = performance.now() + (seconds / 3) * 1000;
      await session.run({ x });
      let best = Number.POSITIVE_INFINITY;
      do {
        const start = performance.now();
        await session.run({ x });
        best = Math.min(best, (performance.now() - start) / 1000);
      } while (performance.now() < end);
      return best;
    } finally {
      await session.close();
    }
  }

  const rows = photoTiles * vision.tokens;
  const float = await timeProduct(precision === 'fp16' ? 'fp16' : 'exact', vision.hidden, vision.mlp, rows);
  const perOperation = float / (2 * rows * vision.hidden * vision.mlp);
  if (shape.kind === 'dual') return { perWeight: 0, perMultiply: 0, perOperation };

  const { hidden, mlp } = shape;
  const weights = hidden * mlp;
  const few = await timeProduct(precision, hidden, mlp, fewRows);
  const many = await timeProduct(precision, hidden, mlp, manyRows);
  // Noise must not make products free.
  const perMultiply = Math.max(many - few, many / 2) / (manyRows - fewRows) / weights;
  return { perWeight: Math.max(0, few / weights - perMultiply * fewRows), perMultiply, perOperation };
});
