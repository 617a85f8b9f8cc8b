/**
 * @file What a file is, by its content: names lie (a PNG saved as .jpg is a PNG). Only camera RAW that hides in plain TIFF needs a
 * look at the name, and only after the content has said TIFF.
 */
import { extname } from 'node:path';
import type { FileType } from '../api/query.ts';
import { readDirectory } from './tiff.ts';

export function sniff(bytes: Buffer, path: string): FileType | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  const head = bytes.toString('latin1', 0, 16);
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'webp';
  if (head.slice(4, 8) === 'ftyp') return isoBrand(bytes);
  if (rawMagics.some((magic) => head.startsWith(magic)) || head.slice(8, 10) === 'CR' || head.startsWith('HEAPCCDR', 6)) return 'raw';
  if (tiffMagics.some((magic) => head.startsWith(magic))) return isRawTiff(bytes, path) ? 'raw' : 'tiff';
  return looksLikeSvg(bytes) ? 'svg' : undefined;
}

/** II/MM with 42 is classic TIFF, with 43 BigTIFF. */
const tiffMagics = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
/** Olympus, Panasonic, Fujifilm, Sigma, Minolta. (Canon's CR2 says so at byte 8, its CRW at byte 6.) */
const rawMagics = ['IIRO', 'IIRS', 'MMOR', 'IIU\0', 'FUJIFILMCCD-RAW', 'FOVb', '\0MRM'];

/** RAW formats that are TIFF with nothing in the first directory that tells them apart. */
const rawExtensions = new Set(
  '.3fr .arw .cr2 .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .nef .nrw .orf .pef .raw .rw2 .rwl .sr2 .srf .srw'.split(' '),
);

/** DNG says its version; others keep a small preview first and the sensor's picture in a sub-directory, or name the sensor's colours. */
function isRawTiff(bytes: Buffer, path: string): boolean {
  const tags = readDirectory(bytes);
  const photometric = tags.get(262);
  const previewFirst = ((tags.get(254) ?? 0) & 1) === 1 && tags.has(330);
  return (
    tags.has(50706) || photometric === 32803 || photometric === 34892 || previewFirst || rawExtensions.has(extname(path).toLowerCase())
  );
}

function isoBrand(bytes: Buffer): FileType | undefined {
  const end = Math.min(bytes.length, bytes.readUInt32BE(0), 256);
  const brands = new Set<string>();
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.add(bytes.toString('latin1', at, at + 4)); // 12: minor version
  if (brands.has('crx ')) return 'raw';
  if (brands.has('avif') || brands.has('avis')) return 'avif';
  return ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1'].some((brand) => brands.has(brand))
    ? 'heic'
    : undefined;
}

function looksLikeSvg(bytes: Buffer): boolean {
  const text = decodeText(bytes.subarray(0, 65_536)).trimStart();
  return text.startsWith('<') && /<([\w-]+:)?svg[\s>/]/.test(text) && !/^<(!doctype\s+)?html/i.test(text);
}

function decodeText(bytes: Buffer): string {
  if (starts(bytes, [0xff, 0xfe])) return bytes.toString('utf16le', 2);
  return bytes.toString('utf8', starts(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0);
}

function starts(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((value, i) => bytes[i] === value);
}
