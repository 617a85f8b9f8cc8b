/** @file Weights that float16 cannot hold: found before a GPU computes with infinities. */
import { AppError } from '../../core/api/errors.ts';
import { listing } from '../checkpoint/listing.ts';
import { readAt, withFile } from '../checkpoint/model-file.ts';
import { describeTensor, type StoredTensor } from '../checkpoint/tensors.ts';

const chunkBytes = 8 * 1024 ** 2;

/** The bits, without the sign, from which on a number rounds to infinity in float16 (65,520), or is none. */
const limits = { BF16: 0x4780, F32: 0x477ff000 } as const;

type Options = { readonly signal?: AbortSignal; readonly onProgress?: (bytesDone: number, bytesOf: number) => void };

/** Reads the tensors that are not stored in float16. Throws 'model-invalid' with all that have a weight out of range. */
export async function requireHalfRange(tensors: Iterable<StoredTensor>, { signal, onProgress }: Options): Promise<void> {
  const wide = [...tensors].filter(({ dtype }) => dtype === 'BF16' || dtype === 'F32');
  const bytesOf = wide.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytesDone = 0;
  const out: string[] = [];
  for (const tensor of wide) {
    if (await exceeds(tensor, signal)) out.push(describeTensor(tensor));
    bytesDone += tensor.bytes;
    onProgress?.(bytesDone, bytesOf);
  }
  if (out.length > 0)
    throw new AppError(
      'model-invalid',
      `Weights beyond ±65504 do not fit into float16, so this model cannot run with precision fp16. Choose exact, int8 or int4. They are in:${listing(out)}`,
    );
}

async function exceeds(tensor: StoredTensor, signal: AbortSignal | undefined): Promise<boolean> {
  const room = new Uint8Array(Math.min(chunkBytes, tensor.bytes));
  return withFile(tensor.file, async (handle) => {
    for (let at = 0; at < tensor.bytes; at += room.length) {
      signal?.throwIfAborted();
      const chunk = room.subarray(0, Math.min(room.length, tensor.bytes - at));
      await readAt(handle, tensor.file, chunk, tensor.offset + at);
      if (anyExceeds(chunk, tensor.dtype === 'F32')) return true;
    }
    return false;
  });
}

/** Files are little-endian, and so is every machine that this runs on. */
function anyExceeds(bytes: Uint8Array, wide: boolean): boolean {
  let peak = 0;
  if (wide) {
    const bits = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
    for (let i = 0; i < bits.length; i++) peak = Math.max(peak, (bits[i] as number) & 0x7fffffff);
    return peak >= limits.F32;
  }
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  for (let i = 0; i < bits.length; i++) peak = Math.max(peak, (bits[i] as number) & 0x7fff);
  return peak >= limits.BF16;
}
