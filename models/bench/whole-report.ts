/** @file The result of measuring a small model whole, as numbers and as a table in Markdown. */
import type { Precision } from '../compile/vlm.ts';
import type { Shape } from '../hub/memory.ts';
import type { ProviderName } from '../runtime/session.ts';
import type { Ceiling } from './ceiling.ts';
import { gigabytes, memoryText, ratio, secondsText, table } from './markdown.ts';
import type { PeakMemory } from './memory-watch.ts';
import type { PeerCost } from './peer/compare.ts';
import { ceilingLine, type MachineFacts, machineLine } from './report.ts';

export type WholeReport = {
  readonly kind: 'whole';
  readonly name: string;
  readonly synthetic: boolean;
  readonly provider: ProviderName;
  readonly note: string;
  readonly threads: number;
  readonly shape: Shape;
  readonly ceiling: Ceiling;
  readonly tasks: readonly TaskLine[];
};

export type TaskLine = {
  readonly precision: Precision;
  readonly name: string;
  /** Pictures or texts that were given at once. */
  readonly batch: number;
  /** Of one of them. */
  readonly seconds: number;
  /** Operations / what the machine does at best in float32 / seconds. */
  readonly ceilingRatio: number;
  /** The same of all rounds, against what products reached over seconds just before and after. */
  readonly sustainedRatio: number;
  /** Of the process that did this alone; undefined where the system does not tell. */
  readonly peak: PeakMemory | undefined;
  readonly peer?: PeerCost;
};

export function wholeMarkdown(report: WholeReport, machine: MachineFacts): string {
  const { name, synthetic, ceiling, tasks } = report;
  const peer = tasks.find((task) => task.peer)?.peer;
  const compared = peer ? [peer.name, 'ours / theirs', 'of the medians', 'its memory', 'cosine'] : [];
  return [
    `# ${name} on ${machine.processor}`,
    '',
    machineLine(report, machine),
    `Best of the rounds of each measurement, ${synthetic ? 'random weights' : 'its own weights'}; the model was run whole.`,
    ceilingLine(ceiling),
    '',
    '"Of the ceiling" = operations / ceiling / seconds, with the operations of all layers for all tokens, but of a decoder\'s last layer for one. "Meanwhile" = of all rounds, against the same product over seconds just before and after. Memory = peak beyond mapped files.',
    '',
    ...table(
      ['precision', 'task', 'at once', 'seconds for one', 'of the ceiling', 'meanwhile', 'memory', ...compared],
      tasks.map((task) => [
        ...[task.precision, task.name, String(task.batch), secondsText(task.seconds)],
        ...[ratio(task.ceilingRatio), ratio(task.sustainedRatio), memoryText(task.peak?.own)],
        ...(peer ? peerCells(task.peer) : []),
      ]),
    ),
    '',
    ...(peer
      ? [
          `${peer.name} ran a graph of the same shape and weights, as torch exports it, with its own onnxruntime and as many threads, in turns with ours. Below 1 ours is faster.`,
          '',
        ]
      : []),
  ].join('\n');
}

function peerCells(peer: PeerCost | undefined): string[] {
  if (!peer) return ['-', '-', '-', '-', '-'];
  const memory = peer.peak ? gigabytes(peer.peak.own) : memoryText(undefined);
  return [secondsText(peer.seconds), ratio(peer.ratio), ratio(peer.medianRatio), memory, peer.cosine.toFixed(6)];
}
