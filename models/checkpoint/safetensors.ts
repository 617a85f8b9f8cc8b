/**
 * @file Reads the header of a .safetensors file and checks it against the file before a byte of a tensor is trusted.
 * Format: u64 little-endian header length, the header (JSON), the tensors' bytes without gaps. https://github.com/huggingface/safetensors
 */
import type { FileHandle } from 'node:fs/promises';
import { AppError } from '../../core/api/errors.ts';
import type { Json } from './json.ts';
import { isObject, parseObject } from './json.ts';
import { listing, quoted, shownValue } from './listing.ts';
import { decodeUtf8, readAt, realFile, withFile } from './model-file.ts';
import type { StoredTensor } from './tensors.ts';
import { dtypeBytes, elementCount, isStoredDtype } from './tensors.ts';

/** The reference's own limit. */
const maxHeaderBytes = 100_000_000;
const lengthBytes = 8;
const openingBrace = 0x7b;

/**
 * The tensors of one file, in the order of their bytes.
 * Throws `model-missing` if the file is absent or half downloaded, `model-invalid` if its header and its bytes do not fit together.
 */
export async function readShard(file: string): Promise<StoredTensor[]> {
  const real = await realFile(file);
  return withFile(real, async (handle) => {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new AppError('model-invalid', `${file} is not a file.`);
    const header = await readHeader(handle, file, stats.size);
    const start = lengthBytes + header.length;
    const tensors = parseHeader(decodeUtf8(header, `The header of ${file}`), file, real, start);
    checkLayout(tensors, file, start, stats.size);
    return tensors;
  });
}

async function readHeader(handle: FileHandle, file: string, size: number): Promise<Uint8Array> {
  await refusePointer(handle, file, size);
  if (size < lengthBytes) throw halfDownloaded(file, size, `more than ${lengthBytes}`);
  const prefix = new Uint8Array(lengthBytes);
  await readAt(handle, file, prefix, 0);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > maxHeaderBytes) {
    throw new AppError(
      'model-invalid',
      `${file} is not a safetensors file: its header would have ${length} bytes (at most ${maxHeaderBytes}).`,
    );
  }
  if (lengthBytes + length > size) throw halfDownloaded(file, size, `at least ${lengthBytes + length}`);
  const header = new Uint8Array(length);
  await readAt(handle, file, header, lengthBytes);
  if (header[0] !== openingBrace) throw new AppError('model-invalid', `${file} is not a safetensors file: no header at its beginning.`);
  return header;
}

/** What `git clone` leaves in the place of a large file when Git LFS is not installed: a text of some 130 bytes. */
async function refusePointer(handle: FileHandle, file: string, size: number): Promise<void> {
  const start = new Uint8Array(Math.min(size, 40));
  await readAt(handle, file, start, 0);
  if (Buffer.from(start).toString('latin1').startsWith('version https://git-lfs')) {
    throw new AppError(
      'model-missing',
      `${file} is only the Git LFS pointer to the weights. Fetch them with "git lfs pull", or download the file.`,
    );
  }
}

function halfDownloaded(file: string, size: number, of: number | string): AppError {
  return new AppError('model-missing', `${file} is half downloaded: the file has ${size} of ${of} bytes. Download it again.`);
}

/** Throws `model-invalid` with every entry that cannot be used. */
function parseHeader(text: string, file: string, real: string, start: number): StoredTensor[] {
  const header = parseObject(text, `The header of ${file}`, { unique: true });
  const problems: string[] = [];
  const tensors: StoredTensor[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue; // free text of the program that wrote the file
    const tensor = parseEntry(name, entry, real, start);
    if (typeof tensor === 'string') problems.push(`${quoted(name)}: ${tensor}`);
    else tensors.push(tensor);
  }
  if (problems.length > 0) throw new AppError('model-invalid', `${file} has tensors that cannot be read:${listing(problems)}`);
  return tensors.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
}

/** A string says what is wrong. */
function parseEntry(name: string, entry: Json, file: string, start: number): StoredTensor | string {
  if (!isObject(entry)) return `should be an object and is ${shownValue(entry)}`;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isStoredDtype(dtype)) return `its dtype is ${shownValue(dtype)}; known are ${Object.keys(dtypeBytes).join(', ')}`;
  if (!isCounts(shape)) return `its shape is ${shownValue(shape)}, not a list of whole numbers`;
  if (!isCounts(offsets) || offsets.length !== 2) return `its data_offsets are ${shownValue(offsets)}, not two whole numbers`;
  const [begin = 0, end = 0] = offsets;
  if (end < begin) return `its data_offsets are ${shownValue(offsets)}: it ends before it begins`;
  const bytes = dtypeBytes[dtype] * elementCount(shape);
  if (end - begin !== bytes) return `${dtype} [${shape.join(', ')}] needs ${bytes} bytes, its data_offsets span ${end - begin}`;
  return { name, dtype, shape, file, offset: start + begin, bytes };
}

function isCounts(value: Json | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** Every byte after the header belongs to exactly one tensor. `tensors` are sorted by offset. */
function checkLayout(tensors: readonly StoredTensor[], file: string, start: number, size: number): void {
  const problems: string[] = [];
  let end = start;
  let before = 'the header';
  for (const tensor of tensors) {
    const name = quoted(tensor.name);
    if (tensor.offset > end) problems.push(`${tensor.offset - end} bytes between ${before} and ${name} belong to no tensor`);
    if (tensor.offset < end)
      problems.push(`${before} and ${name} overlap by ${Math.min(end, tensor.offset + tensor.bytes) - tensor.offset} bytes`);
    if (tensor.offset + tensor.bytes >= end) [end, before] = [tensor.offset + tensor.bytes, name];
  }
  if (problems.length > 0) throw new AppError('model-invalid', `The header of ${file} contradicts itself:${listing(problems)}`);
  if (size < end) throw halfDownloaded(file, size, end);
  if (size > end) throw new AppError('model-invalid', `${file} has ${size} bytes, its header describes only ${end}. Download it again.`);
}
