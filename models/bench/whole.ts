/**
 * @file What a small model costs on this machine, run whole: seconds and memory of pictures and texts, against the best that the machine can do,
 * and for two encoders against another program's on a graph of the same shape.
 */

import type { Precision } from '../compile/vlm.ts';
import { type DualShape, decoderLayerWeights, encoderWeights, type Shape, type VlmShape } from '../hub/memory.ts';
import { chooseProvider } from '../runtime/providers.ts';
import { prepare } from './bench.ts';
import { decoderWork, editTokens, type PictureLoad, textTokens, textTowerWork, visionWork } from './flops.ts';
import { type Beside, type MeasureOptions, measure, withCeiling } from './measure.ts';
import type { Subject, Tower } from './measure-process.ts';
import type { Peer } from './peer/compare.ts';
import { mean } from './timing.ts';
import type { TaskLine, WholeReport } from './whole-report.ts';

export type WholeOptions = MeasureOptions & {
  readonly name: string;
  readonly checkpoint: string;
  readonly adapter?: string | undefined;
  readonly cache: string;
  readonly synthetic: boolean;
  readonly precisions: readonly Precision[];
  readonly threads: number;
  /** For each thing that is timed, about; 4 if absent. */
  readonly seconds?: number;
};

const batches = [1, 8] as const;

/** Each measurement in a process of its own. Throws `engine-failed`, `disk-full`, or the signal's reason. */
export async function benchWholeVlm(shape: VlmShape, loads: readonly PictureLoad[], options: WholeOptions): Promise<WholeReport> {
  return whole(shape, shape.layers * decoderLayerWeights(shape), options, async (precision, machine, beside) => {
    const subject = { checkpoint: options.checkpoint, adapter: options.adapter, cache: options.cache, precision };
    await prepare(subject, options);

    async function task(name: string, { tokens, past = 0, tiles = 0 }: { tokens: number; past?: number; tiles?: number }) {
      const question = { ...machine, kind: 'decoder', subject, layers: shape.layers, tokens, past, tiles } as const;
      const sample = await beside.compared(() => measure(`${precision}, ${name}`, question, options));
      const { best, rounds, vision, peak, sustained } = sample;
      const { products, attention } = decoderWork(shape, tokens, past);
      const operations = products + attention + visionWork(shape.vision, tiles);
      const meanSeconds = mean(rounds) + (vision ? mean(vision.rounds) : 0);
      return { precision, name, batch: 1, operations, seconds: best + (vision?.best ?? 0), meanSeconds, sustained, peak };
    }

    const tasks = [await task(`text, ${textTokens} tokens`, { tokens: textTokens })];
    for (const { name, tokens, tiles } of loads) tasks.push(await task(`picture, ${name}, ${tokens} tokens`, { tokens, tiles }));
    const past = loads[0]?.tokens ?? 0;
    tasks.push(await task(`further edit, ${editTokens} tokens after ${past}`, { tokens: editTokens, past }));
    return tasks;
  });
}

/** The same for two encoders. `peer`: compared with, in `exact`. */
export async function benchDual(
  shape: DualShape,
  tokens: number,
  options: WholeOptions & { readonly peer?: Peer | undefined },
): Promise<WholeReport> {
  return whole(shape, encoderWeights(shape.vision), options, async (precision, machine, beside) => {
    const subject: Subject = { checkpoint: options.checkpoint, cache: options.cache, precision };
    const tasks: Task[] = [];
    for (const tower of ['pictures', 'texts'] as const satisfies Tower[]) {
      for (const batch of batches) {
        const name = tower === 'texts' ? `text, ${tokens} tokens` : 'picture';
        const what = `${precision}, ${name}, ${batch} at once`;
        const question = { ...machine, kind: 'dual', subject, tower, tokens, batch } as const;
        const ours = () => measure(what, question, options);
        const { own, peer, sustained } = await beside.compared(async () => {
          if (!options.peer || precision !== 'exact') return { own: await ours(), peer: undefined };
          const compared = await options.peer.compare(ours, question, options);
          return { own: compared.ours, peer: compared.peer };
        });
        const operations = batch * (tower === 'texts' ? textTowerWork(shape, tokens) : visionWork(shape.vision, 1));
        const seconds = { seconds: own.best, meanSeconds: mean(own.rounds), sustained };
        tasks.push({ precision, name, batch, operations, ...seconds, peak: own.peak, ...(peer && { peer }) });
      }
    }
    return tasks;
  });
}

type Task = Omit<TaskLine, 'ceilingRatio' | 'sustainedRatio'> & {
  readonly operations: number;
  /** Of all rounds. */
  readonly meanSeconds: number;
  readonly sustained: number;
};
type Machine = { readonly device: Awaited<ReturnType<typeof chooseProvider>>; readonly threads: number; readonly seconds: number };

async function whole(
  shape: Shape,
  weights: number,
  options: WholeOptions,
  tasksOf: (precision: Precision, machine: Machine, beside: Beside) => Promise<readonly Task[]>,
): Promise<WholeReport> {
  const { name, synthetic, threads, seconds = 4 } = options;
  const device = await chooseProvider({ threads, weights, log: () => undefined });
  const machine = { device, threads, seconds };
  const { result, ceiling } = await withCeiling(machine, options, async (beside) => {
    const tasks: Task[] = [];
    for (const precision of options.precisions) tasks.push(...(await tasksOf(precision, machine, beside)));
    return tasks;
  });
  return {
    ...{ kind: 'whole', name, synthetic, provider: device.name, note: device.note, threads, shape, ceiling },
    tasks: result.map(({ operations, meanSeconds, sustained, ...task }) => ({
      ...task,
      seconds: task.seconds / task.batch,
      ceilingRatio: operations / ceiling.operations / task.seconds,
      sustainedRatio: operations / sustained / meanSeconds,
    })),
  };
}
