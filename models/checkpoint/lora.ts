/**
 * @file LoRA adapters as PEFT saves them (adapter_config.json and adapter_model.safetensors): opened, and added to a weight.
 * Which module of the model a path means is the architecture's matter. Reference: peft/tuners/lora/config.py and layer.py
 */
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { isFloat, readFloats } from './floats.ts';
import type { Json, JsonObject } from './json.ts';
import { listing, quoted, shownValue } from './listing.ts';
import { exists, readJson, requireFolder } from './model-file.ts';
import { revisionOf } from './revision.ts';
import { readShard } from './safetensors.ts';
import type { StoredTensor } from './tensors.ts';
import { describeTensor, rowsOf } from './tensors.ts';

export type LoraPair = {
  /** [r, in] */
  readonly a: StoredTensor;
  /** [out, r] */
  readonly b: StoredTensor;
};

export type Adapter = {
  /** Absolute, as given. */
  readonly directory: string;
  /** Identity of the content, made like a checkpoint's. */
  readonly revision: string;
  /** Of B A when it is added to the weight. */
  readonly scale: number;
  /** By module path as in the adapter, without `base_model.model.`: model.layers.0.self_attn.q_proj */
  readonly pairs: ReadonlyMap<string, LoraPair>;
};

const { fround } = Math;

const configName = 'adapter_config.json';
const weightsName = 'adapter_model.safetensors';

/** Options that change what an adapter computes. Only an adapter that leaves them off is W + scale * B A and nothing else. */
const unsupported = [
  'use_dora',
  'use_qalora',
  'use_bdlora',
  'lora_bias',
  'fan_in_fan_out',
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'layer_replication',
  'trainable_token_indices',
  'target_parameters',
  'alora_invocation_tokens',
  'arrow_config',
] as const;

/** Ways to begin a training that leave the base weights as they are. The others (pissa, olora, loftq, ...) subtract something from them. */
const harmlessStarts: readonly (Json | undefined)[] = [undefined, null, true, false, 'gaussian', 'eva', 'orthogonal'];

/** Throws `model-missing` if a file is absent or half downloaded, `model-invalid` if the adapter is damaged or does more than W + scale * B A. */
export async function openAdapter(directory: string): Promise<Adapter> {
  const folder = path.resolve(directory);
  await requireFolder(folder);
  const config = await readJson(path.join(folder, configName));
  if (!config) throw new AppError('model-missing', `${folder} is not a LoRA adapter: it has no ${configName}.`);
  const { rank, scale } = parseConfig(config, path.join(folder, configName));

  const file = path.join(folder, weightsName);
  if (!(await exists(file))) {
    const old = (await exists(path.join(folder, 'adapter_model.bin'))) ? ' It has adapter_model.bin, which Oneword does not read.' : '';
    throw new AppError('model-missing', `${folder} has no ${weightsName}.${old}`);
  }
  const tensors = await readShard(file);
  return { directory: folder, revision: await revisionOf(config, tensors), scale, pairs: pairUp(tensors, rank, file) };
}

function parseConfig(config: JsonObject, file: string): { rank: number; scale: number } {
  const problems: string[] = [];
  if (config.peft_type !== 'LORA') problems.push(`peft_type is ${shownValue(config.peft_type)}; only "LORA" is supported`);
  for (const option of unsupported) if (!isOff(config[option])) problems.push(`${option} is ${shownValue(config[option])}`);
  if (!isOff(config.bias) && config.bias !== 'none') problems.push(`bias is ${shownValue(config.bias)}; only "none" is supported`);
  if (!harmlessStarts.includes(config.init_lora_weights)) {
    problems.push(`init_lora_weights is ${shownValue(config.init_lora_weights)}: the adapter belongs to changed base weights`);
  }
  if (problems.length > 0) throw new AppError('model-invalid', `${file} asks for what Oneword does not support:${listing(problems)}`);

  const { r: rank, lora_alpha: alpha, use_rslora: stabilised } = config;
  if (typeof rank !== 'number' || !Number.isSafeInteger(rank) || rank < 1) {
    throw new AppError('model-invalid', `r in ${file} should be a whole number from 1 on and is ${shownValue(rank)}.`);
  }
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) {
    throw new AppError('model-invalid', `lora_alpha in ${file} should be a number and is ${shownValue(alpha)}.`);
  }
  return { rank, scale: alpha / (stabilised === true ? Math.sqrt(rank) : rank) };
}

/** Absent, null, false, or an empty list or object: what PEFT writes for an option that is not used. */
function isOff(value: Json | undefined): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false;
}

const key = /^(?:base_model\.model\.)?(?<module>.+)\.lora_(?<side>[AB])(?:\.default)?\.weight$/;

function pairUp(tensors: readonly StoredTensor[], rank: number, file: string): Map<string, LoraPair> {
  const problems: string[] = [];
  const sides = { A: new Map<string, StoredTensor>(), B: new Map<string, StoredTensor>() };
  for (const tensor of tensors) {
    const { module, side } = key.exec(tensor.name)?.groups ?? {};
    if (module === undefined || (side !== 'A' && side !== 'B')) problems.push(`${quoted(tensor.name)} is not a weight of LoRA`);
    else if (sides[side].has(module)) problems.push(`${quoted(module)} has lora_${side} twice`);
    else sides[side].set(module, tensor);
  }
  const pairs = new Map<string, LoraPair>();
  for (const [module, a] of sides.A) {
    const b = sides.B.get(module);
    if (!b) problems.push(`${quoted(module)} has lora_A without lora_B`);
    else if (!isPair(a, b, rank))
      problems.push(`${describeTensor(a)} and ${describeTensor(b)} should be floats [${rank}, in] and [out, ${rank}]`);
    else pairs.set(module, { a, b });
  }
  for (const module of sides.B.keys()) if (!sides.A.has(module)) problems.push(`${quoted(module)} has lora_B without lora_A`);
  if (problems.length > 0) throw new AppError('model-invalid', `${file} cannot be used:${listing(problems)}`);
  if (pairs.size === 0) throw new AppError('model-invalid', `${file} holds no LoRA weights.`);
  return pairs;
}

function isPair(a: StoredTensor, b: StoredTensor, rank: number): boolean {
  return isFloat(a) && isFloat(b) && a.shape.length === 2 && b.shape.length === 2 && a.shape[0] === rank && b.shape[1] === rank;
}

/**
 * W + scale * B A, rows `firstRow` to `firstRow + rows` (default: all), flattened: [rows * in]. `base` is W [out, in].
 * The result does not depend on how the rows are cut.
 * Throws `model-invalid` if the shapes do not fit.
 */
export async function mergedFloats(
  base: StoredTensor,
  pair: LoraPair,
  scale: number,
  firstRow = 0,
  rows = rowsOf(base).rows - firstRow,
): Promise<Float32Array> {
  const [out, width = 0] = base.shape;
  if (base.shape.length !== 2 || pair.b.shape[0] !== out || pair.a.shape[1] !== width || pair.a.shape[0] !== pair.b.shape[1]) {
    const adapter = `${describeTensor(pair.a)} and ${describeTensor(pair.b)}`;
    throw new AppError('model-invalid', `The adapter does not fit this model: ${adapter} cannot be added to ${describeTensor(base)}.`);
  }
  const [weight, a, b] = await Promise.all([readFloats(base, firstRow, rows), readFloats(pair.a), readFloats(pair.b, firstRow, rows)]);
  addProduct(weight, a, b, width, scale);
  return weight;
}

/**
 * weight [rows, width] += scale * b [rows, rank] a [rank, width]. A sum is rounded to float32 after each fused multiply and add,
 * as matrix libraries do: the golden weights come out bit for bit.
 */
function addProduct(weight: Float32Array, a: Float32Array, b: Float32Array, width: number, scale: number): void {
  const rank = a.length / width;
  const sums = new Float32Array(width);
  for (let row = 0; row * width < weight.length; row++) {
    sums.fill(0);
    const factors = b.subarray(row * rank, (row + 1) * rank);
    let k = 0;
    for (; k + 4 <= rank; k += 4) addFour(sums, a.subarray(k * width, (k + 4) * width), factors.subarray(k, k + 4));
    for (; k < rank; k++) addOne(sums, a.subarray(k * width, (k + 1) * width), factors[k] as number);
    const target = weight.subarray(row * width, (row + 1) * width);
    for (let i = 0; i < width; i++) target[i] = (target[i] as number) + fround(scale * (sums[i] as number));
  }
}

/** Four steps at once: a quarter of the traffic on `sums`. */
function addFour(sums: Float32Array, rows: Float32Array, factors: Float32Array): void {
  const width = sums.length;
  const f0 = factors[0] as number;
  const f1 = factors[1] as number;
  const f2 = factors[2] as number;
  const f3 = factors[3] as number;
  for (let i = 0; i < width; i++) {
    let sum = fround((sums[i] as number) + f0 * (rows[i] as number));
    sum = fround(sum + f1 * (rows[i + width] as number));
    sum = fround(sum + f2 * (rows[i + 2 * width] as number));
    sums[i] = sum + f3 * (rows[i + 3 * width] as number);
  }
}

function addOne(sums: Float32Array, row: Float32Array, factor: number): void {
  for (let i = 0; i < row.length; i++) sums[i] = (sums[i] as number) + factor * (row[i] as number);
}
