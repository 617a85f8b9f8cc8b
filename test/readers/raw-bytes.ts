/**
 * @file Small camera RAW files made by hand, since real ones are megabytes and belong to somebody: a TIFF with a (meaningless) sensor
 * strip, camera tags, and a JPEG embedded where Adobe's DNG or Canon's CR2 keep theirs.
 */

type Entry = { tag: number; type: 1 | 2 | 3 | 4 | 5; values: readonly number[] | string };
type Directory = { entries: Entry[]; children?: Record<number, Directory> };

const sizes = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 } as const;

/** Lays directories and blobs out one after the other; `place` returns where a blob went. */
class Layout {
  parts: Buffer[] = [];
  length: number;

  constructor(header: Buffer) {
    this.parts.push(header);
    this.length = header.length;
  }

  place(bytes: Buffer): number {
    const at = this.length;
    const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
    this.parts.push(padded);
    this.length += padded.length;
    return at;
  }

  directory({ entries, children = {} }: Directory): number {
    const all = [...entries];
    for (const [tag, child] of Object.entries(children)) all.push({ tag: Number(tag), type: 4, values: [this.directory(child)] });
    all.sort((a, b) => a.tag - b.tag);
    const table = Buffer.alloc(2 + all.length * 12 + 4);
    table.writeUInt16LE(all.length, 0);
    all.forEach((entry, i) => {
      const at = 2 + i * 12;
      const bytes = encode(entry);
      table.writeUInt16LE(entry.tag, at);
      table.writeUInt16LE(entry.type, at + 2);
      table.writeUInt32LE(bytes.length / sizes[entry.type], at + 4);
      if (bytes.length <= 4) bytes.copy(table, at + 8);
      else table.writeUInt32LE(this.place(bytes), at + 8);
    });
    return this.place(table);
  }

  finish(first: number): Buffer {
    const file = Buffer.concat(this.parts);
    file.writeUInt32LE(first, 4);
    return file;
  }
}

function encode({ type, values }: Entry): Buffer {
  if (typeof values === 'string') return Buffer.from(`${values}\0`, 'latin1');
  const unit = type === 5 ? 4 : sizes[type];
  const bytes = Buffer.alloc(values.length * unit);
  for (const [i, value] of values.entries()) bytes.writeUIntLE(value, i * unit, unit);
  return bytes;
}

const camera = (orientation: number): Entry[] => [
  { tag: 271, type: 2, values: 'Oneword' },
  { tag: 272, type: 2, values: 'Box 1' },
  { tag: 274, type: 3, values: [orientation] },
];
const exif: Directory = {
  entries: [
    { tag: 33434, type: 5, values: [1, 250] },
    { tag: 33437, type: 5, values: [28, 10] },
    { tag: 34855, type: 3, values: [100] },
    { tag: 36867, type: 2, values: '2022:02:20 22:22:22' },
    { tag: 37386, type: 5, values: [35, 1] },
  ],
};

export function dngBytes(preview: Buffer, orientation: number): Buffer {
  const layout = new Layout(Buffer.from('II*\0\0\0\0\0', 'latin1'));
  const sensor = layout.place(Buffer.alloc(64 * 48 * 2));
  const jpeg = layout.place(preview);
  return layout.finish(
    layout.directory({
      entries: [
        { tag: 254, type: 4, values: [0] },
        { tag: 256, type: 4, values: [64] },
        { tag: 257, type: 4, values: [48] },
        { tag: 258, type: 3, values: [16] },
        { tag: 259, type: 3, values: [1] },
        { tag: 262, type: 3, values: [32803] }, // colour filter array
        { tag: 273, type: 4, values: [sensor] },
        { tag: 277, type: 3, values: [1] },
        { tag: 278, type: 4, values: [48] },
        { tag: 279, type: 4, values: [64 * 48 * 2] },
        { tag: 50706, type: 1, values: [1, 4, 0, 0] }, // DNG version
        ...camera(orientation),
      ],
      children: {
        330: {
          entries: [
            { tag: 254, type: 4, values: [1] }, // reduced size
            { tag: 259, type: 3, values: [7] },
            { tag: 262, type: 3, values: [6] },
            { tag: 273, type: 4, values: [jpeg] },
            { tag: 279, type: 4, values: [preview.length] },
          ],
        },
        34665: exif,
      },
    }),
  );
}

export function cr2Bytes(preview: Buffer, orientation: number): Buffer {
  const layout = new Layout(Buffer.from('II*\0\0\0\0\0CR\x02\0\0\0\0\0', 'latin1'));
  const jpeg = layout.place(preview);
  return layout.finish(
    layout.directory({
      entries: [
        { tag: 259, type: 3, values: [6] },
        { tag: 273, type: 4, values: [jpeg] },
        { tag: 279, type: 4, values: [preview.length] },
        ...camera(orientation),
      ],
      children: { 34665: exif },
    }),
  );
}
