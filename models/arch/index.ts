/** @file Which architectures can be run, by the `model_type` of their config.json. */
import { AppError } from '../../core/api/errors.ts';
import type { Architecture, ConfigFiles, DualEncoder, Vlm } from './architecture.ts';
import * as clip from './clip.ts';
import * as idefics3 from './idefics3.ts';
import * as llavaNext from './llava_next.ts';
import * as phi3Vision from './phi3_v.ts';
import * as siglip from './siglip.ts';

/** A line for each file. */
export const architectures: readonly Architecture[] = [
  llavaNext.architecture,
  idefics3.architecture,
  phi3Vision.architecture,
  clip.architecture,
  siglip.architecture,
];

/** Throws 'model-invalid' with the known ones. */
export function requireArchitecture(modelType: string): Architecture {
  const found = architectures.find((one) => one.modelType === modelType);
  if (found) return found;
  const known = architectures.map((one) => one.modelType).join(', ');
  throw new AppError('model-invalid', `There is no architecture "${modelType}" here. Known: ${known}. (model_type of config.json)`);
}

/** The network that a checkpoint's configuration describes. Throws 'model-invalid' for what cannot be run. */
export function openModel({ modelType, ...files }: ConfigFiles & { readonly modelType: string }): Vlm | DualEncoder {
  return requireArchitecture(modelType).open(files);
}

/** The same, for what only language models have. */
export function openVlm(described: ConfigFiles & { readonly modelType: string }): Vlm {
  const model = openModel(described);
  if (model.kind === 'vlm') return model;
  throw new AppError('model-invalid', `${described.modelType} is no vision-language model.`);
}
