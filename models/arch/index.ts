/** @file Which architectures can be run, by the `model_type` of their config.json. */
import { AppError } from '../../core/api/errors.ts';
import * as llavaNext from './llava_next.ts';

export const architectures = { llava_next: llavaNext } as const;

export type ModelType = keyof typeof architectures;

/** Throws 'model-invalid' with the known ones. */
export function requireArchitecture(modelType: string): (typeof architectures)[ModelType] {
  if (Object.hasOwn(architectures, modelType)) return architectures[modelType as ModelType];
  const known = Object.keys(architectures).join(', ');
  throw new AppError('model-invalid', `There is no architecture "${modelType}" here. Known: ${known}. (model_type of config.json)`);
}
