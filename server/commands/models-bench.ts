/** @file `oneword models bench`: what an engine costs on this machine, with its own weights or with random ones of its shape. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import type { Report } from '../../models/bench/model-bench.ts';
import type { MachineFacts } from '../../models/bench/report.ts';
import type { Precision } from '../../models/compile/vlm.ts';
import { onInterrupt } from '../interrupt.ts';
import { clearProgress, printJson, printLine, say, showProgress } from '../terminal.ts';
import { collect, wholeNumber, withJson } from './options.ts';

type Flags = {
  readonly synthetic?: string;
  readonly layers: number;
  readonly precision?: readonly Precision[];
  readonly threads?: number;
  readonly peer?: true;
  readonly json?: true;
};

const benchPrecisions: readonly Precision[] = ['exact', 'int8', 'int4', 'fp16'];

export function addModelsBench(models: Command): void {
  withJson(models.command('bench').argument('[ID]', 'an installed engine (see: oneword models list)'))
    .description(
      'Measure seconds and memory of a text, a picture and a further edit of it on this machine. A quiet machine tells the most.',
    )
    .option(
      '--synthetic <SHAPE>',
      'no engine, but random weights of the shape of one; any other word lists the shapes. Needs up to 5 GB of disk for a while',
    )
    .option(
      '--layers <N>',
      'decoder layers of a large model to run; what all of them cost is computed from that. Small models are run whole',
      wholeNumber(2, 256),
      2,
    )
    .addOption(new Option('--precision <KIND>', `${benchPrecisions.join(', ')}; may be given several times`).argParser(collectPrecisions))
    .option('--threads <N>', 'threads; as many as there are cores if absent', wholeNumber(1, 256))
    .option(
      '--peer',
      'for CLIP and SigLIP: compare with transformers.js on a graph of the same shape. npm installs it beside the engines the first time (0.5 GB)',
    )
    .addHelpText(
      'after',
      '\nIt prints tables in Markdown, or JSON.\n\nExamples:\n  oneword models bench --synthetic e5v-8b\n  oneword models bench --synthetic e5v-8b --layers 4 --precision int8 --json\n' +
        '  oneword models bench --synthetic clip-b32 --peer\n  oneword models bench e5v --precision exact --precision int8',
    )
    .action(benchEngine);
}

function collectPrecisions(value: string, before: readonly string[] | undefined): string[] {
  if (!benchPrecisions.some((known) => known === value))
    throw new InvalidArgumentError(`Allowed choices are ${benchPrecisions.join(', ')}.`);
  return collect(value, before);
}

async function benchEngine(id: string | undefined, flags: Flags): Promise<void> {
  if ((id === undefined) === (flags.synthetic === undefined))
    throw new AppError('bad-request', 'Give the id of an installed engine, or --synthetic with a shape.');
  const interrupt = onInterrupt();
  try {
    const report = await benchOf(id, flags, interrupt.signal);
    clearProgress();
    if (flags.json) printJson({ machine: machineFacts(), ...report });
    else {
      const { markdownOf } = await import('../../models/bench/model-bench.ts');
      printLine(markdownOf(report, machineFacts()));
    }
  } catch (error) {
    if (interrupt.signal.aborted) throw new AppError('cancelled', 'Stopped. Nothing is left of the measurement.', { cause: error });
    throw error;
  } finally {
    clearProgress();
    interrupt.dispose();
  }
}

async function benchOf(
  id: string | undefined,
  { synthetic, layers, precision, threads, peer }: Flags,
  signal: AbortSignal,
): Promise<Report> {
  const { benchModel, benchSynthetic } = await import('../../models/bench/model-bench.ts');
  const { requirePeer } = await import('../../models/bench/peer/package.ts');
  const { readInstalled } = await import('../../models/hub/installed.ts');
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const home = modelsHome();
  const options = {
    ...{ layers, precisions: precision, threads: threads ?? availableParallelism() },
    peer: peer && (() => requirePeer(home, progress, signal)),
    ...{ signal, onProgress: progress },
  };
  if (synthetic !== undefined) return benchSynthetic(synthetic, options);
  const { name, directory, adapter, compiled, problem } = await readInstalled(home, id ?? '');
  if (problem !== undefined) throw new AppError('model-missing', problem);
  return benchModel({ name, checkpoint: directory, adapter, cache: compiled, synthetic: false }, options);
}

/** A line for each measurement; on a terminal one that is overwritten. */
function progress(sentence: string): void {
  if (process.stderr.isTTY) showProgress(sentence);
  else if (!sentence.includes('%') || sentence.endsWith(' 100 %')) say(sentence);
}

function machineFacts(): MachineFacts {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? 'an unknown processor',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release().split('-')[0]}, Node ${process.versions.node}`,
  };
}
