/** @file Opens CLIP, SigLIP and their like as an engine: from safetensors, or from what others exported to ONNX. */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, Space } from '../../core/indexing/embedder.ts';
import type { DualEncoder } from '../arch/architecture.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { elementCount } from '../checkpoint/tensors.ts';
import { deviceFor } from '../e5v/precision.ts';
import { requireFitting } from '../hub/fitting.ts';
import type { EngineSettings } from '../hub/settings.ts';
import type { Compat } from '../prompt/reading.ts';
import { squareReading } from '../prompt/square.ts';
import { openTextIds } from '../prompt/text-ids.ts';
import type { Device } from '../runtime/machine.ts';
import { chooseProvider } from '../runtime/providers.ts';
import type { DualPrecision } from './compile.ts';
import { createDual } from './engine.ts';
import { exportedTowers } from './onnx-towers.ts';
import { openDualRunner } from './runner.ts';
import { builtTowers, type Towers } from './towers.ts';

export type DualOptions = {
  /** Name for people: the engine's id, or the folder's name. */
  readonly id: string;
  readonly model: DualEncoder;
  readonly checkpoint: Checkpoint;
  readonly adapter?: string | undefined;
  readonly settings: EngineSettings;
  /** Where the vectors of names are kept. */
  readonly cache: string;
  readonly threads: number;
  readonly log: (line: string) => void;
};

/** The published models' own: where an export does not say, 100 for CLIP, where training holds it, and about as much for SigLIP. */
const commonScale = 100;

/** Fails with model-missing, model-invalid, or bad-request for a setting that such an engine has no use for. */
export async function openDual({ id, model, checkpoint, adapter, settings, cache, threads, log }: DualOptions): Promise<Embedder> {
  requireFitting({ kind: 'dual', architecture: model.modelType }, asked(settings, checkpoint, adapter));
  const { directory, preprocessor, revision } = checkpoint;
  const { pictures: family, vision, text } = model;
  const reading = (compat: Compat) => squareReading(preprocessor, vision.imageSize, { family, compat });
  const squares = reading(settings.compat);
  const texts = await openTextIds(directory, { ...model.texts, maxTokens: text.maxTokens });
  const { towers, device } = await open(model, checkpoint, { settings, threads, log });
  const runner = openDualRunner(model, towers, { threads, device, log });
  // Where both versions of the library see the same pixels there is one space for both.
  const compat = [reading('4.41'), reading('5')].map(({ rasters }) => JSON.stringify(rasters));
  const ways = [model.modelType, revision, towers.precision, ...(compat[0] === compat[1] ? [] : [settings.compat])];
  const space: Space = {
    id: ways.join('-'),
    ...{ dimension: model.dimension, model: id, revision, precision: towers.precision },
    prompts: model.modelType,
    composition: 'arithmetic',
  };
  return createDual({ ...{ runner, texts, squares, cache, log }, logitScale: towers.logitScale ?? commonScale }, space);
}

/** Settings that were not chosen hold their defaults, and these are never refused. */
function asked({ tiles, precision, compat }: EngineSettings, { exported }: Checkpoint, adapter: string | undefined) {
  return {
    compat,
    ...(tiles !== 'anyres' && { tiles }),
    ...(!exported && { precision }),
    ...(adapter !== undefined && { adapter }),
  };
}

type Machine = Pick<DualOptions, 'settings' | 'threads' | 'log'>;

async function open(
  model: DualEncoder,
  checkpoint: Checkpoint,
  { settings, threads, log }: Machine,
): Promise<{ readonly towers: Towers; readonly device: Device }> {
  if (checkpoint.exported) {
    const towers = await exportedTowers(checkpoint.exported, settings.precision);
    const note = 'Models that others exported to ONNX run on the processor: on a graphics device nobody has checked them.';
    return { towers, device: { name: 'cpu', attention: 'gqa', note } };
  }
  const weights = [...checkpoint.tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const precision = precisionOf(settings.precision);
  const device = deviceFor(precision, await chooseProvider({ threads, weights, log }));
  return { towers: await builtTowers(model, checkpoint, precision), device };
}

function precisionOf(wanted: EngineSettings['precision']): DualPrecision {
  if (wanted === 'auto' || wanted === 'exact') return 'exact';
  if (wanted === 'fp16') return 'fp16';
  throw new AppError('bad-request', `Precision ${wanted} is not for two encoders. Allowed: auto, exact, fp16.`);
}
