/** @file A compiled model at work: pictures to features, sequences to hidden states, hidden states to words. */
import { AppError } from '../../core/api/errors.ts';
import type { Provider } from '../../core/indexing/embedder.ts';
import { bytesOverflow } from '../compile/byte-probe.ts';
import type { Stage } from '../compile/stage.ts';
import type { CompiledVlm } from '../compile/vlm.ts';
import { outputName } from '../graph/plan.ts';
import {
  type Decoder,
  decoderRuns,
  groupByTokens,
  type LastHidden,
  type RowsAtOnce,
  rowsOfFed,
  rowsOfReady,
  rowsOfWidened,
  runDecoder,
  type Sequence,
} from './decoder-run.ts';
import { createMachine, type Device, providerNames, type Work } from './machine.ts';
import { isQuantised, largestWidened, stayingStages, type TextStages } from './memory-plan.ts';
import { openSession } from './session.ts';
import { requireFinite } from './stage-run.ts';
import { runVision, visionRuns } from './vision-run.ts';
import { createWidenedStages, type WidenedStages } from './widened-stages.ts';
import { runWords, sliceRows, type Token, wordRuns } from './words.ts';

export type Runner = {
  /** Pixels [tiles, channels, side, side] -> [tiles * patches, hidden]. */
  features(pixels: Float32Array, tiles: number, work: Work): Promise<Float32Array>;
  lastHidden(sequences: readonly Sequence[], work: Work): Promise<LastHidden>;
  /** The k tokens that each row of `hidden` [n, hidden] says, best first. */
  topWords(hidden: Float32Array, k: number, work: Work): Promise<Token[][]>;
  /** Opens what a text needs, as far as it stays open. */
  warm(): Promise<void>;
  /** Closes all sessions until the next call. */
  release(): Promise<void>;
  readonly provider: Provider;
  /** How many sessions are open. */
  readonly sessions: number;
  close(): Promise<void>;
};

export type RunnerOptions = {
  readonly threads: number;
  /** The CPU if absent. */
  readonly device?: Device;
  /** Bytes of weights that may be held in memory; by default a share of what is free whenever sessions are opened anew. */
  readonly memoryBytes?: number;
  /** Everything is released after so many milliseconds without work. */
  readonly idleMs?: number;
  readonly log?: (sentence: string) => void;
};

const cpu: Device = { name: 'cpu', attention: 'gqa', note: '' };

/** Tokens that go through the decoder together: two large pictures or two hundred texts, 60 kB each between two stages at 4,096 wide. */
const tokensAtOnce = 6144;

export async function openRunner(compiled: CompiledVlm, options: RunnerOptions): Promise<Runner> {
  const { threads, memoryBytes, idleMs = 5 * 60_000 } = options;
  const { text, vision: tower } = compiled.model;
  const decoders = new Map<string, Decoder>();
  const decoderFor = (device: Device): Decoder => {
    const key = `${device.name} ${device.attention}`;
    const decoder = decoders.get(key) ?? decoderOf(compiled, device);
    decoders.set(key, decoder);
    return decoder;
  };
  const quantised = isQuantised(compiled, textStages(decoderFor(options.device ?? cpu)));
  const wideSums = compiled.precision === 'int8' && (await int8Overflows(threads));
  const vision = new Set(compiled.vision);
  /**
   * Of what is closed again: int4 products over a mapped file take fifteen times as long, and a small layer that thousands of patches pass a
   * quarter longer. int8 products take next to nothing more, and layers of the decoder take a second to lay out.
   */
  const isWorthLayingOut = (stage: Stage) => vision.has(stage) || (compiled.precision === 'int4' && quantised(stage));
  const machine = createMachine({
    device: options.device ?? cpu,
    open: (stage, { name: provider }, stays) =>
      openSession(stage.model(), {
        ...{ threads, provider, wideSums, name: stage.name },
        weights: stays || isWorthLayingOut(stage) ? 'resident' : 'mapped',
      }),
    plan: (device) => stayingStages(compiled, device, textStages(decoderFor(device)), memoryBytes),
    ...(compiled.precision === 'exact' && { widened: widenedStages(compiled, threads) }),
    idleMs,
    ...(options.log && { log: options.log }),
  });

  return {
    features: (pixels, tiles, work) =>
      machine.perform(work, visionRuns(compiled.vision, tiles), async (run) =>
        requireFinite(await runVision(compiled.vision, pixels, tiles, tower, run), 'The features of the picture'),
      ),
    lastHidden(sequences, work) {
      const groups = groupByTokens(sequences, text.hiddenSize, tokensAtOnce);
      const of = groups.reduce((sum, group) => sum + decoderRuns(decoderFor(machine.device), group), 0);
      return machine.perform(work, of, async (run, device) => {
        const answers: LastHidden[] = [];
        for (const group of groups) answers.push(await runDecoder(decoderFor(device), group, run));
        const hidden = new Float32Array(sequences.length * text.hiddenSize);
        let at = 0;
        for (const answer of answers) {
          hidden.set(answer.hidden, at);
          at += answer.hidden.length;
        }
        return { hidden: requireFinite(hidden, 'The hidden state'), kept: answers.flatMap(({ kept }) => kept) };
      });
    },
    topWords(hidden, k, work) {
      const head = { rows: text.vocabularySize, slice: compiled.head };
      return machine.perform(work, wordRuns(head), (run) => runWords(head, hidden, hidden.length / text.hiddenSize, k, run));
    },
    warm: () =>
      machine.warm((device) => {
        const { fixed, linear } = textStages(decoderFor(device));
        return [...fixed, ...linear];
      }),
    release: () => machine.release(),
    get provider() {
      return { name: providerNames[machine.device.name], note: machine.device.note };
    },
    get sessions() {
      return machine.sessions;
    },
    close: () => machine.close(),
  };
}

/** Layers of a large model that is not quantised, and slices of its head. */
export function widenedStages(compiled: CompiledVlm, threads: number): WidenedStages {
  const { model, vision, decoder, head } = compiled;
  return createWidenedStages({
    threads,
    bytes: () =>
      largestWidened([
        ...vision,
        ...decoder.flatMap(({ enter, leave }) => [enter, ...leave]),
        head(0, Math.min(sliceRows, model.text.vocabularySize)),
      ]),
    open: (form, { name }) => openSession(form.model(), { threads, name, weights: 'fed' }),
  });
}

/** Asked once in a process: it is the processor's. */
let overflows: Promise<boolean> | undefined;

export function int8Overflows(threads: number): Promise<boolean> {
  overflows ??= bytesOverflow(async (stage, inputs) => {
    const session = await openSession(stage.model(), { threads, name: stage.name });
    try {
      const { [outputName('y')]: y } = await session.run(inputs);
      if (!y) throw new AppError('internal', `The stage ${stage.name} answered no "y".`);
      return { y };
    } finally {
      await session.close();
    }
  });
  return overflows;
}

/** All that a sequence passes. The last layer is entered for the last tokens only. */
export function textStages({ layers, attention, norm }: Decoder): TextStages {
  const linear = layers.flatMap(({ enter, enterLast, leave }, index) => [index < layers.length - 1 ? enter : enterLast, ...leave]);
  return { fixed: [...attention.flatMap(({ all, last }) => [all, last]), norm], linear };
}

export function decoderOf(compiled: CompiledVlm, device: Pick<Device, 'name' | 'attention'>): Decoder {
  const { text, attentionPlans, attentionFor } = compiled.model;
  return {
    ...{ hidden: text.hiddenSize, maxTokens: text.maxTokens, kvHeads: text.kvHeads, headDim: text.headDim },
    layers: compiled.decoder,
    attention: attentionPlans.map((_, table) => ({
      all: compiled.attention(device.attention, table),
      last: compiled.attentionLast(table),
    })),
    attentionFor,
    norm: compiled.norm,
    rowsAtOnce: rowsAtOnceOf(compiled, device.name),
  };
}

function rowsAtOnceOf({ precision, widensOnRun }: CompiledVlm, device: Device['name']): RowsAtOnce {
  if (device === 'cpu' && precision === 'exact') return rowsOfFed;
  return widensOnRun ? rowsOfWidened : rowsOfReady;
}
