/** @file A checkpoint's tensor as a graph's weight: the same bytes, seen from the other side. */
import type { StoredDtype, StoredTensor } from '../checkpoint/tensors.ts';
import type { DataType, PlacedWeight } from '../graph/graph.ts';

const floatTypes: Readonly<Partial<Record<StoredDtype, DataType>>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/** The element type in a graph; undefined for types that are no weights. */
export function floatType({ dtype }: StoredTensor): DataType | undefined {
  return floatTypes[dtype];
}

/** The tensor, or `shape[0]` of its rows from `firstRow` on. */
export function placed(tensor: StoredTensor, shape: readonly number[], firstRow = 0): PlacedWeight {
  const [storedRows = 1] = tensor.shape;
  const [rows = 1] = shape;
  const rowBytes = tensor.bytes / storedRows;
  return {
    type: floatType(tensor) ?? 'float32',
    shape,
    file: tensor.file,
    offset: tensor.offset + firstRow * rowBytes,
    bytes: shape.length === 0 ? tensor.bytes : rows * rowBytes,
  };
}
