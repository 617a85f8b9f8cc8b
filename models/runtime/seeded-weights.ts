/** @file Weights for a model that does not exist: random, the same on every machine, written to files as they are asked for. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DataType, PlacedWeight, WeightSource } from '../graph/graph.ts';
import { brainFloats, normalNumbers, repeat } from './gaussian.ts';

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
  const some = scaled(Math.min(count, normalNumbers.length));
  if (name.endsWith('#int4')) return { type: 'uint8', data: repeat(Uint8Array.from(some(80, 128)), new Uint8Array(count), seed) };
  if (name.endsWith('#int8')) return { type: 'int8', data: repeat(Int8Array.from(some(40, 0)), new Int8Array(count), seed) };
  if (name.endsWith('.scale')) return { type: 'float32', data: new Float32Array(count).fill(name.endsWith('#int4.scale') ? 0.012 : 5e-4) };
  // A matrix [out, in...], the factors of a norm, or a bias.
  const inputs = count / (shape[0] ?? 1);
  const floats = shape.length > 1 ? some(gain / Math.sqrt(inputs), 0) : some(0.1, name.endsWith('weight') ? 1 : 0);
  return { type: 'bfloat16', data: repeat(brainFloats(floats), new Uint16Array(count), seed) };
}

function scaled(count: number): (spread: number, centre: number) => Float32Array {
  return (spread, centre) => {
    const values = normalNumbers.slice(0, count);
    for (let i = 0; i < count; i++) values[i] = (values[i] as number) * spread + centre;
    return values;
  };
}
