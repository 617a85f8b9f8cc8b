/**
 * @file Towers that were exported to ONNX with the names of the transformers library, as transformers.js has them.
 * Reference: huggingface/transformers.js, src/models/{clip,siglip}: outputs `image_embeds` and `text_embeds`, or `pooler_output`.
 */
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Exported, ExportedForm } from '../checkpoint/exported.ts';
import type { Stage } from '../compile/stage.ts';
import { outputName } from '../graph/plan.ts';
import type { EngineSettings } from '../hub/settings.ts';
import { openSession, type Ports, type Session, type TensorInput } from '../runtime/session.ts';
import type { TowerOptions, Towers } from './towers.ts';

/** Where a tower's vectors may be, the projected ones first. */
const results = ['image_embeds', 'text_embeds', 'pooler_output'] as const;

/** What others call the inputs. */
const inputNames: Readonly<Record<string, string>> = { pixel_values: 'pixel_values', input_ids: 'ids', attention_mask: 'mask' };

const elements: Readonly<Record<string, readonly string[]>> = {
  pixel_values: ['float32'],
  input_ids: ['int64', 'int32'],
  attention_mask: ['int64', 'int32'],
};

/** Throws 'model-missing' where the files of this precision are not among those that were exported. */
export async function exportedTowers(exported: Exported, wanted: EngineSettings['precision']): Promise<Towers> {
  const form = formOf(exported, wanted);
  const files = exported.get(form);
  if (!files) throw new AppError('model-missing', `${absent(wanted, exported)}`);
  const places = new Map<string, string>();
  const stageOf = async (file: string, inputs: readonly string[]): Promise<Stage> => {
    const name = path.basename(file);
    places.set(name, file);
    return {
      ...{ name, inputs, outputs: ['embedding'], weightBytes: (await stat(file)).size },
      model: () => ({ bytes: readFileSync(file), folder: path.dirname(file) }),
    };
  };
  return {
    vision: await stageOf(files.vision, ['pixel_values']),
    text: await stageOf(files.text, ['ids', 'mask']),
    precision: form,
    logitScale: undefined,
    open: async (stage, options) => openTower(places.get(stage.name) ?? stage.name, options),
  };
}

function formOf(exported: Exported, wanted: EngineSettings['precision']): ExportedForm {
  if (wanted === 'auto') return [...exported.keys()][0] ?? 'fp32';
  return wanted === 'exact' ? 'fp32' : wanted;
}

function absent(wanted: EngineSettings['precision'], exported: Exported): string {
  const there = [...exported.keys()].map((form) => (form === 'fp32' ? 'exact' : form)).join(', ');
  return `The encoders were not exported in the precision ${wanted}. Here are: ${there}; auto takes the first.`;
}

/** The session under the names that the runner uses. */
async function openTower(file: string, { threads, provider }: TowerOptions): Promise<Session> {
  const session = await openSession(file, { threads, provider, name: path.basename(file) });
  try {
    const result = resultOf(session, file);
    requireInputs(session, file);
    return {
      async run(given) {
        const { [result]: embedding } = await session.run(feedsOf(session, given), [result]);
        if (!embedding) throw new AppError('internal', `${file} answered no ${result}.`);
        return { [outputName('embedding')]: embedding };
      },
      close: () => session.close(),
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function resultOf({ outputs }: Ports, file: string): string {
  const found = results.find((name) => outputs.includes(name));
  if (found !== undefined) return found;
  throw new AppError('model-invalid', `${file} answers ${outputs.join(', ')}, and none of ${results.join(', ')}.`);
}

function requireInputs({ inputs }: Ports, file: string): void {
  for (const [name, type] of inputs) {
    const allowed = elements[name];
    if (!allowed) throw new AppError('model-invalid', `${file} wants ${name}. Known are: ${Object.keys(elements).join(', ')}.`);
    if (!allowed.includes(type))
      throw new AppError(
        'model-invalid',
        `${file} wants ${name} as ${type}; only ${allowed.join(' or ')} can be given. Choose another precision.`,
      );
  }
}

function feedsOf({ inputs }: Ports, given: Readonly<Record<string, TensorInput>>): Record<string, TensorInput> {
  return Object.fromEntries(
    [...inputs].map(([name, type]) => {
      const tensor = given[inputNames[name] ?? name];
      if (!tensor) throw new AppError('internal', `There is no ${name} for this tower.`);
      const { data, shape } = tensor;
      return [name, type === 'int32' && data instanceof BigInt64Array ? { data: Int32Array.from(data, Number), shape } : tensor];
    }),
  );
}
