/** @file Stored numbers (F32, F16, BF16) as float32: contiguous rows, or single rows picked from a large table. */
import { AppError } from '../../core/api/errors.ts';
import { readAt, withFile } from './model-file.ts';
import type { StoredTensor } from './tensors.ts';
import { describeTensor, dtypeBytes, rowsOf } from './tensors.ts';

/**
 * Rows `firstRow` to `firstRow + rows` along the first axis (default: all), flattened: [rows * elements of a row].
 * Throws `model-invalid` if the tensor does not hold floats of 16 or 32 bits.
 */
export async function readFloats(tensor: StoredTensor, firstRow = 0, rows = rowsOf(tensor).rows - firstRow): Promise<Float32Array> {
  const { width } = rowsOf(tensor);
  checkRows(tensor, firstRow, rows);
  const room = roomFor(tensor, rows * width);
  await withFile(tensor.file, (handle) => readAt(handle, tensor.file, room.stored, tensor.offset + firstRow * width * room.size));
  return widen(tensor, room.floats);
}

/** The rows with these numbers in this order, flattened: [rows.length * elements of a row]. A row may occur more than once. */
export async function readRows(tensor: StoredTensor, rows: ArrayLike<number>): Promise<Float32Array> {
  const { width } = rowsOf(tensor);
  for (let i = 0; i < rows.length; i++) checkRows(tensor, rows[i] ?? -1, 1);
  const room = roomFor(tensor, rows.length * width);
  const bytes = width * room.size;
  await withFile(tensor.file, async (handle) => {
    const reads = Array.from(rows, (row, i) =>
      readAt(handle, tensor.file, room.stored.subarray(i * bytes, (i + 1) * bytes), tensor.offset + row * bytes),
    );
    // The file stays open until the last read has ended, also when one fails.
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') throw read.reason;
  });
  return widen(tensor, room.floats);
}

function checkRows(tensor: StoredTensor, firstRow: number, rows: number): void {
  const { rows: all } = rowsOf(tensor);
  const fits = Number.isInteger(firstRow) && Number.isInteger(rows) && firstRow >= 0 && rows >= 0 && firstRow + rows <= all;
  if (!fits) throw new RangeError(`${describeTensor(tensor)} has ${all} rows: no ${rows} from row ${firstRow} on`);
}

type Room = { readonly floats: Float32Array<ArrayBuffer>; readonly stored: Uint8Array<ArrayBuffer>; readonly size: number };

/**
 * Room for `count` stored numbers at the end of the room for as many float32. Widening runs from the front and never overtakes
 * what it still has to read, so a tensor of a gigabyte takes no second copy, and no file offset is ever misaligned.
 */
function roomFor(tensor: StoredTensor, count: number): Room {
  if (!isFloat(tensor)) throw new AppError('model-invalid', `${describeTensor(tensor)} should hold floats: F32, F16 or BF16.`);
  const size = dtypeBytes[tensor.dtype];
  const floats = new Float32Array(count);
  return { floats, stored: new Uint8Array(floats.buffer, count * (4 - size)), size };
}

/** Whether this file can read it. */
export function isFloat({ dtype }: StoredTensor): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

function widen({ dtype }: StoredTensor, floats: Float32Array<ArrayBuffer>): Float32Array {
  if (dtype === 'BF16') widenBrain(floats);
  if (dtype === 'F16') widenHalf(floats);
  return floats;
}

/** bfloat16 is the upper half of a float32. */
function widenBrain(floats: Float32Array<ArrayBuffer>): void {
  const bits = new Uint32Array(floats.buffer);
  const halves = new Uint16Array(floats.buffer, floats.length * 2);
  for (let i = 0; i < bits.length; i++) bits[i] = (halves[i] as number) << 16;
}

/** A plain loop: V8 compiles it to the processor's own conversion, twice as fast as a table or as `set`. */
function widenHalf(floats: Float32Array<ArrayBuffer>): void {
  const halves = new Float16Array(floats.buffer, floats.length * 2);
  for (let i = 0; i < floats.length; i++) floats[i] = halves[i] as number;
}
