/**
 * @file A checkpoint of two encoders in the layout that transformers.js loads: config.json, and a graph for each tower with its weights beside
 * it, float32.
 */
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../core/api/errors.ts';
import * as clip from '../../arch/clip.ts';
import { openModel } from '../../arch/index.ts';
import * as siglip from '../../arch/siglip.ts';
import { type Checkpoint, openCheckpoint } from '../../checkpoint/checkpoint.ts';
import { readFloats } from '../../checkpoint/floats.ts';
import { Graph, type PlacedWeight } from '../../graph/graph.ts';
import { encodeModel } from '../../graph/model-file.ts';
import { Scope } from '../../graph/scope.ts';
import { clipTextGraph, clipVisionGraph, siglipTextGraph, siglipVisionGraph, transposed } from './graph.ts';

/** Throws `bad-request` for an architecture that the peer's graphs are not written for, or the signal's reason. */
export async function writePeerModel(directory: string, folder: string, signal?: AbortSignal): Promise<void> {
  const checkpoint = await openCheckpoint(directory);
  const towers = towersOf(checkpoint);
  await mkdir(path.join(folder, 'onnx'), { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(checkpoint.config));
  for (const [name, build] of Object.entries(towers)) {
    signal?.throwIfAborted();
    await writeTower(checkpoint, path.join(folder, 'onnx', `${name}.onnx`), build, signal);
  }
}

type Build = (s: Scope) => void;

function towersOf({ modelType, config }: Checkpoint): Readonly<Record<'vision_model' | 'text_model', Build>> {
  if (modelType === 'clip') {
    const cfg = clip.parseConfig(config);
    return { vision_model: (s) => clipVisionGraph(s, cfg), text_model: (s) => clipTextGraph(s, cfg) };
  }
  if (modelType === 'siglip') {
    const cfg = siglip.parseConfig(config);
    return { vision_model: (s) => siglipVisionGraph(s, cfg), text_model: (s) => siglipTextGraph(s, cfg) };
  }
  throw new AppError('bad-request', `The comparison with transformers.js is for clip and siglip, not for ${modelType}.`);
}

/** The weights lie one after the other in `<file>_data`. */
async function writeTower(checkpoint: Checkpoint, file: string, build: Build, signal: AbortSignal | undefined): Promise<void> {
  const data = `${file}_data`;
  const placed = new Map<string, PlacedWeight>();
  let end = 0;
  const find = (name: string, shape: readonly number[]): PlacedWeight => {
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    const weight: PlacedWeight = { type: 'float32', shape, file: data, offset: end, bytes };
    end += bytes;
    placed.set(name, weight);
    return weight;
  };
  const graph = new Graph(path.basename(file, '.onnx'), {
    ...{ weights: { find, lowRank: () => undefined }, linear: 'float', compute: 'float32' },
  });
  build(new Scope(graph));
  await writeFile(
    file,
    encodeModel(graph, (of) => path.basename(of)),
  );
  const rename = openModel({ ...checkpoint, vision: undefined }).renameTensor;
  const stored = new Map([...checkpoint.tensors].map(([name, tensor]) => [rename(name), tensor]));
  const handle = await open(data, 'w');
  try {
    for (const [name, { shape, offset, bytes }] of placed) {
      signal?.throwIfAborted();
      const [tensorName = '', form = '', order = ''] = name.split('#');
      const tensor = stored.get(tensorName);
      if (!tensor) throw new AppError('model-invalid', `The checkpoint has no ${tensorName}, which the comparison needs.`);
      const isPart = /^\d$/.test(form);
      const rows = (tensor.shape[0] ?? 1) / 3;
      const floats = isPart ? await readFloats(tensor, Number(form) * rows, rows) : await readFloats(tensor);
      const isTransposed = `#${form}` === transposed || `#${order}` === transposed;
      const values = isTransposed ? transpose(floats, shape) : floats;
      await handle.write(new Uint8Array(values.buffer, values.byteOffset, bytes), 0, bytes, offset);
    }
  } finally {
    await handle.close();
  }
}

/** [out, in] -> [in, out], a block at a time so that neither side leaves the cache. */
function transpose(floats: Float32Array, [inFeatures = 1, outFeatures = 1]: readonly number[]): Float32Array {
  const result = new Float32Array(floats.length);
  const side = 32;
  for (let top = 0; top < outFeatures; top += side)
    for (let left = 0; left < inFeatures; left += side)
      for (let row = top; row < Math.min(top + side, outFeatures); row++)
        for (let column = left; column < Math.min(left + side, inFeatures); column++)
          result[column * outFeatures + row] = floats[row * inFeatures + column] as number;
  return result;
}
