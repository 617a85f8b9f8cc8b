/** @file The result of a benchmark, as numbers and as tables in Markdown. */
import type { Precision } from '../compile/vlm.ts';
import type { VlmShape } from '../hub/memory.ts';
import type { ProviderName } from '../runtime/session.ts';
import type { Ceiling } from './ceiling.ts';
import { editTokens, type PictureLoad, textTokens } from './flops.ts';
import { giga, gigabytes, memoryText, ratio, secondsText, table } from './markdown.ts';
import type { PeakMemory } from './memory-watch.ts';

/** Of a model of which a few layers were run. */
export type BenchReport = {
  readonly kind: 'layers';
  readonly name: string;
  readonly synthetic: boolean;
  readonly provider: ProviderName;
  readonly note: string;
  readonly threads: number;
  readonly shape: VlmShape;
  readonly picture: PictureLoad;
  readonly layersRun: number;
  readonly ceiling: Ceiling;
  readonly precisions: readonly PrecisionReport[];
};

/** Of the whole model, extrapolated. */
export type TaskCost = {
  readonly seconds: number;
  /** Operations / what the machine does at best in float32 / seconds. Above 1 where fewer bits are faster. */
  readonly ceilingRatio: number;
  /** Peak bytes beyond mapped files; undefined where the system does not tell. */
  readonly ownMemory: number | undefined;
  /** Seconds of every round. */
  readonly measured: { readonly one: readonly number[]; readonly few: readonly number[] };
};

export type LayerCost = {
  readonly tokens: number;
  readonly seconds: number;
  readonly attentionSeconds: number;
  readonly attentionCeilingRatio: number;
  /** Of the best rounds. */
  readonly linearCeilingRatio: number;
  /** Of the means of all rounds, against what products reached over seconds just before and after. */
  readonly linearSustainedRatio: number;
};

export type PrecisionReport = {
  readonly precision: Precision;
  readonly text: TaskCost;
  readonly picture: TaskCost;
  readonly edit: TaskCost;
  readonly vision: { readonly seconds: number; readonly ceilingRatio: number };
  readonly layers: readonly LayerCost[];
  /** Seconds of a layer over a picture, and of the last one, which answers for one token. */
  readonly lastLayer: { readonly full: number; readonly last: number };
  readonly editOfPicture: number;
  /** Of what the layers that were run answer, to the first precision's. */
  readonly cosine: { readonly text: number; readonly picture: number } | undefined;
  /** While the layers that were run read a picture. */
  readonly peak: PeakMemory | undefined;
};

export type MachineFacts = {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
};

export function layersMarkdown(report: BenchReport, machine: MachineFacts): string {
  const { name, synthetic, shape, picture, layersRun, ceiling, precisions } = report;
  const all = shape.layers;
  const weights = synthetic ? 'random weights' : 'its own weights';
  return [
    `# ${name} on ${machine.processor}`,
    '',
    machineLine(report, machine),
    `Best of the rounds of each measurement, ${weights}. **Extrapolated**: ${layersRun} decoder layers and 1 were run, and ${all} computed from them; the vision tower was run whole.`,
    ceilingLine(ceiling),
    '',
    `A text has ${textTokens} tokens, a picture ${picture.tokens} (${picture.name}), a further edit of it adds ${editTokens}. "Of the ceiling" = operations / ceiling / seconds. Memory = peak beyond mapped files.`,
    '',
    ...table(
      [
        'precision',
        'text',
        'of the ceiling',
        'memory',
        'picture',
        'of the ceiling',
        'memory',
        'further edit',
        'of the ceiling',
        'memory',
        'edit / picture',
      ],
      precisions.map(({ precision, text, picture, edit, editOfPicture }) => [
        precision,
        ...[text, picture, edit].flatMap((task) => [secondsText(task.seconds), ratio(task.ceilingRatio), memoryText(task.ownMemory)]),
        `1 / ${(1 / editOfPicture).toFixed(0)}`,
      ]),
    ),
    '',
    'One decoder layer. "Meanwhile": all rounds, against the same product over seconds just before and just after, since ten seconds on a machine that others use have no undisturbed round.',
    '',
    ...table(
      [
        ...['precision', 'tokens', 'layer', 'of it attention'],
        ...['linear layers of the ceiling', 'of what products reach meanwhile', 'attention of the ceiling'],
      ],
      precisions.flatMap(({ precision, layers }) =>
        layers.map(({ tokens, seconds, attentionSeconds, ...ratios }) => [
          ...[precision, String(tokens), secondsText(seconds), secondsText(attentionSeconds)],
          ...[ratio(ratios.linearCeilingRatio), ratio(ratios.linearSustainedRatio), ratio(ratios.attentionCeilingRatio)],
        ]),
      ),
    ),
    '',
    `Vision tower and projector, ${shape.vision.layers} layers, last layer and cosine:`,
    '',
    ...table(
      [
        'precision',
        'vision tower',
        'of the ceiling',
        'last layer / a layer',
        'cosine of a text',
        'cosine of a picture',
        'mapped at the peak',
      ],
      precisions.map(({ precision, vision, lastLayer, cosine, peak }) => [
        ...[precision, secondsText(vision.seconds), ratio(vision.ceilingRatio)],
        `${secondsText(lastLayer.last)} / ${secondsText(lastLayer.full)}`,
        ...[cosine?.text, cosine?.picture].map((value) => value?.toFixed(5) ?? '-'),
        memoryText(peak?.mapped),
      ]),
    ),
    '',
    synthetic
      ? `Cosines are to ${precisions[0]?.precision}, after ${layersRun} layers of random weights with some channels ten times the others: they tell a mistake, not the quality of a trained model.`
      : `Cosines are to ${precisions[0]?.precision}, after ${layersRun} layers.`,
    '',
  ].join('\n');
}

type Setting = { readonly provider: ProviderName; readonly threads: number; readonly note: string };

export function machineLine({ provider, threads, note }: Setting, { date, cores, memoryBytes, system }: MachineFacts): string {
  return `${date}, ${cores} cores, ${gigabytes(memoryBytes)} of memory, ${system}; provider ${provider}, ${threads} threads. ${note}`.trim();
}

export function ceilingLine({ operations, bytes }: Ceiling): string {
  return `Ceiling in the same run: ${giga(operations)} GFLOP/s float32 (1024 x 4096 x 4096), ${giga(bytes)} GB/s of weights read.`;
}
