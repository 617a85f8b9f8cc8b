/**
 * @file Vectors as they are stored: float16, little-endian (as is every machine that Oneword runs on). Half the bytes of float32;
 * the error of a value is below 2^-11 of it, far below what tells two pictures apart.
 */
import { AppError } from '../api/errors.ts';

/** The blob of a vector. Fails on a value that is not finite or that float16 cannot hold: it would poison every comparison. */
export function encodeFloat16(vector: Float32Array): Uint8Array<ArrayBuffer> {
  const half = new Float16Array(vector);
  for (let i = 0; i < half.length; i++) {
    if (!Number.isFinite(half[i])) {
      throw new AppError('bad-request', `Value ${i} of the vector is ${vector[i]}: only finite numbers up to 65504 can be stored.`);
    }
  }
  return new Uint8Array(half.buffer);
}

/** Writes the values of a blob into `out` from `offset` on. */
export function decodeFloat16(blob: Uint8Array, out: Float32Array, offset = 0): void {
  const aligned = blob.byteOffset % 2 === 0 ? blob : blob.slice();
  out.set(new Float16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2), offset);
}
