/**
 * @file Inference sessions on the CPU. The only importer of onnxruntime-node: the rest of `models` sees plain typed arrays.
 * `run` blocks its thread and cannot be stopped, so sessions live in a process of their own.
 */
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../core/api/errors.ts';

export type TensorInput = { readonly data: Float32Array | BigInt64Array; readonly shape: readonly number[] };

export type Session = {
  /** Every output by name; all are float32. */
  run(inputs: Readonly<Record<string, TensorInput>>): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
};

export type SessionOptions = { readonly threads: number };

export async function openSession(file: string, { threads }: SessionOptions): Promise<Session> {
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // Spinning threads take the cores from the processes that decode the next pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((error: unknown) => {
    throw new AppError('model-missing', `The model file ${file} cannot be loaded; it may be missing or damaged.`, { cause: error });
  });

  return {
    async run(inputs) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, { data, shape }]) => [name, tensorOf(data, shape)]));
      const results = await session.run(feeds).catch((error: unknown) => {
        throw new AppError('engine-failed', `The model ${path.basename(file)} failed on this input.`, { cause: error });
      });
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, floats(name, data)]));
    },
    close: () => session.release(),
  };
}

function tensorOf(data: Float32Array | BigInt64Array, shape: readonly number[]): Tensor {
  return data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape);
}

function floats(name: string, data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new AppError('internal', `The model's output "${name}" is not float32.`);
}
