/** @file Writes a .safetensors file, piece by piece: synthetic checkpoints are larger than memory. */
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { AppError } from '../../core/api/errors.ts';
import { describeTensor, dtypeBytes, elementCount } from './tensors.ts';

export type WritableDtype = 'F32' | 'F16' | 'BF16' | 'I64';

/** A piece of a tensor: numbers to convert, or bytes as they are to be stored. */
export type Piece = Float32Array | BigInt64Array | Uint8Array;

export type WritableTensor = {
  readonly name: string;
  readonly dtype: WritableDtype;
  readonly shape: readonly number[];
  /** All at once, or pieces on demand, in order. BigInt64Array is for I64, Float32Array for the others. */
  readonly values: Piece | (() => Iterable<Piece> | AsyncIterable<Piece>);
};

const alignment = 8;

/**
 * Writes the tensors in the given order. The file appears under its name when it is complete.
 * Throws `disk-full`, or RangeError when the pieces of a tensor do not add up to its shape.
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly WritableTensor[],
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const part = `${file}.part`;
  try {
    const handle = await open(part, 'w');
    try {
      await writeAll(handle, headerOf(tensors, metadata));
      for (const tensor of tensors) await writeTensor(handle, tensor);
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
      throw new AppError('disk-full', `The disk is full: ${file} could not be written.`, { cause: error });
    }
    throw error;
  }
}

/** Length and JSON, padded so that the first tensor begins aligned. */
function headerOf(tensors: readonly WritableTensor[], metadata?: Readonly<Record<string, string>>): Uint8Array {
  let end = 0;
  const entries: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
  for (const { name, dtype, shape } of tensors) {
    const begin = end;
    end += bytesOf({ dtype, shape });
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / alignment) * alignment;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, 8);
  return header;
}

function bytesOf({ dtype, shape }: Pick<WritableTensor, 'dtype' | 'shape'>): number {
  return dtypeBytes[dtype] * elementCount(shape);
}

async function writeTensor(handle: FileHandle, tensor: WritableTensor): Promise<void> {
  const { values } = tensor;
  let written = 0;
  for await (const piece of typeof values === 'function' ? values() : [values]) {
    const bytes = encode(piece, tensor);
    await writeAll(handle, bytes);
    written += bytes.length;
  }
  const needed = bytesOf(tensor);
  if (written !== needed) throw new RangeError(`${describeTensor(tensor)} needs ${needed} bytes, its pieces have ${written}`);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

/** The piece as stored. */
function encode(piece: Piece, tensor: WritableTensor): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (piece instanceof BigInt64Array) {
    if (tensor.dtype === 'I64') return bytesIn(piece);
  } else {
    switch (tensor.dtype) {
      case 'F32':
        return bytesIn(piece);
      case 'F16':
        return bytesIn(new Float16Array(piece));
      case 'BF16':
        return bytesIn(toBrain(piece));
    }
  }
  throw new RangeError(`${describeTensor(tensor)} cannot be written from a ${piece.constructor.name}`);
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The upper halves of the float32, rounded to nearest, ties to even. NaN stays NaN. */
function toBrain(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i] as number;
    halves[i] = (value & 0x7fffffff) > 0x7f800000 ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return halves;
}
