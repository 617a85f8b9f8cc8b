/** @file Where the quantised form of each weight lies in a side file. */
import { AppError } from '../../core/api/errors.ts';
import type { LoraPair } from '../checkpoint/lora.ts';
import type { StoredTensor } from '../checkpoint/tensors.ts';
import { describeTensor } from '../checkpoint/tensors.ts';
import { int4Block } from '../graph/linear-int4.ts';
import { int4RowSize } from './quantise-rows.ts';

export type QuantisedKind = 'int8' | 'int4';

/** A weight [out, in] to quantise, with the adapter's pair that is added to it first. */
export type WeightToQuantise = {
  /** Canonical. */
  readonly name: string;
  readonly tensor: StoredTensor;
  readonly pair?: LoraPair | undefined;
  /** Of the pair; 1 if left out. */
  readonly scale?: number | undefined;
};

export type SideEntry = {
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: 'int8' | 'uint8' | 'float32';
  readonly shape: readonly number[];
};

export type Layout = {
  /** By `name#int8`, `name#int8.scale`, `name#int4`, `name#int4.scale`. */
  readonly entries: ReadonlyMap<string, SideEntry>;
  /** Of the whole file. */
  readonly bytes: number;
};

/** Entries begin on pages, so that what is read of one brings nothing of another into memory. */
const alignment = 4096;

/** Throws `model-invalid` if a weight is not a matrix. */
export function layOut(weights: readonly WeightToQuantise[], kind: QuantisedKind): Layout {
  const entries = new Map<string, SideEntry>();
  let end = 0;
  for (const { name, tensor } of weights) {
    for (const [suffix, form] of Object.entries(formsOf(tensor, kind))) {
      const bytes = form.shape.reduce((product, size) => product * size, form.dtype === 'float32' ? 4 : 1);
      const offset = Math.ceil(end / alignment) * alignment;
      entries.set(`${name}#${kind}${suffix}`, { offset, bytes, ...form });
      end = offset + bytes;
    }
  }
  return { entries, bytes: end };
}

function formsOf(tensor: StoredTensor, kind: QuantisedKind): Record<'' | '.scale', Pick<SideEntry, 'dtype' | 'shape'>> {
  const [rows = 0, width = 0, ...more] = tensor.shape;
  if (rows === 0 || width === 0 || more.length > 0)
    throw new AppError('model-invalid', `${describeTensor(tensor)} should be a matrix, to be quantised to ${kind}.`);
  if (kind === 'int8') return { '': { dtype: 'int8', shape: [width, rows] }, '.scale': { dtype: 'float32', shape: [rows] } };
  const { blocks } = int4RowSize(width);
  return { '': { dtype: 'uint8', shape: [rows, blocks, int4Block / 2] }, '.scale': { dtype: 'float32', shape: [rows, blocks] } };
}
