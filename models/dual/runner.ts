/** @file The towers at work: squares and ids to vectors, a few at a time, so that whoever asks need not wait for all that are indexed. */
import { AppError } from '../../core/api/errors.ts';
import type { Provider } from '../../core/indexing/embedder.ts';
import type { DualEncoder } from '../arch/architecture.ts';
import type { Stage } from '../compile/stage.ts';
import { createMachine, type Device, providerNames, type Work } from '../runtime/machine.ts';
import { blocksOf, requireFinite, type Tensors } from '../runtime/stage-run.ts';
import { textInputs } from './texts.ts';
import type { Towers } from './towers.ts';

export type DualRunner = {
  /** Pixels [n, channels, side, side] -> [n, dimension]. */
  pictures(pixels: Float32Array, work: Work): Promise<Float32Array>;
  /** -> [n, dimension]. */
  texts(texts: readonly (readonly number[])[], work: Work): Promise<Float32Array>;
  /** Opens the text tower. */
  warm(): Promise<void>;
  readonly provider: Provider;
  close(): Promise<void>;
};

export type DualRunnerOptions = {
  readonly threads: number;
  readonly device: Device;
  /** The towers are closed after so many milliseconds without work. */
  readonly idleMs?: number;
  readonly log: (sentence: string) => void;
};

/**
 * [Note: how many at once] Patches or tokens that pass a layer together. On a processor a product of 50 rows (ViT-B/32) runs at 0.9 of the speed
 * of one of 400, and from 200 on more rows gain nothing; the next query waits for as many. A graphics device needs many rows to be busy.
 */
const rowsAtOnce = { processor: 512, device: 4096 } as const;

export function openDualRunner(model: DualEncoder, towers: Towers, options: DualRunnerOptions): DualRunner {
  const { threads, device, idleMs = 5 * 60_000, log } = options;
  const { dimension, vision, texts: family } = model;
  const square = [vision.channels, vision.imageSize, vision.imageSize];
  const values = vision.channels * vision.imageSize ** 2;
  const machine = createMachine({
    ...{ device, idleMs, log },
    plan: () => () => true,
    open: (stage, { name: provider }) => towers.open(stage, { threads, provider }),
  });

  function atOnce(tokens: number): number {
    const rows = machine.device.name === 'cpu' ? rowsAtOnce.processor : rowsAtOnce.device;
    return Math.max(1, Math.floor(rows / tokens));
  }

  /** All inputs of a tower, in the order of their vectors. */
  function through(stage: Stage, inputs: readonly Tensors[], what: string, work: Work): Promise<Float32Array> {
    return machine.perform(work, inputs.length, async (run) => {
      const parts: Float32Array[] = [];
      for (const input of inputs) parts.push((await run(stage, input, ['embedding'])).embedding);
      return requireFinite(joined(parts), what);
    });
  }

  return {
    async pictures(pixels, work) {
      const count = pixels.length / values;
      if (!Number.isInteger(count)) throw new AppError('internal', `${pixels.length} values are not squares of ${square.join(' x ')}.`);
      if (count === 0) return new Float32Array();
      const inputs = blocksOf(count, atOnce(vision.tokens)).map(({ first, count: n }) => ({
        pixel_values: { data: pixels.subarray(first * values, (first + n) * values), shape: [n, ...square] },
      }));
      return through(towers.vision, inputs, 'The vector of a picture', work);
    },
    async texts(texts, work) {
      if (texts.length === 0) return new Float32Array();
      const order = texts.map((_, i) => i).sort((a, b) => (texts[a]?.length ?? 0) - (texts[b]?.length ?? 0));
      const sorted = order.map((i) => texts[i] ?? []);
      const longest = Math.max(1, ...sorted.map((ids) => ids.length));
      const inputs = blocksOf(sorted.length, atOnce(longest)).map(({ first, count }) =>
        textInputs(sorted.slice(first, first + count), family),
      );
      const rows = await through(towers.text, inputs, 'The vector of a text', work);
      const vectors = new Float32Array(rows.length);
      for (const [row, i] of order.entries()) vectors.set(rows.subarray(row * dimension, (row + 1) * dimension), i * dimension);
      return vectors;
    },
    warm: () => machine.warm(() => [towers.text]),
    get provider() {
      return { name: providerNames[machine.device.name], note: machine.device.note };
    },
    close: () => machine.close(),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
