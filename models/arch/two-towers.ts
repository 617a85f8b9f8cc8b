/** @file What the configurations and tensors of CLIP and SigLIP have in common. */
import { Settings } from './settings.ts';

/**
 * A tower's section of config.json. Old files have it a second time as `text_config_dict`, to which the library gives precedence, defaults of
 * its omitted fields included. Published files leave out most fields, or the whole section.
 */
export function towerSection(settings: Settings, name: 'text_config' | 'vision_config', modelType: string): Settings {
  const section = settings.section(`${name}_dict`) ?? settings.section(name) ?? new Settings({}, `${name}.`);
  section.choice('model_type', [modelType], modelType);
  return section;
}

/** Some versions write a tower's own name twice. */
export function dualTensorName(name: string): string {
  return name.replace(/^(text_model|vision_model)\.\1\./, '$1.');
}

export function dualUnusedReason(name: string): string | undefined {
  if (/\.position_ids$/.test(name)) return 'computed from the configuration';
  if (/^logit_(scale|bias)$/.test(name)) return 'makes probabilities of cosines, and is no part of a vector';
  return undefined;
}
