/** @file Weights that float16 cannot hold: found before a GPU computes with infinities. */
import { AppError } from '../../core/api/errors.ts';
import { listing } from '../checkpoint/listing.ts';
import { readAt, withFile } from '../checkpoint/model-file.ts';
import { describeTensor, type StoredTensor } from '../checkpoint/tensors.ts';

const chunkBytes = 8 * 1024 ** 2;

/**
 * [Note: range by bits] Without its sign a number's bits order it: from 65,520 on (0x477ff000; as bfloat16 from 0x4780) it rounds to infinity
 * in float16, or is none. Added to the bits, `rest` carries into the place of the sign exactly from there on. One 32-bit word is one float32
 * or two bfloat16, whose sums do not reach each other.
 */
const words = {
  BF16: { bits: 0x7fff7fff, rest: 0x38803880, signs: 0x80008000 },
  F32: { bits: 0x7fffffff, rest: 0x38801000, signs: 0x80000000 },
} as const;

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
  const room = new Uint8Array(Math.min(chunkBytes, Math.ceil(tensor.bytes / 4) * 4));
  return withFile(tensor.file, async (handle) => {
    for (let at = 0; at < tensor.bytes; at += room.length) {
      signal?.throwIfAborted();
      const chunk = room.subarray(0, Math.min(room.length, tensor.bytes - at));
      await readAt(handle, tensor.file, chunk, tensor.offset + at);
      room.fill(0, chunk.length);
      if (anyExceeds(new Uint32Array(room.buffer), words[tensor.dtype === 'F32' ? 'F32' : 'BF16'])) return true;
    }
    return false;
  });
}

/** See [Note: range by bits]. Files are little-endian, and so is every machine that this runs on. */
function anyExceeds(numbers: Uint32Array, { bits, rest, signs }: (typeof words)[keyof typeof words]): boolean {
  let carried = 0;
  for (let i = 0; i < numbers.length; i++) carried |= (((numbers[i] as number) & bits) + rest) | 0;
  return (carried & signs) !== 0;
}
