/**
 * @file Encoders that were exported to ONNX, for folders that have no safetensors: `onnx/vision_model.onnx` and `onnx/text_model.onnx` with their
 * smaller forms, as transformers.js lays them out.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { listing } from './listing.ts';
import { realFile } from './model-file.ts';
import type { StoredTensor } from './tensors.ts';

/** By what the names of the files say after `vision_model` and `text_model`, the most exact first. */
const suffixes = { fp32: [''], fp16: ['_fp16'], int8: ['_quantized', '_int8', '_uint8'], int4: ['_q4', '_q4f16', '_bnb4'] } as const;

export type ExportedForm = keyof typeof suffixes;

/** Absolute paths. */
export type ExportedTowers = { readonly vision: string; readonly text: string };

/** The forms that both towers have, the most exact first. Never empty. */
export type Exported = ReadonlyMap<ExportedForm, ExportedTowers>;

const subfolder = 'onnx';

/** What follows a model's name: nothing, or for weights of more than 2 GB `_data`, `_data_1` and so on. */
const weightsBeside = /^([._]data(_\d+)?)?$/;

/** Undefined where the folder has no ONNX files in `onnx/`. Throws `model-missing` or `model-invalid` where they are not a pair of towers. */
export async function findExported(folder: string): Promise<Exported | undefined> {
  const names = await readdir(path.join(folder, subfolder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const models = names.filter((name) => name.endsWith('.onnx')).sort();
  if (models.length === 0) return undefined;
  const towers = new Map<ExportedForm, ExportedTowers>();
  for (const [form, endings] of Object.entries(suffixes) as [ExportedForm, readonly string[]][]) {
    const ending = endings.find((one) => models.includes(`vision_model${one}.onnx`) && models.includes(`text_model${one}.onnx`));
    const file = (tower: string): string => path.join(folder, subfolder, `${tower}_model${ending}.onnx`);
    if (ending !== undefined) towers.set(form, { vision: file('vision'), text: file('text') });
  }
  if (towers.size > 0) return towers;
  const wanted = `Needed are ${subfolder}/vision_model.onnx and ${subfolder}/text_model.onnx, or both as _fp16 or _quantized.`;
  if (models.some((name) => /^(vision|text)_model(_\w+)?\.onnx$/.test(name)))
    throw new AppError('model-missing', `${folder} has one encoder without its fellow. ${wanted} Found:${listing(models)}`);
  const whole = models.some((name) => /^model(_\w+)?\.onnx$/.test(name));
  const why = whole ? 'in one file, which computes a text whenever it sees a picture' : 'of another kind';
  throw new AppError('model-invalid', `${folder} has no safetensors, and ONNX files ${why}. ${wanted} Found:${listing(models)}`);
}

/** The files of the most exact form as if each were a tensor of bytes: what identifies the export, and what it takes on disk. */
export async function exportedFiles(folder: string, exported: Exported): Promise<StoredTensor[]> {
  const [towers] = [...exported.values()];
  const models = towers ? [towers.vision, towers.text].map((file) => path.basename(file)) : [];
  const belongs = (name: string, model: string): boolean => name.startsWith(model) && weightsBeside.test(name.slice(model.length));
  const names = (await readdir(path.join(folder, subfolder))).sort();
  const wanted = names.filter((name) => models.some((model) => belongs(name, model)));
  return Promise.all(
    wanted.map(async (name): Promise<StoredTensor> => {
      const file = await realFile(path.join(folder, subfolder, name));
      const { size } = await stat(file);
      return { name: `${subfolder}/${name}`, dtype: 'U8', shape: [size], file, offset: 0, bytes: size };
    }),
  );
}
