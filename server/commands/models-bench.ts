/** @file `oneword models bench`: what an engine costs on this machine, with its own weights or with random ones of its shape. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import type { BenchReport, MachineFacts } from '../../models/bench/report.ts';
import type { Precision } from '../../models/compile/vlm.ts';
import { onInterrupt } from '../interrupt.ts';
import { clearProgress, printJson, printLine, say, showProgress } from '../terminal.ts';
import { collect, wholeNumber, withJson } from './options.ts';

type Flags = {
  readonly synthetic?: string;
  readonly layers: number;
  readonly precision?: readonly Precision[];
  readonly threads?: number;
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
      'no engine, but random weights of the shape of one: e5v-8b, llava-mistral-7b. Needs 4 GB of disk for a while',
    )
    .option('--layers <N>', 'decoder layers to run; what all of them cost is computed from that', wholeNumber(2, 256), 2)
    .addOption(new Option('--precision <KIND>', `${benchPrecisions.join(', ')}; may be given several times`).argParser(collectPrecisions))
    .option('--threads <N>', 'threads; as many as there are cores if absent', wholeNumber(1, 256))
    .addHelpText(
      'after',
      '\nIt prints tables in Markdown, or JSON.\n\nExamples:\n  oneword models bench --synthetic e5v-8b\n  oneword models bench --synthetic e5v-8b --layers 4 --precision int8 --json\n' +
        '  oneword models bench e5v --precision exact --precision int8',
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
    const report = await (flags.synthetic === undefined
      ? benchInstalled(id ?? '', flags, interrupt.signal)
      : benchSynthetic(flags.synthetic, flags, interrupt.signal));
    clearProgress();
    if (flags.json) printJson({ machine: machineFacts(), ...report });
    else {
      const { markdownOf } = await import('../../models/bench/report.ts');
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

async function benchSynthetic(name: string, { layers, precision, threads }: Flags, signal: AbortSignal): Promise<BenchReport> {
  const { requireShape } = await import('../../models/bench/shapes.ts');
  const { writeSynthetic } = await import('../../models/bench/synthetic.ts');
  const { bench } = await import('../../models/bench/bench.ts');
  const { requireUsable } = await import('../../models/hub/usable.ts');
  const shape = requireShape(name);
  progress(`writing random weights (${shape.description}, ${layers} of ${shape.layers} layers)`);
  const checkpoint = await writeSynthetic(shape, layers, signal);
  try {
    const usable = await requireUsable(checkpoint.directory);
    return await bench({
      ...{ name, checkpoint: checkpoint.directory, cache: checkpoint.cache, synthetic: true },
      shape: { ...usable.shape, layers: shape.layers },
      ...{ layers, signal, onProgress: progress },
      precisions: precision ?? ['exact', 'int8', 'int4'],
      threads: threads ?? availableParallelism(),
    });
  } finally {
    await checkpoint.remove();
  }
}

async function benchInstalled(id: string, { layers, precision, threads }: Flags, signal: AbortSignal): Promise<BenchReport> {
  const { bench } = await import('../../models/bench/bench.ts');
  const { readInstalled } = await import('../../models/hub/installed.ts');
  const { modelsHome } = await import('../../models/hub/models-home.ts');
  const { name, directory, adapter, compiled, shape, problem } = await readInstalled(modelsHome(), id);
  if (problem !== undefined) throw new AppError('model-missing', problem);
  return bench({
    ...{ name, checkpoint: directory, adapter, cache: compiled, synthetic: false, shape },
    ...{ layers: Math.min(layers, shape.layers), signal, onProgress: progress },
    precisions: precision ?? ['exact', 'int8'],
    threads: threads ?? availableParallelism(),
  });
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
