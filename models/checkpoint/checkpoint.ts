/**
 * @file Opens a checkpoint folder as Hugging Face lays it out: config.json, the preprocessor's settings, and where every tensor lies.
 * Nothing is converted and no weight is loaded.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { type Exported, exportedFiles, findExported } from './exported.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { listing, shownValue } from './listing.ts';
import { exists, readJson, requireFolder } from './model-file.ts';
import { revisionOf } from './revision.ts';
import { readShard } from './safetensors.ts';
import { indexName, readSharded, tensorMap } from './sharded.ts';
import type { StoredTensor } from './tensors.ts';

export type Checkpoint = {
  /** Absolute, as given: links are not resolved. */
  readonly directory: string;
  readonly modelType: string;
  readonly config: JsonObject;
  readonly preprocessor: JsonObject | undefined;
  /** fixture_vision_config.json, which small checkpoints have whose family's config.json leaves out the tower's sizes. */
  readonly vision: JsonObject | undefined;
  /** By name, as stored. Of an export, its files. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Encoders in ONNX, where there are no safetensors. */
  readonly exported: Exported | undefined;
  /** Identity of the content, 16 hex digits. See `revisionOf`. */
  readonly revision: string;
};

const weightsName = 'model.safetensors';

/** What people download when they mean the weights, and cannot be used here. */
const otherFormats: readonly (readonly [RegExp, string])[] = [
  [/^(pytorch_)?model.*\.bin$|\.(pt|pth|ckpt)$/, 'PyTorch files'],
  [/\.gguf$|\.ggml$/, 'GGUF files'],
  [/\.onnx$/, 'ONNX files'],
  [/\.(h5|msgpack)$/, 'TensorFlow or Flax files'],
];

/**
 * Throws `model-missing` if the folder, config.json or weights are absent or half downloaded,
 * `model-invalid` if what is there is damaged, contradictory or in another format.
 */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const folder = path.resolve(directory);
  await requireFolder(folder);
  const weights = await findWeights(folder);
  const config = await readConfig(folder);
  const exported = typeof weights === 'string' ? undefined : weights;
  const tensors = await tensorsOf(folder, weights);
  return {
    directory: folder,
    modelType: modelTypeOf(config, folder),
    config,
    preprocessor: await readPreprocessor(folder),
    vision: await readJson(path.join(folder, 'fixture_vision_config.json')),
    tensors,
    exported,
    revision: await revisionOf(config, tensors.values()),
  };
}

async function tensorsOf(folder: string, weights: Awaited<ReturnType<typeof findWeights>>): Promise<Map<string, StoredTensor>> {
  if (typeof weights !== 'string') return tensorMap(await exportedFiles(folder, weights));
  const tensors = weights === indexName ? await readSharded(folder) : tensorMap(await readShard(path.join(folder, weights)));
  if (tensors.size === 0) throw new AppError('model-invalid', `${path.join(folder, weights)} holds no tensors.`);
  return tensors;
}

/** The file to start from, or what was exported to ONNX. A single file wins over an index beside it, as in the transformers library. */
async function findWeights(folder: string): Promise<typeof weightsName | typeof indexName | Exported> {
  for (const name of [weightsName, indexName] as const) if (await exists(path.join(folder, name))) return name;
  const exported = await findExported(folder);
  if (exported) return exported;
  const wanted = `Needed is ${weightsName}, or ${indexName} with its parts.`;
  const names = (await readdir(folder)).sort();

  const parts = names.filter((name) => name.endsWith('.safetensors'));
  if (parts.length > 0) {
    throw new AppError(
      'model-missing',
      `${folder} has safetensors files, but not the one to start from. ${wanted} Found:${listing(parts)}`,
    );
  }
  const other = otherFormats.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (other) {
    const [pattern, format] = other;
    const found = listing(names.filter((name) => pattern.test(name)));
    throw new AppError('model-invalid', `${folder} has only ${format}; Oneword reads safetensors. ${wanted} Found:${found}`);
  }
  throw new AppError('model-missing', `${folder} has no weights. ${wanted}`);
}

async function readConfig(folder: string): Promise<JsonObject> {
  const config = await readJson(path.join(folder, 'config.json'));
  if (!config) throw new AppError('model-missing', `${folder} has no config.json. Download it from where the weights are from.`);
  return config;
}

function modelTypeOf(config: JsonObject, folder: string): string {
  const { model_type: type } = config;
  if (typeof type === 'string' && type !== '') return type;
  throw new AppError('model-invalid', `model_type in ${path.join(folder, 'config.json')} should be a name and is ${shownValue(type)}.`);
}

/** From preprocessor_config.json; versions from 5 on may write it into processor_config.json instead. */
async function readPreprocessor(folder: string): Promise<JsonObject | undefined> {
  const own = await readJson(path.join(folder, 'preprocessor_config.json'));
  if (own) return own;
  const nested = (await readJson(path.join(folder, 'processor_config.json')))?.image_processor;
  return isObject(nested) ? nested : undefined;
}
