/**
 * @file A small model at work: two graphs that stay open while there is work, and the head beside them. Does what runner.ts does for models
 * of any size, layer by layer.
 */
import type { CompiledVlm } from '../compile/vlm.ts';
import { createMachine, type Device, providerNames } from './machine.ts';
import { memoryToSpare } from './memory-plan.ts';
import { int8Overflows, openRunner, type Runner, type RunnerOptions } from './runner.ts';
import { openSession } from './session.ts';
import { requireFinite } from './stage-run.ts';
import { runVision, visionRuns } from './vision-run.ts';
import { runWhole, type WholeDecoder, wholeRuns } from './whole-run.ts';
import { runWords, wordRuns } from './words.ts';

/** Weights as float32 of what counts as small: SmolVLM-500M has 1.8 GB, its head included. */
const smallBytes = 2 * 1024 ** 3;

/** Tiles that pass the tower at once. More gain nothing on a processor, whose next query waits for them. */
const tilesAtOnce = { processor: 1, device: 5 } as const;

/** The runner that suits the model's size and the memory. */
export async function openFittingRunner(compiled: CompiledVlm, options: RunnerOptions): Promise<Runner> {
  return isSmall(compiled, options.memoryBytes) ? openWholeRunner(compiled, options) : openRunner(compiled, options);
}

/** What is stored as 16 bits doubles in memory, and float32 lies in the mapped file as well. */
function isSmall({ model, whole, head, decoder }: CompiledVlm, memoryBytes = memoryToSpare()): boolean {
  if (decoder.length !== model.text.layers) return false;
  const decoders = model.attentionPlans.length * whole.decoder('gqa', 0).weightBytes;
  const bytes = 2 * (whole.tower().weightBytes + decoders + head(0, model.text.vocabularySize).weightBytes);
  return bytes <= Math.min(smallBytes, memoryBytes);
}

export async function openWholeRunner(compiled: CompiledVlm, options: RunnerOptions): Promise<Runner> {
  const { threads, device: first = { name: 'cpu', attention: 'gqa', note: '' }, idleMs = 5 * 60_000, log } = options;
  const { text, vision } = compiled.model;
  const tower = compiled.whole.tower();
  const decoders: Partial<Record<Device['attention'], WholeDecoder>> = {};
  const decoderFor = ({ attention }: Device): WholeDecoder => {
    decoders[attention] ??= decoderOf(compiled, attention);
    return decoders[attention];
  };
  const wideSums = compiled.precision === 'int8' && (await int8Overflows(threads));
  const machine = createMachine({
    ...{ device: first, idleMs, ...(log && { log }) },
    plan: () => () => true,
    open: (stage, { name: provider }) =>
      openSession(stage.model(), { ...{ threads, provider, wideSums, name: stage.name }, weights: 'resident', arena: true }),
  });
  const head = { rows: text.vocabularySize, slice: compiled.head };
  const tilesOn = ({ name }: Device) => (name === 'cpu' ? tilesAtOnce.processor : tilesAtOnce.device);

  return {
    features: (pixels, tiles, work) =>
      machine.perform(work, visionRuns([tower], tiles, tilesOn(machine.device)), async (run, device) =>
        requireFinite(await runVision([tower], pixels, tiles, vision, run, tilesOn(device)), 'The features of the picture'),
      ),
    lastHidden: (sequences, work) =>
      machine.perform(work, wholeRuns(decoderFor(machine.device), sequences), async (run, device) => {
        const { hidden, kept } = await runWhole(decoderFor(device), sequences, run);
        return { hidden: requireFinite(hidden, 'The hidden state'), kept };
      }),
    topWords: (hidden, k, work) =>
      machine.perform(work, wordRuns(head), (run) => runWords(head, hidden, hidden.length / text.hiddenSize, k, run)),
    warm: () => machine.warm((device) => decoderFor(device).stages.slice(0, 1)),
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

function decoderOf({ model, whole }: CompiledVlm, form: Device['attention']): WholeDecoder {
  const { text, attentionPlans, attentionFor } = model;
  return {
    ...{ hidden: text.hiddenSize, maxTokens: text.maxTokens, kvHeads: text.kvHeads, headDim: text.headDim, layers: text.layers },
    stages: attentionPlans.map((_, table) => whole.decoder(form, table)),
    attentionFor,
  };
}
