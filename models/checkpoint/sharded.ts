/** @file Weights in several files: model.safetensors.index.json says which tensor lies in which, and every file must agree. */
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { listing, quoted, shownValue } from './listing.ts';
import { exists, readJson } from './model-file.ts';
import { readShard } from './safetensors.ts';
import type { StoredTensor } from './tensors.ts';

export const indexName = 'model.safetensors.index.json';

/**
 * All tensors of all parts. Throws `model-missing` if parts are absent or half downloaded (all of them are named),
 * `model-invalid` if a part is damaged or holds other tensors than the index says.
 */
export async function readSharded(folder: string): Promise<Map<string, StoredTensor>> {
  const file = path.join(folder, indexName);
  const index = await readJson(file, { unique: true });
  if (!index) throw new AppError('model-missing', `${file} is missing.`);
  const parts = parseIndex(index, file);
  await requireParts(folder, [...parts.keys()]);
  const tensors = await readParts(folder, [...parts.keys()]);
  compare(parts, tensors, folder);
  return tensorMap([...tensors.values()].flat());
}

/** The tensors by name, which must be unique. */
export function tensorMap(tensors: readonly StoredTensor[]): Map<string, StoredTensor> {
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

/** File name -> names of its tensors. */
function parseIndex(index: JsonObject, file: string): Map<string, Set<string>> {
  const { weight_map: map } = index;
  if (!isObject(map)) throw new AppError('model-invalid', `weight_map in ${file} should be an object and is ${shownValue(map)}.`);
  const parts = new Map<string, Set<string>>();
  for (const [tensor, part] of Object.entries(map)) {
    if (typeof part !== 'string' || !isPlainName(part)) {
      throw new AppError(
        'model-invalid',
        `${file} puts ${quoted(tensor)} into ${shownValue(part)}, which is not the name of a file beside it.`,
      );
    }
    const names = parts.get(part);
    if (names) names.add(tensor);
    else parts.set(part, new Set([tensor]));
  }
  return parts;
}

/** An index from a stranger must not lead out of its folder. */
function isPlainName(name: string): boolean {
  return name.endsWith('.safetensors') && !/[/\\:\0]/.test(name);
}

async function requireParts(folder: string, parts: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const part of parts) if (!(await exists(path.join(folder, part)))) missing.push(part);
  if (missing.length === 0) return;
  const count = `${missing.length} of ${parts.length} parts of the weights are missing`;
  throw new AppError('model-missing', `${folder} is incomplete: ${count}. Download them:${listing(missing)}`);
}

/** Every part is tried, so that one message names all that have to be downloaded again. */
async function readParts(folder: string, parts: readonly string[]): Promise<Map<string, StoredTensor[]>> {
  const tensors = new Map<string, StoredTensor[]>();
  const failures: AppError[] = [];
  for (const part of parts) {
    try {
      tensors.set(part, await readShard(path.join(folder, part)));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return tensors;
  if (others.length === 0) throw first;
  const worst = failures.find(({ code }) => code !== 'model-missing')?.code ?? 'model-missing';
  const messages = listing(failures.map(({ message }) => message));
  throw new AppError(worst, `${failures.length} of ${parts.length} parts of the weights cannot be used:${messages}`, { cause: first });
}

function compare(
  parts: ReadonlyMap<string, ReadonlySet<string>>,
  tensors: ReadonlyMap<string, readonly StoredTensor[]>,
  folder: string,
): void {
  const problems: string[] = [];
  const home = new Map<string, string>();
  for (const [part, wanted] of parts) {
    const stored = new Set((tensors.get(part) ?? []).map(({ name }) => name));
    for (const name of wanted) if (!stored.has(name)) problems.push(`${quoted(name)} should be in ${part} and is not`);
    for (const name of stored) {
      const other = home.get(name);
      home.set(name, part);
      if (other !== undefined) problems.push(`${quoted(name)} is in ${other} and in ${part}`);
      else if (!wanted.has(name)) problems.push(`${quoted(name)} is in ${part}, unknown to the index`);
    }
  }
  if (problems.length > 0)
    throw new AppError('model-invalid', `The weights in ${folder} are not those that ${indexName} lists:${listing(problems)}`);
}
