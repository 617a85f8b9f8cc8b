/** @file The golden cases as sequences for a runner: pictures read and tiled as the engine does it, tokens embedded and features merged in. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readers } from '../../../core/readers/reader.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { openAdapter } from '../../../models/checkpoint/lora.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { type CompiledVlm, compileVlm, type Precision } from '../../../models/compile/vlm.ts';
import { type AnyresConfig, packing, parseAnyres, pixelValues, rastersFor, tilesOf } from '../../../models/prompt/anyres.ts';
import type { Compat } from '../../../models/prompt/reading.ts';
import type { Sequence } from '../../../models/runtime/decoder-run.ts';
import type { Runner } from '../../../models/runtime/runner.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

export type GoldenCase = {
  readonly name: string;
  readonly images: readonly string[];
  readonly error?: string;
  readonly exif_transpose_applied_by_caller?: boolean;
  readonly input_ids?: readonly number[][];
  readonly attention_mask?: readonly number[][];
  readonly last_hidden?: string;
  readonly embedding?: string;
  readonly debug?: Readonly<Record<string, string>>;
};

export type Golden = {
  readonly compiled: CompiledVlm;
  readonly cases: readonly GoldenCase[];
  /** A recorded tensor by its key. */
  tensor(key: string | undefined): Promise<Float32Array>;
  /** The case's pictures as pixel values, in order. */
  pictures(one: GoldenCase): Promise<Picture[]>;
  sequences(one: GoldenCase, runner: Runner): Promise<Sequence[]>;
};

type Picture = { readonly width: number; readonly height: number; readonly pixels: Float32Array; readonly tiles: number };

export type GoldenSource = {
  readonly folder: string;
  readonly checkpoint: string;
  readonly cases: 'cases.hf441' | 'cases.hf5';
  readonly adapter?: string;
  readonly precision?: Precision;
  readonly cache?: string;
};

export const sources: readonly GoldenSource[] = [
  { folder: 'llava-next-llama3', checkpoint: 'llava-next-llama3/checkpoint', cases: 'cases.hf441' },
  { folder: 'llava-next-llama3', checkpoint: 'llava-next-llama3/checkpoint-new-layout', cases: 'cases.hf5' },
  {
    folder: 'llava-next-llama3-lora',
    checkpoint: 'llava-next-llama3/checkpoint',
    cases: 'cases.hf441',
    adapter: 'llava-next-llama3-lora/adapter',
  },
  { folder: 'llava-next-mistral', checkpoint: 'llava-next-mistral/checkpoint', cases: 'cases.hf441' },
  { folder: 'llava-next-mistral', checkpoint: 'llava-next-mistral/checkpoint-new-layout', cases: 'cases.hf5' },
];

/** Known without opening anything, so that each case can be a test. */
export function casesOf({ folder, cases }: GoldenSource): GoldenCase[] {
  const file = path.join(fixtures, folder, `${cases}.json`);
  const all: GoldenCase[] = JSON.parse(readFileSync(file, 'utf8')).cases;
  return all.filter(({ error }) => error === undefined);
}

export async function openGolden(source: GoldenSource, readers: Readers): Promise<Golden> {
  const checkpoint = await openCheckpoint(path.join(fixtures, source.checkpoint));
  const adapter = source.adapter === undefined ? undefined : await openAdapter(path.join(fixtures, source.adapter));
  const compiled = await compileVlm(checkpoint, {
    precision: source.precision ?? 'exact',
    ...(adapter && { adapter }),
    ...(source.cache !== undefined && { cache: source.cache }),
  });
  const anyres = parseAnyres(checkpoint.preprocessor, checkpoint.config);
  const shard = await readShard(path.join(fixtures, source.folder, `${source.cases}.safetensors`));
  const view = { compat: (source.cases === 'cases.hf5' ? '5' : '4.41') as Compat, tiles: 'anyres' as const };

  async function picture(name: string, upright: boolean): Promise<Picture> {
    // The reader turns pictures upright; the reference did so only where the case says it.
    const file = path.join(fixtures, 'images', name === 'exif6.jpg' && !upright ? 'exif6.decoded.png' : name);
    const { picture: read } = await readers.read({ path: file, rasters: rastersFor(anyres, view) });
    const { tiles } = tilesOf(read, anyres, view);
    return { width: read.width, height: read.height, pixels: pixelValues(tiles, anyres), tiles: tiles.length };
  }

  function pictures({ images, exif_transpose_applied_by_caller: upright = false }: GoldenCase): Promise<Picture[]> {
    return Promise.all(images.map((name) => picture(name, upright)));
  }

  return {
    compiled,
    cases: casesOf(source),
    async tensor(key) {
      const stored = shard.find(({ name }) => name === key);
      if (!stored) throw new Error(`The case has no tensor ${key}.`);
      return readFloats(stored);
    },
    pictures,
    async sequences(one, runner) {
      const seen = await pictures(one);
      const rows = one.input_ids ?? [];
      return Promise.all(
        rows.map(async (row, index) => {
          const ids = row.filter((_, place) => one.attention_mask?.[index]?.[place] === 1);
          const shown = seen[index];
          if (!shown) return { embeds: await embedText(compiled, ids) };
          const features = await runner.features(shown.pixels, shown.tiles, { priority: 'index' });
          return { embeds: await embedPicture(compiled, anyres, ids, features, packing(shown, anyres, view)) };
        }),
      );
    },
  };
}

/** The reference replaces a picture's token by token 0 where there is no picture. */
function embedText({ model, embed }: CompiledVlm, ids: readonly number[]): Promise<Float32Array> {
  return embed(ids.map((id) => (id === model.imageToken ? 0 : id)));
}

/** Tokens before the picture, the packed features, tokens after it. 4.41 writes one token for a picture, 5 all of them. */
async function embedPicture(
  compiled: CompiledVlm,
  { side }: AnyresConfig,
  ids: readonly number[],
  features: Float32Array,
  places: Int32Array,
): Promise<Float32Array> {
  if (side !== compiled.model.vision.imageSize) throw new Error('The tiles are not those of the vision tower.');
  const { hiddenSize } = compiled.model.text;
  const { imageToken } = compiled.model;
  const before = await embedText(compiled, ids.slice(0, ids.indexOf(imageToken)));
  const after = await embedText(compiled, ids.slice(ids.lastIndexOf(imageToken) + 1));
  const packed = new Float32Array(places.length * hiddenSize);
  places.forEach((from, to) => {
    packed.set(features.subarray(from * hiddenSize, (from + 1) * hiddenSize), to * hiddenSize);
  });
  return joined([before, packed, after]);
}

export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** x / max(|x|, 1e-12), row by row. */
export function normalised(rows: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let first = 0; first < rows.length; first += width) {
    const row = rows.subarray(first, first + width);
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    for (const [place, value] of row.entries()) unit[first + place] = value / length;
  }
  return unit;
}

export function worstDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values against ${expected.length}.`);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((found[i] ?? Number.NaN) - (expected[i] ?? 0));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

/** What the reference calls projected: the features of a picture without the end of a line that follows those of every tile. */
export function projectedOf(features: Float32Array, { rowsPerTile, text }: CompiledVlm['model']): Float32Array {
  const [tile, patches] = [rowsPerTile * text.hiddenSize, (rowsPerTile - 1) * text.hiddenSize];
  return joined(Array.from({ length: features.length / tile }, (_, n) => features.subarray(n * tile, n * tile + patches)));
}
