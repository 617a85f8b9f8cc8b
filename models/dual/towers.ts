/** @file The two towers of a dual encoder as the runner opens them, whether built from safetensors or exported to ONNX by others. */
import type { Space } from '../../core/indexing/embedder.ts';
import type { DualEncoder } from '../arch/architecture.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Stage } from '../compile/stage.ts';
import { openSession, type ProviderName, type Session } from '../runtime/session.ts';
import { compileDual, type DualPrecision } from './compile.ts';

export type TowerOptions = { readonly threads: number; readonly provider: ProviderName };

export type Towers = {
  /** pixel_values [n, channels, s, s] -> embedding [n, dimension], not normalised. */
  readonly vision: Stage;
  /** ids, mask int64 [n, T], places int64 [n] or what of them it wants -> embedding [n, dimension], not normalised. */
  readonly text: Stage;
  open(stage: Stage, options: TowerOptions): Promise<Session>;
  readonly precision: Space['precision'];
  /** What cosines are multiplied with before probabilities are made of them; undefined where it is not known. */
  readonly logitScale: number | undefined;
};

/** Throws 'model-invalid' for weights that do not account for themselves, or that float16 cannot hold. */
export async function builtTowers(model: DualEncoder, checkpoint: Checkpoint, precision: DualPrecision): Promise<Towers> {
  const { vision, text, logitScale } = await compileDual(model, checkpoint, precision);
  return {
    ...{ vision, text, logitScale },
    precision: precision === 'exact' ? 'fp32' : 'fp16',
    open: (stage, options) => openSession(stage.model(), { ...options, weights: 'resident', arena: true, name: stage.name }),
  };
}
