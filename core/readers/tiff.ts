/**
 * @file Just enough TIFF: reading the first directory to tell RAW from TIFF, and wrapping bare pixels with their colour profile.
 */

/** Tags of the first directory with their first value where it is a number that fits in the entry. Never throws. */
export function readDirectory(bytes: Buffer): Map<number, number> {
  const tags = new Map<number, number>();
  if (bytes.length < 8) return tags;
  const little = bytes[0] === 0x49;
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const start = u32(4);
  if (u16(2) !== 42 || start + 2 > bytes.length) return tags;
  const entries = Math.min(u16(start), 512);
  for (let i = 0; i < entries; i++) {
    const at = start + 2 + i * 12;
    if (at + 12 > bytes.length) break;
    const type = u16(at + 2);
    tags.set(u16(at), type === 3 ? u16(at + 8) : type === 1 ? (bytes[at + 8] ?? 0) : u32(at + 8));
  }
  return tags;
}

export type Pixels = { readonly width: number; readonly height: number; readonly channels: 3 | 4; readonly data: Uint8Array };

/** An uncompressed TIFF around 8-bit RGB or RGBA, so that pixels of another decoder go through the same colour management. */
export function wrapPixels({ width, height, channels, data }: Pixels, profile: Buffer | undefined): Buffer {
  const entries: [tag: number, type: 3 | 4 | 7, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, channels, 0], // bits per sample: 8 each, at an offset filled in below
    [259, 3, 1, 1], // not compressed
    [262, 3, 1, 2], // RGB
    [273, 4, 1, 0], // the one strip's offset, filled in below
    [277, 3, 1, channels],
    [278, 4, 1, height],
    [279, 4, 1, data.length],
    [284, 3, 1, 1],
  ];
  if (channels === 4) entries.push([338, 3, 1, 2]); // alpha, not premultiplied
  if (profile) entries.push([34675, 7, profile.length, 0]);

  const bitsAt = 8 + 2 + entries.length * 12 + 4;
  const profileAt = bitsAt + 8;
  const pixelsAt = profileAt + (profile ? profile.length + (profile.length % 2) : 0);
  const header = Buffer.alloc(pixelsAt);
  header.write('II*\0', 'latin1');
  header.writeUInt32LE(8, 4);
  header.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    const at = 10 + i * 12;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    header.writeUInt32LE(tag === 258 ? bitsAt : tag === 273 ? pixelsAt : tag === 34675 ? profileAt : value, at + 8);
  });
  for (let i = 0; i < channels; i++) header.writeUInt16LE(8, bitsAt + i * 2);
  profile?.copy(header, profileAt);
  return Buffer.concat([header, data]);
}
