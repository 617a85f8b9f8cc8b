/** @file A tensor as it lies in a file: where, how long, of what type. Nothing here reads. */

export type StoredDtype = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

export type StoredTensor = {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  /** Absolute real path: symbolic links are resolved. */
  readonly file: string;
  /** Of the first byte, from the beginning of the file. Any number: nothing is aligned. */
  readonly offset: number;
  readonly bytes: number;
};

/** Bytes of one element. */
export const dtypeBytes: Readonly<Record<StoredDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export function isStoredDtype(value: unknown): value is StoredDtype {
  return typeof value === 'string' && Object.hasOwn(dtypeBytes, value);
}

/** 1 for a scalar (shape []), 0 if any side is 0, `Infinity` or an inexact number where the product is past 2^53. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, side) => product * side, 1);
}

/** The tensor as rows along its first axis. A scalar is one row of one element, a vector has rows of one element. */
export function rowsOf(tensor: StoredTensor): { rows: number; width: number } {
  const [rows = 1, ...rest] = tensor.shape;
  return { rows, width: elementCount(rest) };
}

/** "model.norm.weight (F16 [4096])", for messages. */
export function describeTensor(tensor: Pick<StoredTensor, 'name' | 'dtype' | 'shape'>): string {
  return `${tensor.name} (${tensor.dtype} [${tensor.shape.join(', ')}])`;
}
