/** @file Weights for a model that does not exist: random, the same on every machine, written to files as they are asked for. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DataType, PlacedWeight, WeightSource } from '../graph/graph.ts';
import { gaussian } from './gaussian.ts';

/** Trained products keep the size of what they multiply; a little more makes attention choose sharply, so that errors in it show. */
const gain = 1.5;

/** The files go into `folder`. Floats are bfloat16, as most checkpoints have them; `#int8` and `#int4` are bytes with scales that fit. */
export function seededWeights(folder: string): WeightSource {
  const placed = new Map<string, PlacedWeight>();

  function write(name: string, shape: readonly number[]): PlacedWeight {
    const { type, data } = valuesOf(name, shape, placed.size + 1);
    const file = path.join(folder, `${placed.size}.bin`);
    writeFileSync(file, data);
    return { type, shape, file, offset: 0, bytes: data.byteLength };
  }

  return {
    find(name, shape) {
      const known = placed.get(name) ?? write(name, shape);
      placed.set(name, known);
      return known;
    },
    lowRank: () => undefined,
  };
}

type Values = { readonly type: DataType; readonly data: NodeJS.ArrayBufferView };

function valuesOf(name: string, shape: readonly number[], seed: number): Values {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name.endsWith('#int4')) return { type: 'uint8', data: bytes(new Uint8Array(count), seed, 80, 128) };
  if (name.endsWith('#int8')) return { type: 'int8', data: bytes(new Int8Array(count), seed, 40, 0) };
  if (name.endsWith('.scale')) return { type: 'float32', data: new Float32Array(count).fill(name.endsWith('#int4.scale') ? 0.012 : 5e-4) };
  // A matrix [out, in...], the factors of a norm, or a bias.
  if (shape.length > 1) return { type: 'bfloat16', data: brainFloats(count, seed, gain / Math.sqrt(count / (shape[0] ?? 1)), 0) };
  return { type: 'bfloat16', data: brainFloats(count, seed, 0.1, name.endsWith('weight') ? 1 : 0) };
}

function bytes<T extends Int8Array | Uint8Array>(target: T, seed: number, spread: number, centre: number): T {
  const normal = gaussian(target.length, seed);
  for (let i = 0; i < normal.length; i++) target[i] = (normal[i] as number) * spread + centre;
  return target;
}

/** The upper halves of float32. */
function brainFloats(count: number, seed: number, spread: number, centre: number): Uint16Array {
  const floats = gaussian(count, seed);
  for (let i = 0; i < count; i++) floats[i] = (floats[i] as number) * spread + centre;
  const halves = new Uint16Array(floats.buffer);
  const upper = new Uint16Array(count);
  for (let i = 0; i < count; i++) upper[i] = halves[2 * i + 1] as number;
  return upper;
}
