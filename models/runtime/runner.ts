/** @file A compiled model at work: pictures to features, sequences to hidden states, hidden states to words. */
import type { Provider } from '../../core/indexing/embedder.ts';
import type { CompiledLlavaNext } from '../compile/llava-next.ts';
import type { Stage } from '../compile/stage.ts';
import { type Decoder, decoderRuns, groupByTokens, type LastHidden, runDecoder, type Sequence } from './decoder-run.ts';
import { createMachine, type Device, type Work } from './machine.ts';
import { memoryToSpare, stagesWithin } from './residency.ts';
import { openSession, type ProviderName } from './session.ts';
import { requireFinite } from './stage-run.ts';
import { runVision, visionRuns } from './vision-run.ts';
import { runWords, type Token, wordRuns } from './words.ts';

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

/** As people know them. */
const providerNames: Readonly<Record<ProviderName, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'CoreML',
};

/** Tokens that go through the decoder together: two large pictures or two hundred texts, 60 kB each between two stages at 4,096 wide. */
const tokensAtOnce = 6144;

/** Exact weights are a mapped file. Only a model that is small as float32 is worth a copy. */
const smallModelBytes = 1024 ** 3;

/** Weights that are not worth opening a session for again. */
const negligibleBytes = 1024 ** 2;

export async function openRunner(compiled: CompiledLlavaNext, options: RunnerOptions): Promise<Runner> {
  const { threads, memoryBytes, idleMs = 5 * 60_000 } = options;
  const { text, vision } = compiled.config;
  const machine = createMachine({
    device: options.device ?? cpu,
    open: (stage, { name: provider }, stays) =>
      openSession(stage.model(), {
        threads,
        provider,
        name: stage.name,
        weights: stays || isQuantised(compiled) ? 'resident' : 'mapped',
      }),
    plan: (device) => planOf(compiled, device, memoryBytes),
    idleMs,
    ...(options.log && { log: options.log }),
  });

  return {
    features: (pixels, tiles, work) =>
      machine.perform(work, visionRuns(compiled.vision, tiles), async (run) =>
        requireFinite(await runVision(compiled.vision, pixels, tiles, vision, run), 'The features of the picture'),
      ),
    lastHidden(sequences, work) {
      const groups = groupByTokens(sequences, text.hiddenSize, tokensAtOnce);
      const of = groups.reduce((sum, group) => sum + decoderRuns(decoderOf(compiled, cpu), group), 0);
      return machine.perform(work, of, async (run, device) => {
        const answers: LastHidden[] = [];
        for (const group of groups) answers.push(await runDecoder(decoderOf(compiled, device), group, run));
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
      const head = { rows: compiled.headRows, slice: compiled.head };
      return machine.perform(work, wordRuns(head), (run) => runWords(head, hidden, hidden.length / text.hiddenSize, k, run));
    },
    warm: () => machine.warm((device) => decoderStages(compiled, device)),
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

function isQuantised({ precision }: CompiledLlavaNext): boolean {
  return precision === 'int8' || precision === 'int4';
}

/**
 * Which stages stay open: on the CPU what fits the memory, the decoder first, since texts need nothing else. Float weights become float32 there,
 * so such a model stays open only if it is small altogether. On a graphics device all of it: its own memory is the bound, see [Note: devices
 * that fail].
 */
function planOf(compiled: CompiledLlavaNext, device: Device, memoryBytes: number | undefined): (stage: Stage) => boolean {
  const stages = [...decoderStages(compiled, device), ...compiled.vision];
  if (device.name !== 'cpu' && memoryBytes === undefined) return () => true;
  const spare = memoryBytes ?? memoryToSpare();
  const floatCopies = device.name === 'cpu' && !isQuantised(compiled);
  const cost = ({ weightBytes }: Stage) => (floatCopies ? 2 : 1) * weightBytes;
  const whole = stages.reduce((sum, stage) => sum + cost(stage), 0);
  const names = floatCopies && whole > Math.min(spare, smallModelBytes) ? new Set() : stagesWithin(stages, spare, cost);
  return ({ name, weightBytes }) => names.has(name) || weightBytes <= negligibleBytes;
}

/** All that a sequence passes, in order. */
function decoderStages(compiled: CompiledLlavaNext, device: Device): Stage[] {
  const { layers, attention, attentionLast, norm } = decoderOf(compiled, device);
  const linear = layers.flatMap(({ enter, enterLast, leave }, index) => [index < layers.length - 1 ? enter : enterLast, ...leave]);
  return [attention, attentionLast, norm, ...linear];
}

export function decoderOf(compiled: CompiledLlavaNext, device: Device): Decoder {
  const { hiddenSize: hidden, kvHeads, headDim } = compiled.config.text;
  return {
    hidden,
    maxTokens: compiled.maxTokens,
    kvHeads,
    headDim,
    layers: compiled.decoder,
    attention: compiled.attention(device.attention),
    attentionLast: compiled.attentionLast,
    norm: compiled.norm,
  };
}
