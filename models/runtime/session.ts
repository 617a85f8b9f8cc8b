/**
 * @file Inference sessions. The only importer of onnxruntime-node: the rest of `models` sees plain typed arrays.
 * `run` blocks its thread and cannot be stopped, so sessions live in a process of their own.
 */
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../core/api/errors.ts';
import { damagedWeights } from './external-data.ts';

/**
 * [Note: telemetry] onnxruntime 1.30 brings a client of Microsoft's telemetry (mobile.events.data.microsoft.com): it keeps an identity of the machine in
 * the user's cache folder, writes its queue to the temporary folder and reads /proc/self/cmdline, where a long text given as an argument overflows
 * its stack. It looks at this variable when the first session is opened. Nothing here may leave the machine, so it is set whatever it was.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';

/**
 * [Note: spinning] A thread that sleeps between two operators takes longer to wake than a small operator takes: 15 % of a short text. Threads that
 * spin as long as onnxruntime lets them take the cores from the processes that decode the next pictures. So they spin for the length of a gap
 * between operators, and not at all between runs: faster than either, and less processor time than without (docs/benchmarks/runtime.md).
 */

/** The execution providers by their names in onnxruntime. */
export type ProviderName = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

export type TensorInput = { readonly data: Float32Array | BigInt64Array | Int32Array; readonly shape: readonly number[] };

export type Session = {
  /** Every output by name, or those that are wanted; all are float32, or float16 and widened. */
  run(inputs: Readonly<Record<string, TensorInput>>, wanted?: readonly string[]): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
};

/** What the model calls its inputs, with the types of their elements, and its outputs. */
export type Ports = { readonly inputs: ReadonlyMap<string, string>; readonly outputs: readonly string[] };

/** A file, or a model built in memory whose external data lie below `folder`. */
export type ModelSource = string | { readonly bytes: Uint8Array; readonly folder: string };

export type SessionOptions = {
  readonly threads: number;
  readonly provider?: ProviderName;
  /**
   * Where the weights are while the session is open (CPU only; absent = onnxruntime's defaults, for small networks).
   * - `resident`: laid out for the processor in memory of its own: slow to open, fast to run
   * - `mapped`: read from the mapped file on every run, float casts included: opens in milliseconds and holds no memory of its own
   * - `fed`: nowhere; they come with every run
   */
  readonly weights?: 'resident' | 'mapped' | 'fed';
  /** Keeps the memory of activations for the next run: for sessions that stay open and are few. */
  readonly arena?: boolean;
  /** For int8 products on processors that add up bytes in 16 bits, see [Note: saturating processors]: half as fast, and right. */
  readonly wideSums?: boolean;
  /** What messages call the model. */
  readonly name?: string;
};

/** @throws AppError `model-missing` where the model or its weights are absent or cut short, `engine-failed` where it cannot be loaded. */
export async function openSession(model: ModelSource, options: SessionOptions): Promise<Session & Ports> {
  const name = options.name ?? (typeof model === 'string' ? path.basename(model) : 'a model built in memory');
  const session = await create(model, options).catch(async (error: unknown) => {
    throw await openingFailure(model, name, error);
  });

  return {
    inputs: new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : 'sequence'])),
    outputs: session.outputNames,
    async run(inputs, wanted = session.outputNames) {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([key, { data, shape }]) => [key, tensorOf(data, shape)]));
      const results = await session.run(feeds, wanted).catch((error: unknown) => {
        throw new AppError('engine-failed', `The model ${name} failed on this input: ${reason(error)}`, { cause: error });
      });
      return Object.fromEntries(Object.entries(results).map(([key, { data }]) => [key, floats(key, data)]));
    },
    close: () => session.release(),
  };
}

function create(
  model: ModelSource,
  { threads, provider = 'cpu', weights, arena = false, wideSums = false }: SessionOptions,
): Promise<InferenceSession> {
  const fromMemory = typeof model !== 'string';
  const mapped = weights === 'mapped' && provider === 'cpu';
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Failures come back as exceptions.
    logSeverityLevel: 4,
    // An arena keeps the largest activations of every session that is open: with a session per layer that is gigabytes.
    ...(weights && !arena && { enableCpuMemArena: false, enableMemPattern: false }),
    extra: {
      session: {
        // See [Note: spinning].
        force_spinning_stop: '1',
        intra_op: { allow_spinning: '1', spin_duration_us: '50' },
        ...(fromMemory && { model_external_initializers_file_folder_path: model.folder }),
        ...(mapped && { disable_prepacking: '1' }),
        ...(wideSums && { x64quantprecision: '1' }),
      },
      // Folding would keep every weight a second time, as float32.
      ...(mapped && { optimization: { disable_specified_optimizers: 'ConstantFolding' } }),
    },
  };
  return fromMemory ? InferenceSession.create(model.bytes, options) : InferenceSession.create(model, options);
}

async function openingFailure(model: ModelSource, name: string, error: unknown): Promise<AppError> {
  if (typeof model === 'string')
    return new AppError('model-missing', `The model file ${model} cannot be loaded; it may be missing or damaged.`, { cause: error });
  const damage = await damagedWeights(model.bytes, model.folder);
  if (damage) return new AppError('model-missing', damage, { cause: error });
  return new AppError('engine-failed', `The model ${name} cannot be loaded: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tensorOf(data: TensorInput['data'], shape: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('int64', data, shape);
}

function floats(name: string, data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float16Array) return Float32Array.from(data);
  throw new AppError('internal', `The model's output "${name}" is not float32.`);
}
