/**
 * @file Whether a provider computes what the CPU computes, and whether it is faster.
 *
 * [Note: wrong on some devices] Kernels that are right on one graphics device are wrong on another: onnxruntime's attention operator goes wrong,
 * in silence, from 32 tokens on where subgroups are small. So nothing is believed of a device that it has not shown: the stages of a small
 * model run on it, with sequences below and above that length, alone and after a past, and every value is held against the CPU's.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Stage } from '../compile/stage.ts';
import type { WeightSource } from '../graph/graph.ts';
import { outputName } from '../graph/plan.ts';
import { runDecoder, type Sequence } from './decoder-run.ts';
import { gaussian } from './gaussian.ts';
import {
  type ProductForm,
  productStage,
  type TestedPrecision,
  testConfig,
  testDecoder,
  testedPrecisions,
  testVision,
} from './self-test-model.ts';
import type { ProviderName, Session } from './session.ts';
import { matrix, type RunStage } from './stage-run.ts';
import { runVision } from './vision-run.ts';

export type Part = 'plain' | 'gqa' | 'vision';

export type Check = {
  readonly precision: TestedPrecision;
  readonly part: Part;
  /** Largest relative error (root mean square) of a stage's result, or why it could not be run. */
  readonly error: number | string;
  readonly right: boolean;
};

export type SelfTest = {
  /** Times the speed of the CPU; undefined where it does not matter. */
  readonly speed: number | undefined;
  /** None where the speed has decided already. */
  readonly checks: readonly Check[];
};

export type OpenStage = (stage: Stage, provider: ProviderName) => Promise<Session>;

/** What a test runs with. Weights are asked for by name, as those of a checkpoint. */
export type Bench = { readonly weights: WeightSource; readonly open: OpenStage };

/**
 * Relative errors that this arithmetic has, with room: float32 on a graphics device may multiply in TF32, with 10 bits of mantissa, and
 * float16 be summed up in float16. Measured on two adapters: 4e-6 exact, 2.4e-2 fp16, 1e-4 int4; attention that is wrong is off by 0.15 and 0.25.
 */
const limits: Readonly<Record<TestedPrecision, number>> = { exact: 5e-3, fp16: 5e-2, int4: 5e-2 };

/** int4 is a form of the decoder's products alone. */
const parts: Readonly<Record<TestedPrecision, readonly Part[]>> = {
  exact: ['plain', 'gqa', 'vision'],
  fp16: ['plain', 'gqa', 'vision'],
  int4: ['plain'],
};

/** Throws where not even the first stage can be run: the device is not there, or of no use. */
export async function checkAll(provider: ProviderName, { weights, open }: Bench): Promise<Check[]> {
  const checks: Check[] = [];
  for (const precision of testedPrecisions) {
    const device = createTracer(weights, (stage) => open(stage, provider));
    const processor = createTracer(weights, (stage) => open(stage, 'cpu'));
    try {
      for (const part of parts[precision]) {
        const error = await compare(device, processor, precision, part).catch((reason: unknown) => {
          if (checks.length === 0) throw reason;
          return reason instanceof Error ? reason.message : String(reason);
        });
        checks.push({ precision, part, error, right: typeof error === 'number' && error <= limits[precision] });
      }
    } finally {
      await device.close();
      await processor.close();
    }
  }
  return checks;
}

/** A processor's own float16 is no reference, and its two forms of attention are one. */
async function compare(device: Tracer, processor: Tracer, precision: TestedPrecision, part: Part): Promise<number> {
  const found = await device.trace(precision, part);
  const expected = await processor.trace(precision === 'fp16' ? 'exact' : precision, part === 'gqa' ? 'plain' : part);
  return Math.max(...found.map((values, index) => relativeError(values, expected[index] ?? new Float32Array())));
}

type Tracer = {
  /** Every result of every stage, in order. */
  trace(precision: TestedPrecision, part: Part): Promise<Float32Array[]>;
  close(): Promise<void>;
};

/** Keeps its sessions: shaders take a second to compile, and both forms of attention stand between the same products. */
function createTracer(weights: WeightSource, open: (stage: Stage) => Promise<Session>): Tracer {
  const sessions = new Map<string, Session>();

  function runInto(results: Float32Array[]): RunStage {
    return async (stage, tensors, outputs) => {
      const session = sessions.get(stage.name) ?? (await open(stage));
      sessions.set(stage.name, session);
      const inputs = stage.inputs.flatMap((name) => (tensors[name] ? [[name, tensors[name]] as const] : []));
      const values = await session.run(Object.fromEntries(inputs));
      const named = outputs.map((name) => [name, values[outputName(name)] ?? new Float32Array()] as const);
      for (const [, value] of named) results.push(value.slice());
      return Object.fromEntries(named) as Record<(typeof outputs)[number], Float32Array>;
    };
  }

  return {
    async trace(precision, part) {
      const results: Float32Array[] = [];
      const run = runInto(results);
      if (part === 'vision') await seeTile(weights, precision, run);
      else await readSequences(weights, precision, part, run);
      return results;
    },
    async close() {
      for (const session of sessions.values()) await session.close();
    },
  };
}

/** Below and above the lengths at which kernels change; alone, and after a hundred tokens. */
async function readSequences(weights: WeightSource, precision: TestedPrecision, form: 'gqa' | 'plain', run: RunStage): Promise<void> {
  const { hiddenSize } = testConfig.text;
  const sequence = (tokens: number): Sequence => ({ embeds: gaussian(tokens * hiddenSize, tokens) });
  const decoder = testDecoder(weights, precision, form);
  const { kept } = await runDecoder(decoder, [...[1, 17, 64].map(sequence), { ...sequence(100), keep: 100 }], run);
  const past = kept.at(-1);
  if (!past) throw new AppError('internal', 'The decoder kept no past.');
  const further = [1, 17, 64].map((tokens) => ({ ...sequence(tokens), past }));
  await runDecoder(decoder, further, run);
}

async function seeTile(weights: WeightSource, precision: TestedPrecision, run: RunStage): Promise<void> {
  const { vision } = testConfig;
  await runVision(testVision(weights, precision), gaussian(vision.channels * vision.imageSize ** 2, 1), 1, vision, run);
}

/** |found - expected| / |expected|. */
function relativeError(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) throw new AppError('engine-failed', `${found.length} values where ${expected.length} are due.`);
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    difference += ((found[i] as number) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}

const product = { rows: 64, inFeatures: 4096, outFeatures: 4096 };

/** How many times faster than the CPU a large product is, each in its fastest form, moving rows to the device and back included. */
export async function relativeSpeed(provider: ProviderName, bench: Bench): Promise<number> {
  const here = await secondsOf(provider, 'fp16', bench).catch(() => secondsOf(provider, 'exact', bench));
  return (await secondsOf('cpu', 'int8', bench)) / here;
}

async function secondsOf(provider: ProviderName, form: ProductForm, { weights, open }: Bench): Promise<number> {
  const { rows, inFeatures, outFeatures } = product;
  const session = await open(productStage(weights, inFeatures, outFeatures, form), provider);
  try {
    const x = matrix(gaussian(rows * inFeatures, 1), rows);
    // The first run compiles.
    await session.run({ x });
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await session.run({ x });
      best = Math.min(best, (performance.now() - start) / 1000);
    }
    return best;
  } finally {
    await session.close();
  }
}
