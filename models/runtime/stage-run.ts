/** @file What a pass over a model needs of the runner: a way to run one stage, and the small tensors that go in and out. */
import { AppError } from '../../core/api/errors.ts';
import type { Stage } from '../compile/stage.ts';
import type { TensorInput } from './session.ts';

export type Tensors = Readonly<Record<string, TensorInput>>;

/**
 * Runs a stage on what it wants of `tensors` and answers the outputs asked for. Between two calls other jobs may run and sessions come and go,
 * so nothing but plain arrays is held across one. What it answers is the caller's, who gives it back when it is done with.
 */
export type RunStage = <Name extends string>(
  stage: Stage,
  tensors: Tensors,
  outputs: readonly Name[],
) => Promise<Readonly<Record<Name, Float32Array>>>;

/** Row-major values as [rows, columns]. */
export function matrix(data: Float32Array, rows: number): TensorInput {
  return { data, shape: [rows, data.length / rows] };
}

/** Rows `first` to `first + count` of a row-major matrix, not copied. */
export function rowsOf(data: Float32Array, width: number, first: number, count: number): Float32Array {
  return data.subarray(first * width, (first + count) * width);
}

/**
 * Gives the memory of an array that nobody needs any more back at once, if it has its buffer to itself. Left to the garbage collector, what
 * every stage of every layer leaves behind is hundreds of megabytes before it runs.
 */
export function giveBack({ buffer, byteLength }: Float32Array): void {
  if (buffer instanceof ArrayBuffer && byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0);
}

/** `rows` in as many equal blocks as it takes for none to be larger than `limit`. */
export function blocksOf(rows: number, limit: number): { first: number; count: number }[] {
  const size = Math.ceil(rows / Math.ceil(rows / limit));
  return Array.from({ length: Math.ceil(rows / size) }, (_, block) => ({
    first: block * size,
    count: Math.min(size, rows - block * size),
  }));
}

/** @throws AppError `engine-failed` where a value is not a number: weights or activations have overflowed */
export function requireFinite(values: Float32Array, what: string): Float32Array {
  if (!values.every(Number.isFinite))
    throw new AppError('engine-failed', `${what} came out as not a number; the weights may be damaged or too large for this precision.`);
  return values;
}
