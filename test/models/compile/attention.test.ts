import { expect, it } from 'vitest';
import { attentionPlans } from '../../../models/arch/decoder-plans.ts';
import { parseConfig } from '../../../models/arch/llava_next.ts';
import { stageOf } from '../../../models/compile/stage.ts';
import type { GraphOptions } from '../../../models/graph/graph.ts';
import { floats, largestDifference, pick, runStage } from './run-stages.ts';

const weightless: GraphOptions = {
  weights: {
    find: (name) => {
      throw new Error(`attention has no weights, not even ${name}`);
    },
    lowRank: () => undefined,
  },
  linear: 'float',
  compute: 'float32',
};

/** Numbers between -1 and 1 that look random and are the same every time. */
const numbers = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233));

const past = 5;
const fresh = 37;
const theta = 10_000;

/** Straight from the definition, in float64: keys of the past are rotated already. */
function reference(
  heads: number,
  kvHeads: number,
  d: number,
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  pastK: Float32Array,
  pastV: Float32Array,
) {
  const rotated = (x: Float32Array, width: number, token: number, head: number): number[] => {
    const at = token * width + head * d;
    return Array.from({ length: d }, (_, i) => {
      const pair = i % (d / 2);
      const angle = (past + token) * theta ** ((-2 * pair) / d);
      const [a, b] = [x[at + pair] as number, x[at + pair + d / 2] as number];
      return i < d / 2 ? a * Math.cos(angle) - b * Math.sin(angle) : b * Math.cos(angle) + a * Math.sin(angle);
    });
  };
  const y = new Float32Array(fresh * heads * d);
  for (let head = 0; head < heads; head++) {
    const group = Math.floor(head / (heads / kvHeads));
    const ofPast = (x: Float32Array, token: number) => Array.from(x.subarray((group * past + token) * d, (group * past + token + 1) * d));
    const keys = Array.from({ length: past + fresh }, (_, t) => (t < past ? ofPast(pastK, t) : rotated(k, kvHeads * d, t - past, group)));
    const values = Array.from({ length: past + fresh }, (_, t) =>
      t < past
        ? ofPast(pastV, t)
        : Array.from(v.subarray((t - past) * kvHeads * d + group * d, (t - past) * kvHeads * d + (group + 1) * d)),
    );
    for (let token = 0; token < fresh; token++) {
      const query = rotated(q, heads * d, token, head);
      const weights = keys
        .slice(0, past + token + 1)
        .map((key) => Math.exp(key.reduce((sum, one, i) => sum + one * (query[i] as number), 0) / Math.sqrt(d)));
      const total = weights.reduce((sum, one) => sum + one, 0);
      for (let i = 0; i < d; i++)
        y[token * heads * d + head * d + i] = weights.reduce((sum, weight, t) => sum + (weight / total) * (values[t]?.[i] as number), 0);
    }
  }
  return y;
}

it.each([
  [4, 2, 16],
  [3, 1, 80],
  [4, 4, 32],
  [8, 2, 12],
  [6, 3, 24],
  [5, 5, 2],
])('%i heads over %i of size %i attend as the definition says, in every form', async (heads, kvHeads, d) => {
  const config = parseConfig({
    text_config: { hidden_size: heads * d, num_attention_heads: heads, num_key_value_heads: kvHeads, max_position_embeddings: 64 },
  });
  const q = numbers(fresh * heads * d, 1);
  const [k, v] = [numbers(fresh * kvHeads * d, 2), numbers(fresh * kvHeads * d, 3)];
  const [pastK, pastV] = [numbers(kvHeads * past * d, 4), numbers(kvHeads * past * d, 5)];
  const expected = reference(heads, kvHeads, d, q, k, v, pastK, pastV);
  const tensors = {
    q: floats(q, 1, fresh, heads * d),
    k: floats(k, 1, fresh, kvHeads * d),
    v: floats(v, 1, fresh, kvHeads * d),
    past_k: floats(pastK, 1, kvHeads, past, d),
    past_v: floats(pastV, 1, kvHeads, past, d),
    seqlens_k: { data: Int32Array.of(past + fresh - 1), shape: [1] },
    total: { data: Int32Array.of(past + fresh), shape: [] },
  };
  for (const form of ['gqa', 'plain'] as const) {
    const results = await runStage(stageOf(attentionPlans(config.text).attention(form), weightless), tensors);
    expect(largestDifference(pick(results, 'y'), expected), form).toBeLessThan(2e-6);
  }
  const last = { ...tensors, q: floats(q.slice(-heads * d), 1, 1, heads * d) };
  const results = await runStage(stageOf(attentionPlans(config.text).last, weightless), last);
  expect(largestDifference(pick(results, 'y'), expected.subarray(-heads * d))).toBeLessThan(2e-6);
});
