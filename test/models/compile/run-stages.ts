/** @file Runs compiled stages in real sessions, one after the other over a map of tensors: the simplest possible runner. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import type { Stage } from '../../../models/compile/stage.ts';
import type { CompiledVlm } from '../../../models/compile/vlm.ts';
import { outputName } from '../../../models/graph/plan.ts';
import { openSession, type TensorInput } from '../../../models/runtime/session.ts';

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

export type Tensors = Record<string, TensorInput>;

export const floats = (data: Float32Array, ...shape: number[]): TensorInput => ({ data, shape });

/** Runs the stage on what it names and answers its results by their names in the runner's map, without shapes. */
export async function runStage(stage: Stage, tensors: Tensors): Promise<Record<string, Float32Array>> {
  const session = await openSession(stage.model(), { threads: 1, weights: 'mapped', name: stage.name });
  try {
    const inputs = Object.fromEntries(
      stage.inputs.map((name) => {
        const tensor = tensors[name];
        if (!tensor) throw new Error(`${stage.name} wants ${name}`);
        return [name, tensor];
      }),
    );
    const results = await session.run(inputs);
    return Object.fromEntries(
      stage.outputs.map((name) => {
        const result = results[outputName(name)];
        if (!result) throw new Error(`${stage.name} does not answer ${name}`);
        return [name, result];
      }),
    );
  } finally {
    await session.close();
  }
}

/** pixels [n, 3, s, s] -> what the last encoder layer answers, and the features. */
export async function runVision(compiled: CompiledVlm, pixels: TensorInput): Promise<{ x: Float32Array; features: Float32Array }> {
  const { vision } = compiled.model;
  const tensors: Tensors = { pixel_values: pixels };
  let results: Record<string, Float32Array> = {};
  let x = new Float32Array();
  for (const stage of compiled.vision) {
    results = await runStage(stage, tensors);
    if (results.x) {
      x = new Float32Array(results.x);
      tensors.x = floats(results.x, pixels.shape[0] ?? 0, vision.tokens, vision.hiddenSize);
    }
  }
  return { x, features: pick(results, 'features') };
}

/** One sequence through attention in chunks: [S, heads*d], [S, kv*d] twice -> [S, heads*d]. */
export async function attend(
  compiled: CompiledVlm,
  qkv: { q: Float32Array; k: Float32Array; v: Float32Array },
  tokens: number,
  options: { form: 'gqa' | 'plain'; chunk?: number },
): Promise<Float32Array> {
  const { heads, kvHeads, headDim } = compiled.model.text;
  const y = new Float32Array(tokens * heads * headDim);
  let past = { k: new Float32Array(), v: new Float32Array() };
  const stage = compiled.attention(options.form, compiled.model.attentionFor(tokens));
  const chunk = options.chunk ?? tokens;
  for (let at = 0; at < tokens; at += chunk) {
    const size = Math.min(chunk, tokens - at);
    const cut = (data: Float32Array, width: number) => floats(data.slice(at * width, (at + size) * width), 1, size, width);
    const results = await runStage(stage, {
      q: cut(qkv.q, heads * headDim),
      k: cut(qkv.k, kvHeads * headDim),
      v: cut(qkv.v, kvHeads * headDim),
      past_k: floats(past.k, 1, kvHeads, at, headDim),
      past_v: floats(past.v, 1, kvHeads, at, headDim),
      seqlens_k: { data: Int32Array.of(at + size - 1), shape: [1] },
      total: { data: Int32Array.of(at + size), shape: [] },
    });
    y.set(pick(results, 'y'), at * heads * headDim);
    past = { k: new Float32Array(pick(results, 'present_k')), v: new Float32Array(pick(results, 'present_v')) };
  }
  return y;
}

/** embeds [tokens, hidden] of one sequence -> the result of layer 0, and all positions after the final norm. */
export async function runDecoder(
  compiled: CompiledVlm,
  embeds: Float32Array,
  options: { form: 'gqa' | 'plain'; chunk?: number },
): Promise<{ layer0: Float32Array; hidden: Float32Array }> {
  const { hiddenSize, heads, headDim, mlpSize } = compiled.model.text;
  const tokens = embeds.length / hiddenSize;
  let x = embeds;
  let layer0 = embeds;
  for (const [index, layer] of compiled.decoder.entries()) {
    const entered = await runStage(layer.enter, { x: floats(x, tokens, hiddenSize) });
    const qkv = { q: pick(entered, 'q'), k: pick(entered, 'k'), v: pick(entered, 'v') };
    const y = await attend(compiled, qkv, tokens, options);
    x = await leave(layer.leave, { y: floats(y, tokens, heads * headDim), x: floats(x, tokens, hiddenSize) }, { hiddenSize, mlpSize });
    if (index === 0) layer0 = new Float32Array(x);
  }
  const { hidden } = await runStage(compiled.norm, { x: floats(x, tokens, hiddenSize) });
  return { layer0, hidden: hidden ?? new Float32Array() };
}

export async function leave(
  stages: readonly Stage[],
  start: Tensors,
  { hiddenSize, mlpSize }: { hiddenSize: number; mlpSize: number },
): Promise<Float32Array> {
  const tensors = { ...start };
  for (const stage of stages) {
    for (const [name, data] of Object.entries(await runStage(stage, tensors))) {
      const width = name === 'act' || name === 'gate' ? mlpSize : hiddenSize;
      tensors[name] = floats(data, data.length / width, width);
    }
  }
  return tensors.x?.data as Float32Array;
}

export function pick(results: Record<string, Float32Array>, name: string): Float32Array {
  const result = results[name];
  if (!result) throw new Error(`there is no ${name}`);
  return result;
}

export type Case = { name: string; input_ids: number[][]; last_hidden?: string; debug?: Record<string, string> };

/** The recorded cases of a folder and a reader of their tensors. */
export async function openGolden(folder: string, variant?: 'hf441' | 'hf5') {
  const base = path.join(fixtures, folder, variant ? `cases.${variant}` : 'cases');
  const { cases } = JSON.parse(await readFile(`${base}.json`, 'utf8')) as { cases: Case[] };
  const tensors = new Map((await readShard(`${base}.safetensors`)).map((tensor) => [tensor.name, tensor]));
  return {
    cases,
    async tensor(name: string): Promise<{ data: Float32Array; shape: readonly number[] }> {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`no golden tensor ${name}`);
      return { data: await readFloats(tensor), shape: tensor.shape };
    },
  };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)) || 0);
  return Array.prototype.some.call(a, Number.isNaN) ? Number.NaN : largest;
}
