/** @file The process of one measurement: it does one thing with one model, so that its peak memory is that thing's. */
import { AppError } from '../../core/api/errors.ts';
import { openModel } from '../arch/index.ts';
import { openCheckpoint } from '../checkpoint/checkpoint.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { type CompiledVlm, compileVlm, type Precision } from '../compile/vlm.ts';
import { openDualRunner } from '../dual/runner.ts';
import { builtTowers } from '../dual/towers.ts';
import { outputName } from '../graph/plan.ts';
import { attentionChunk } from '../runtime/decoder-run.ts';
import { gaussian } from '../runtime/gaussian.ts';
import { type KvCache, kvCache, type LayerCache } from '../runtime/kv-cache.ts';
import type { Device } from '../runtime/machine.ts';
import { answerQuestion } from '../runtime/own-process.ts';
import { seededWeights } from '../runtime/seeded-weights.ts';
import { openSession } from '../runtime/session.ts';
import { blocksOf } from '../runtime/stage-run.ts';
import { openFittingRunner } from '../runtime/whole-runner.ts';
import { type Ceiling, measureCeiling, measureSustained } from './ceiling.ts';
import { sampleTexts } from './samples.ts';
import { type Timing, timed } from './timing.ts';

/** A model to measure; the folder of quantised weights is filled already. */
export type Subject = {
  readonly checkpoint: string;
  readonly adapter?: string | undefined;
  readonly cache: string;
  readonly precision: Precision;
};

type On = {
  readonly device: Device;
  readonly threads: number;
  /** For each thing that is timed, about. */
  readonly seconds: number;
};

type CeilingQuestion = On & {
  /** `sustained`: of products alone. */
  readonly kind: 'ceiling' | 'sustained';
  /** For weights. */
  readonly folder: string;
};

type AttentionQuestion = On & { readonly kind: 'attention'; readonly subject: Subject; readonly tokens: number };

type DecoderQuestion = On & {
  readonly kind: 'decoder';
  readonly subject: Subject;
  /** The first ones of the decoder; the last of them answers for the last token only. */
  readonly layers: number;
  readonly tokens: number;
  readonly past: number;
  /** Keys and values of so many tokens are kept; of none if absent. */
  readonly keep?: number;
  /** So many go through the vision tower before, whole. */
  readonly tiles: number;
};

export type Tower = 'pictures' | 'texts';

/** So many pictures, or texts of so many tokens, at once through one of two encoders. */
export type DualQuestion = On & {
  readonly kind: 'dual';
  readonly subject: Subject;
  readonly tower: Tower;
  readonly batch: number;
  readonly tokens: number;
};

export type MeasureQuestion = CeilingQuestion | AttentionQuestion | DecoderQuestion | DualQuestion;

export type Measured = Timing & {
  readonly ceiling?: Ceiling;
  /** Operations a second. */
  readonly sustained?: number;
  readonly vision?: Timing;
  /** What the decoder or the encoder answered. */
  readonly hidden?: Float32Array;
};

answerQuestion<MeasureQuestion, Measured>(async (question) => {
  if (question.kind === 'attention') return attention(await compiledOf(question.subject), question);
  if (question.kind === 'decoder') return decode(await compiledOf(question.subject), question);
  if (question.kind === 'dual') return encode(question);
  const { kind, device, threads, seconds, folder } = question;
  const weights = seededWeights(folder);
  const options = { provider: device.name, threads, seconds };
  const none = { best: 0, rounds: [] };
  if (kind === 'sustained') return { ...none, sustained: await measureSustained(weights, options) };
  return { ...none, ceiling: await measureCeiling(weights, options) };
});

async function compiledOf({ checkpoint, adapter, cache, precision }: Subject): Promise<CompiledVlm> {
  const tuned = adapter === undefined ? undefined : await openAdapter(adapter);
  return compileVlm(await openCheckpoint(checkpoint), { precision, cache, ...(tuned && { adapter: tuned }) });
}

async function decode(compiled: CompiledVlm, question: DecoderQuestion): Promise<Measured> {
  const { layers, tokens, past, keep = 0, tiles, device, threads, seconds } = question;
  const { hiddenSize } = compiled.model.text;
  const runner = await openFittingRunner({ ...compiled, decoder: compiled.decoder.slice(0, layers) }, { threads, device });
  const { channels, imageSize } = compiled.model.vision;
  const pixels = gaussian(tiles * channels * imageSize ** 2, 1);
  const seeing = tiles > 0 ? await timed(() => runner.features(pixels, tiles, { priority: 'index' }), { seconds, least: 1 }) : undefined;
  const sequence = { embeds: gaussian(tokens * hiddenSize, 1), keep, ...(past > 0 && { past: randomPast(compiled, layers, past) }) };
  let hidden: Float32Array = new Float32Array();
  const timing = await timed(
    async () => {
      hidden = (await runner.lastHidden([sequence], { priority: 'index' })).hidden;
    },
    { seconds, least: 1 },
  );
  await runner.close();
  return { ...timing, hidden, ...(seeing && { vision: seeing }) };
}

async function encode({ subject, tower, batch, tokens, device, threads, seconds }: DualQuestion): Promise<Measured> {
  const checkpoint = await openCheckpoint(subject.checkpoint);
  const model = openModel(checkpoint);
  if (model.kind !== 'dual' || (subject.precision !== 'exact' && subject.precision !== 'fp16'))
    throw new AppError('bad-request', `${model.modelType} is not measured as two encoders in ${subject.precision}.`);
  const towers = await builtTowers(model, checkpoint, subject.precision);
  const runner = openDualRunner(model, towers, { threads, device, log: () => undefined });
  const { imageSize, channels } = model.vision;
  const pixels = gaussian(tower === 'pictures' ? batch * channels * imageSize ** 2 : 0, 1);
  const ids = Array.from(sampleTexts(batch, tokens, model.text.vocabularySize), Number);
  const texts = blocksOf(ids.length, tokens).map(({ first, count }) => ids.slice(first, first + count));
  const work = { priority: 'index' } as const;
  let hidden: Float32Array = new Float32Array();
  const timing = await timed(
    async () => {
      hidden = await (tower === 'pictures' ? runner.pictures(pixels, work) : runner.texts(texts, work));
    },
    { seconds, least: 1 },
  );
  await runner.close();
  return { ...timing, hidden };
}

function randomPast({ model }: CompiledVlm, layers: number, tokens: number): KvCache {
  const { kvHeads, headDim } = model.text;
  const size = kvHeads * tokens * headDim;
  const caches = Array.from({ length: layers }, (_, layer) => ({ k: gaussian(size, 2 * layer + 1), v: gaussian(size, 2 * layer + 2) }));
  return kvCache(caches, tokens);
}

/** One layer's attention over a sequence, in chunks as the runner cuts them. */
async function attention(compiled: CompiledVlm, { tokens, device, threads, seconds }: AttentionQuestion): Promise<Timing> {
  const { heads, kvHeads, headDim } = compiled.model.text;
  const stage = compiled.attention(device.attention, compiled.model.attentionFor(tokens));
  const session = await openSession(stage.model(), { threads, provider: device.name, weights: 'resident', name: stage.name });
  const blocks = blocksOf(tokens, attentionChunk).map(({ first, count }) => {
    const input = (width: number) => ({ data: gaussian(count * width, first + width), shape: [1, count, width] });
    const lengths = {
      ...(stage.inputs.includes('seqlens_k') && { seqlens_k: { data: Int32Array.of(first + count - 1), shape: [1] } }),
      total: { data: Int32Array.of(first + count), shape: [] },
    };
    return { first, inputs: { q: input(heads * headDim), k: input(kvHeads * headDim), v: input(kvHeads * headDim), ...lengths } };
  });
  const timing = await timed(
    async () => {
      let past: LayerCache = { k: new Float32Array(), v: new Float32Array() };
      for (const { first, inputs } of blocks) {
        const cached = (data: Float32Array) => ({ data, shape: [1, kvHeads, first, headDim] });
        const results = await session.run({ ...inputs, past_k: cached(past.k), past_v: cached(past.v) });
        const present = (name: string): Float32Array => results[outputName(name)] ?? new Float32Array();
        past = { k: present('present_k'), v: present('present_v') };
      }
    },
    { seconds },
  );
  await session.close();
  return timing;
}
