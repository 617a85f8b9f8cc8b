/** @file Any checkpoint, measured in the way that suits its size: small models whole, large ones by a few of their layers. */
import { AppError } from '../../core/api/errors.ts';
import type { DualEncoder, Vlm } from '../arch/architecture.ts';
import { openModel } from '../arch/index.ts';
import { openCheckpoint } from '../checkpoint/checkpoint.ts';
import type { Precision } from '../compile/vlm.ts';
import { decoderLayerWeights, encoderWeights, type Shape, shapeOf } from '../hub/memory.ts';
import { bench } from './bench.ts';
import { pictureLoads } from './flops.ts';
import type { MeasureOptions } from './measure.ts';
import { openPeer } from './peer/compare.ts';
import { type BenchReport, layersMarkdown, type MachineFacts } from './report.ts';
import { requireShape } from './shapes.ts';
import { writeSynthetic } from './synthetic.ts';
import { benchDual, benchWholeVlm } from './whole.ts';
import { type WholeReport, wholeMarkdown } from './whole-report.ts';

export type Report = BenchReport | WholeReport;

export type ModelBenchOptions = MeasureOptions & {
  /** Of a large model's decoder, how many to run: from 2. */
  readonly layers: number;
  /** Those that suit the model if absent. */
  readonly precisions?: readonly Precision[] | undefined;
  readonly threads: number;
  /** For each thing that is timed, about; 4 if absent. */
  readonly seconds?: number;
  /** Where transformers.js lies (`requirePeer`): two encoders are compared with it. Asked when everything else is known to be possible. */
  readonly peer?: (() => Promise<string>) | undefined;
};

export type Subject = {
  readonly name: string;
  readonly checkpoint: string;
  readonly adapter?: string | undefined;
  /** Folder of quantised weights. */
  readonly cache: string;
  /** Weights are random. */
  readonly synthetic: boolean;
  /** Of the real model's decoder; the checkpoint's own if absent. */
  readonly layers?: number | undefined;
};

/** Random weights of a shape, which are gone afterwards. Throws `bad-request` for an unknown shape, `disk-full`, or what `benchModel` throws. */
export async function benchSynthetic(name: string, options: ModelBenchOptions): Promise<Report> {
  const shape = requireShape(name);
  const model = openModel({ modelType: String(shape.config.model_type), config: shape.config });
  requirePossible(model, name, options);
  const layers = isSmall(shapeOf(model)) ? undefined : options.layers;
  const part = layers === undefined ? '' : `, ${layers} of ${shape.layers} layers`;
  options.onProgress?.(`writing random weights (${shape.description}${part})`);
  const { directory, cache, remove } = await writeSynthetic(shape, layers, options.signal);
  try {
    return await benchModel({ name, checkpoint: directory, cache, synthetic: true, layers: shape.layers }, options);
  } finally {
    await remove();
  }
}

/** Throws `bad-request` for a precision or a comparison that the model has not, `engine-failed`, `disk-full`, or the signal's reason. */
export async function benchModel(subject: Subject, options: ModelBenchOptions): Promise<Report> {
  const { name, checkpoint, layers } = subject;
  const opened = await openCheckpoint(checkpoint);
  const model = openModel(opened);
  requirePossible(model, name, options);
  const { precisions = defaultPrecisions(model, subject) } = options;
  if (model.kind === 'dual') {
    const tokens = model.texts.reading === 'padded' ? model.text.maxTokens : twelveWords;
    const peer = options.peer === undefined ? undefined : await openPeer(await options.peer(), checkpoint, model, options);
    try {
      return await benchDual(shapeOf(model), tokens, { ...subject, ...options, precisions, peer });
    } finally {
      await peer?.close();
    }
  }
  const own = shapeOf(model);
  // A few layers of a large model are a small checkpoint, and stand for the large one.
  const shape = { ...own, layers: layers ?? own.layers };
  const loads = pictureLoads[model.pictures];
  if (isSmall(shape)) return benchWholeVlm(shape, loads, { ...subject, ...options, precisions });
  return bench({ ...subject, ...options, precisions, shape, picture: loads[0], layers: Math.min(options.layers, own.layers) });
}

/** CLIP's tokens of a text of twelve words, its ends included. */
const twelveWords = 16;

/** In seconds as it is: nothing has to be extrapolated. */
function isSmall(shape: Shape): boolean {
  return shape.kind === 'dual' || shape.layers * decoderLayerWeights(shape) + encoderWeights(shape.vision) < 1e9;
}

/** Small models gain nothing by less than their own weights, see `choosePrecision`. */
function defaultPrecisions(model: Vlm | DualEncoder, { synthetic, layers }: Subject): readonly Precision[] {
  const shape = shapeOf(model);
  if (shape.kind === 'dual' || isSmall({ ...shape, layers: layers ?? shape.layers })) return ['exact'];
  return synthetic ? ['exact', 'int8', 'int4'] : ['exact', 'int8'];
}

function requirePossible(model: Vlm | DualEncoder, name: string, { precisions, peer }: ModelBenchOptions): void {
  if (model.kind === 'dual') {
    const wrong = precisions?.find((precision) => precision !== 'exact' && precision !== 'fp16');
    if (wrong) throw new AppError('bad-request', `${name} is not run in ${wrong}: two encoders are small. Allowed are exact and fp16.`);
  } else if (peer !== undefined)
    throw new AppError('bad-request', `${name} has no counterpart in transformers.js; --peer is for the shapes of CLIP and SigLIP.`);
}

export function markdownOf(report: Report, machine: MachineFacts): string {
  return report.kind === 'whole' ? wholeMarkdown(report, machine) : layersMarkdown(report, machine);
}
