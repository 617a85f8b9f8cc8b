/** @file Which settings a kind of engine has a use for. What it has none for is refused by its name rather than passed over. */
import { AppError } from '../../core/api/errors.ts';
import type { EngineSettings } from './settings.ts';

export type EngineKind = 'vlm' | 'dual';

/** What was asked for, nothing else. */
export type AskedSettings = Partial<EngineSettings> & { readonly adapter?: string };

/** Throws `bad-request`. */
export function requireFitting(
  { kind, architecture }: { readonly kind: EngineKind; readonly architecture: string },
  asked: AskedSettings,
): void {
  const { tiles, precision, compat, adapter } = asked;
  if (kind === 'dual') {
    if (tiles !== undefined) throw refused('tiles', tiles, architecture, 'it sees every picture as one square');
    if (adapter !== undefined)
      throw refused('adapter', undefined, architecture, 'LoRA adapters are for language models that read pictures');
    if (precision === 'int8' || precision === 'int4') {
      throw refused('precision', precision, architecture, 'it is small and quick as it is. Allowed: auto, exact, fp16');
    }
  }
  if (compat === 'padded' && architecture !== 'phi3_v') {
    throw refused('compat', compat, architecture, 'padding changes what Phi-3-vision (phi3_v) reads, and nothing here. Allowed: 4.41, 5');
  }
}

function refused(option: string, value: string | undefined, architecture: string, why: string): AppError {
  const given = value === undefined ? `--${option}` : `--${option} ${value}`;
  return new AppError('bad-request', `${given} makes no sense for ${architecture}: ${why}.`);
}
