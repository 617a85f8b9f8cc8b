/**
 * @file What a model costs on this machine: seconds and memory of a text, a picture and a further edit, in each precision, against the best
 * that the machine can do.
 *
 * [Note: extrapolation] Layers are alike, so two runs say what any number costs: a run over one layer (which is the last one, and answers for
 * the last token only) and one over a few. All = one + (layers - 1) * (few - one) / (few - 1). It leaves out what a whole model does to caches:
 * weights of `exact` that do not fit the system's file cache are read from the disk again for every text and picture.
 */
import { AppError } from '../../core/api/errors.ts';
import { openCheckpoint } from '../checkpoint/checkpoint.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { compileVlm, type Precision } from '../compile/vlm.ts';
import { decoderLayerWeights, type VlmShape } from '../hub/memory.ts';
import { chooseProvider } from '../runtime/providers.ts';
import { cosine } from './cosine.ts';
import { attentionWork, decoderWork, editTokens, type PictureLoad, textTokens, visionWork } from './flops.ts';
import { type Beside, type Compared, type MeasureOptions, measure, type Sample, withCeiling } from './measure.ts';
import type { Subject } from './measure-process.ts';
import type { BenchReport, LayerCost, PrecisionReport, TaskCost } from './report.ts';
import { mean } from './timing.ts';

export type BenchOptions = MeasureOptions & {
  readonly name: string;
  readonly checkpoint: string;
  readonly adapter?: string | undefined;
  /** Folder of quantised weights. */
  readonly cache: string;
  /** The checkpoint's own, with all the layers that the real model has. */
  readonly shape: VlmShape;
  readonly picture: PictureLoad;
  /** Of the checkpoint, how many to run: from 2. */
  readonly layers: number;
  /** Weights are random: what quantising does to vectors is told, and means little. */
  readonly synthetic: boolean;
  readonly precisions: readonly Precision[];
  readonly threads: number;
  /** For each thing that is timed, about; 4 if absent. */
  readonly seconds?: number;
};

const middleTokens = 640;

type Runs = Compared<{ readonly one: Sample; readonly few: Sample }>;

/** Each measurement in a process of its own. Throws `engine-failed`, `disk-full`, or the signal's reason. */
export async function bench(options: BenchOptions): Promise<BenchReport> {
  const { shape, picture, layers, threads, seconds = 4 } = options;
  if (layers < 2) throw new AppError('bad-request', `${layers} layers are too few: what a layer costs is the difference between runs.`);
  const device = await chooseProvider({ threads, weights: shape.layers * decoderLayerWeights(shape), log: () => undefined });
  const machine = { device, threads, seconds };

  async function runs(beside: Beside, subject: Subject, tokens: number, past = 0): Promise<Runs> {
    const task = `${subject.precision}, ${tokens} tokens${past > 0 ? ` after ${past}` : ''}`;
    const run = (count: number) =>
      measure(
        `${task}, ${count === 1 ? '1 layer' : `${count} layers`}`,
        // Tiles in one process with the decoder, as in an engine: the tower's weights stay beside the decoder's.
        {
          ...machine,
          kind: 'decoder',
          subject,
          layers: count,
          tokens,
          past,
          // Of a picture that is asked with, everything is kept for the next edit.
          keep: tokens === picture.tokens ? tokens : 0,
          tiles: tokens === picture.tokens && count > 1 ? picture.tiles : 0,
        },
        options,
      );
    return beside.compared(async () => ({ one: await run(1), few: await run(layers) }));
  }

  async function measurements(beside: Beside, precision: Precision): Promise<Measurements> {
    const subject = { checkpoint: options.checkpoint, adapter: options.adapter, cache: options.cache, precision };
    await prepare(subject, options);
    const attention = new Map<number, number>();
    for (const tokens of [textTokens, middleTokens, picture.tokens]) {
      const what = `${precision}, attention over ${tokens} tokens`;
      attention.set(tokens, (await measure(what, { ...machine, kind: 'attention', subject, tokens }, options)).best);
    }
    return {
      ...{ precision, attention },
      text: await runs(beside, subject, textTokens),
      middle: await runs(beside, subject, middleTokens),
      picture: await runs(beside, subject, picture.tokens),
      edit: await runs(beside, subject, editTokens, picture.tokens),
    };
  }

  const { result: reports, ceiling } = await withCeiling(machine, options, async (beside) => {
    const done: Measurements[] = [];
    for (const precision of options.precisions) done.push(await measurements(beside, precision));
    return done;
  });
  return {
    ...{ kind: 'layers', name: options.name, synthetic: options.synthetic, provider: device.name, note: device.note, threads },
    ...{ shape, picture, layersRun: layers, ceiling },
    precisions: reports.map((report) => summary(report, reports[0], options, ceiling.operations)),
  };
}

type Measurements = {
  readonly precision: Precision;
  /** Seconds of one layer's, by tokens. */
  readonly attention: ReadonlyMap<number, number>;
  readonly text: Runs;
  readonly middle: Runs;
  readonly picture: Runs;
  readonly edit: Runs;
};

/** Quantised weights are made here, so that no measurement has it in its time or memory. */
export async function prepare({ checkpoint, adapter, cache, precision }: Subject, { signal, onProgress }: MeasureOptions): Promise<void> {
  const tuned = adapter === undefined ? undefined : await openAdapter(adapter);
  await compileVlm(await openCheckpoint(checkpoint), {
    ...{ precision, cache },
    ...(tuned && { adapter: tuned }),
    ...(signal && { signal }),
    onProgress: (done, of) => onProgress?.(`${precision}, preparing weights: ${Math.floor((done / of) * 100)} %`),
  });
}

function summary(
  { precision, attention, text, middle, picture, edit }: Measurements,
  exact: Measurements | undefined,
  { shape, picture: load, layers }: BenchOptions,
  operations: number,
): PrecisionReport {
  const perLayer = (runs: Runs): number => (runs.few.best - runs.one.best) / (layers - 1);
  const allLayers = (one: number, few: number): number => one + ((shape.layers - 1) * (few - one)) / (layers - 1);
  const seconds = (runs: Runs): number => allLayers(runs.one.best, runs.few.best);
  /** What a layer's weights take: of a text, which keeps nothing. A picture's runs of one layer have no room for a layer's activations. */
  const weights = ({ one, few }: Runs): number => Math.max(0, ((few.peak?.own ?? 0) - (one.peak?.own ?? 0)) / (layers - 1));
  /** Weights that pass through one buffer take the same for any number of layers. Two peaks would differ by chance alone. */
  const weightsPerLayer = precision === 'exact' ? 0 : weights(text);
  const keptPerLayer = 2 * shape.kvHeads * shape.headDim * load.tokens * Float32Array.BYTES_PER_ELEMENT;

  function task(runs: Runs, flops: number, { kept = 0, besides = 0 } = {}): TaskCost {
    const all = seconds(runs) + besides;
    const { peak } = runs.few;
    return {
      seconds: all,
      ceilingRatio: flops / operations / all,
      ownMemory: peak && peak.own + (shape.layers - layers) * (weightsPerLayer + kept),
      measured: { one: runs.one.rounds, few: runs.few.rounds },
    };
  }

  function layer(tokens: number, runs: Runs): LayerCost {
    const all = perLayer(runs);
    const attending = attention.get(tokens) ?? 0;
    const products = 2 * decoderLayerWeights(shape) * tokens;
    const sustained = (mean(runs.few.rounds) - mean(runs.one.rounds)) / (layers - 1);
    return {
      ...{ tokens, seconds: all, attentionSeconds: attending },
      attentionCeilingRatio: attentionWork(shape, tokens) / operations / attending,
      linearCeilingRatio: products / operations / (all - attending),
      linearSustainedRatio: products / runs.sustained / (sustained - attending),
    };
  }

  const decoderFlops = (tokens: number, past = 0): number => {
    const work = decoderWork(shape, tokens, past);
    return work.products + work.attention;
  };
  const vision = picture.few.vision?.best ?? Number.NaN;
  const visionFlops = visionWork(shape.vision, load.tiles);
  const pictureCost = task(picture, decoderFlops(load.tokens) + visionFlops, { kept: keptPerLayer, besides: vision });
  const editCost = task(edit, decoderFlops(editTokens, load.tokens), { kept: keptPerLayer });
  const compared = exact && exact.precision !== precision ? exact : undefined;
  return {
    precision,
    text: task(text, decoderFlops(textTokens)),
    picture: pictureCost,
    edit: editCost,
    vision: { seconds: vision, ceilingRatio: visionFlops / operations / vision },
    layers: [layer(textTokens, text), layer(middleTokens, middle), layer(load.tokens, picture)],
    lastLayer: { full: perLayer(picture), last: picture.one.best },
    editOfPicture: editCost.seconds / pictureCost.seconds,
    cosine: compared && {
      text: cosine(text.few.hidden, compared.text.few.hidden),
      picture: cosine(picture.few.hidden, compared.picture.few.hidden),
    },
    peak: picture.few.peak,
  };
}
