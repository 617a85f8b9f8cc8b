/** @file Which settings a kind of engine has a use for. What it has none for is refused by its name rather than passed over. */
import { AppError } from '../../core/api/errors.ts';
import type { Precision } from '../compile/vlm.ts';
import type { EngineSettings } from './settings.ts';

export type EngineKind = 'vlm' | 'dual';

/** What was asked for, nothing else. */
export type AskedSettings = Partial<EngineSettings> & { readonly adapter?: string };

/** What is asked: a kind of engine, its model_type, and where they are fixed the precisions that there are. */
export type Fitted = { readonly kind: EngineKind; readonly architecture: string; readonly precisions?: readonly Precision[] };

const ofEncoders: readonly Precision[] = ['exact', 'fp16'];

/** Throws `bad-request`. */
export function requireFitting({ kind, architecture, precisions = ofEncoders }: Fitted, asked: AskedSettings): void {
  const { tiles, precision, compat, adapter } = asked;
  if (kind === 'dual') {
    if (tiles !== undefined) throw refused('tiles', tiles, architecture, 'it sees every picture as one square');
    if (adapter !== undefined)
      throw refused('adapter', undefined, architecture, 'LoRA adapters are for language models that read pictures');
    if (precision !== undefined && precision !== 'auto' && !precisions.includes(precision))
      throw refused('precision', precision, architecture, `it is run as it is stored. Allowed: ${['auto', ...precisions].join(', ')}`);
  }
  if (compat === 'padded' && architecture !== 'phi3_v') {
    throw refused('compat', compat, architecture, 'padding changes what Phi-3-vision (phi3_v) reads, and nothing here. Allowed: 4.41, 5');
  }
}

function refused(option: string, value: string | undefined, architecture: string, why: string): AppError {
  const given = value === undefined ? `--${option}` : `--${option} ${value}`;
  return new AppError('bad-request', `${given} makes no sense for ${architecture}: ${why}.`);
}
