import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { openAdapter } from '../../../models/checkpoint/lora.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import { projectedOf } from '../runtime/golden.ts';
import { attend, fixtures, floats, largestDifference, leave, openGolden, pick, runDecoder, runStage, runVision } from './run-stages.ts';

/** Of golden-values.md: intermediate tensors. */
const tolerance = 1e-4;

const open = async (folder: string) => openCheckpoint(path.join(fixtures, folder));

const suites = [
  ['llava-next-llama3', 'checkpoint', 'hf441'],
  ['llava-next-llama3', 'checkpoint-new-layout', 'hf5'],
  ['llava-next-mistral', 'checkpoint', 'hf441'],
  ['llava-next-mistral', 'checkpoint-new-layout', 'hf5'],
] as const;

describe.each(suites)('%s, %s', (folder, checkpoint, variant) => {
  let compiled: CompiledVlm;
  let golden: Awaited<ReturnType<typeof openGolden>>;
  beforeAll(async () => {
    compiled = await compileVlm(await open(path.join(folder, checkpoint)), { precision: 'exact' });
    golden = await openGolden(folder, variant);
  });

  it.each(['image_square', 'image_wide'])('sees %s as the reference does', async (id) => {
    const pixels = await golden.tensor(`${id}.pixel_values`);
    const { x, features } = await runVision(compiled, floats(pixels.data, ...pixels.shape.slice(1)));
    const selected = await golden.tensor(`${id}.vision_selected`);
    const { tokens, hiddenSize } = compiled.model.vision;
    const withoutClass = Float32Array.from(
      Array.from({ length: x.length / (tokens * hiddenSize) }, (_, tile) =>
        Array.from(x.subarray((tile * tokens + 1) * hiddenSize, (tile + 1) * tokens * hiddenSize)),
      ).flat(),
    );
    expect(largestDifference(withoutClass, selected.data)).toBeLessThan(tolerance);
    const projected = await golden.tensor(`${id}.projected`);
    expect(largestDifference(projectedOf(features, compiled.model), projected.data)).toBeLessThan(tolerance);
  });

  it.each(['text_short', 'image_square', 'image_wide'])('decodes %s as the reference does, at every position', async (id) => {
    const embeds = (await golden.tensor(`${id}.inputs_embeds`)).data;
    const { layer0, hidden } = await runDecoder(compiled, embeds, { form: 'gqa' });
    expect(largestDifference(layer0, (await golden.tensor(`${id}.layer0_out`)).data)).toBeLessThan(tolerance);
    expect(largestDifference(hidden, (await golden.tensor(`${id}.final_hidden`)).data)).toBeLessThan(tolerance);
    const last = hidden.subarray(hidden.length - compiled.model.text.hiddenSize);
    expect(largestDifference(last, (await golden.tensor(`${id}.last_hidden`)).data)).toBeLessThan(tolerance);
  });

  it('embeds ids row by row', async () => {
    const ids = golden.cases.find(({ name }) => name === 'text_short')?.input_ids[0] ?? [];
    expect(await compiled.embed(ids)).toEqual((await golden.tensor('text_short.inputs_embeds')).data);
  });
});

describe('the pieces of a compiled model', () => {
  let compiled: CompiledVlm;
  let golden: Awaited<ReturnType<typeof openGolden>>;
  let embeds: Float32Array;
  beforeAll(async () => {
    compiled = await compileVlm(await open('llava-next-llama3/checkpoint'), { precision: 'exact' });
    golden = await openGolden('llava-next-llama3', 'hf441');
    embeds = (await golden.tensor('image_wide.inputs_embeds')).data;
  });

  it('attend alike in both forms, whole and in chunks', async () => {
    const whole = await runDecoder(compiled, embeds, { form: 'gqa' });
    for (const options of [{ form: 'plain' }, { form: 'plain', chunk: 17 }, { form: 'gqa', chunk: 17 }, { form: 'gqa', chunk: 1 }] as const)
      expect(largestDifference((await runDecoder(compiled, embeds, options)).hidden, whole.hidden), JSON.stringify(options)).toBeLessThan(
        1e-5,
      );
  });

  it('answer the last tokens of two sequences alone as they do among all', async () => {
    const { hiddenSize, heads, kvHeads, headDim } = compiled.model.text;
    const tokens = embeds.length / hiddenSize;
    const lengths = [20, tokens - 20];
    const layer = compiled.decoder[1];
    if (!layer) throw new Error('no layer');
    const x = floats(embeds, tokens, hiddenSize);
    const all = await runStage(layer.enter, { x });
    const rows = { data: BigInt64Array.of(19n, BigInt(tokens - 1)), shape: [2] };
    const last = await runStage(layer.enterLast, { x, rows });
    expect(last.k).toEqual(all.k);
    expect(last.v).toEqual(all.v);

    const full = new Float32Array(2 * heads * headDim);
    const alone = new Float32Array(2 * heads * headDim);
    for (const [index, length] of lengths.entries()) {
      const from = index === 0 ? 0 : 20;
      const cut = (name: string, width: number) => pick(all, name).slice(from * width, (from + length) * width);
      const qkv = { q: cut('q', heads * headDim), k: cut('k', kvHeads * headDim), v: cut('v', kvHeads * headDim) };
      const y = await attend(compiled, qkv, length, { form: 'gqa' });
      full.set(y.subarray((length - 1) * heads * headDim), index * heads * headDim);

      const results = await runStage(compiled.attentionLast(0), {
        q: floats(pick(last, 'q').slice(index * heads * headDim, (index + 1) * heads * headDim), 1, 1, heads * headDim),
        k: floats(qkv.k, 1, length, kvHeads * headDim),
        v: floats(qkv.v, 1, length, kvHeads * headDim),
        past_k: floats(new Float32Array(), 1, kvHeads, 0, headDim),
        past_v: floats(new Float32Array(), 1, kvHeads, 0, headDim),
        total: { data: Int32Array.of(length), shape: [] },
      });
      alone.set(pick(results, 'y'), index * heads * headDim);
    }
    expect(largestDifference(alone, full)).toBeLessThan(1e-5);
    const residual = floats(pick(last, 'x'), 2, hiddenSize);
    const two = await leave(layer.leave, { y: floats(alone, 2, heads * headDim), x: residual }, compiled.model.text);
    expect(two.length).toBe(2 * hiddenSize);
    expect(pick(last, 'x').subarray(hiddenSize)).toEqual(embeds.subarray((tokens - 1) * hiddenSize));
  });

  it('answer the last token after a past as without one', async () => {
    const { kvHeads, heads, headDim, hiddenSize } = compiled.model.text;
    const tokens = embeds.length / hiddenSize;
    const layer = compiled.decoder[0];
    if (!layer) throw new Error('no layer');
    const all = await runStage(layer.enter, { x: floats(embeds, tokens, hiddenSize) });
    const narrow = kvHeads * headDim;
    const run = (from: number, to: number, past: Record<string, Float32Array>) =>
      runStage(compiled.attentionLast(0), {
        q: floats(pick(all, 'q').slice((to - 1) * heads * headDim, to * heads * headDim), 1, 1, heads * headDim),
        k: floats(pick(all, 'k').slice(from * narrow, to * narrow), 1, to - from, narrow),
        v: floats(pick(all, 'v').slice(from * narrow, to * narrow), 1, to - from, narrow),
        past_k: floats(past.present_k ?? new Float32Array(), 1, kvHeads, from, headDim),
        past_v: floats(past.present_v ?? new Float32Array(), 1, kvHeads, from, headDim),
        total: { data: Int32Array.of(to), shape: [] },
      });
    const whole = await run(0, tokens, {});
    const parts = await run(30, tokens, await run(0, 30, {}));
    for (const name of ['y', 'present_k', 'present_v'])
      expect(largestDifference(pick(parts, name), pick(whole, name)), name).toBeLessThan(1e-6);
  });

  it('answer the logits of any stretch of the vocabulary', async () => {
    const { hiddenSize } = compiled.model.text;
    const hidden = floats((await golden.tensor('text_short.last_hidden')).data, 1, hiddenSize);
    const all = pick(await runStage(compiled.head(0, compiled.model.text.vocabularySize), { hidden }), 'logits');
    expect(all.length).toBe(2304);
    const some = pick(await runStage(compiled.head(1001, 77), { hidden }), 'logits');
    expect(largestDifference(some, all.subarray(1001, 1078))).toBeLessThan(1e-5);
  });

  it('say what they weigh and what is left unused', () => {
    expect(compiled.decoder[0]?.enter.weightBytes).toBe(2 * (64 + 64 * 64 + 2 * 32 * 64));
    expect(compiled.model.text.maxTokens).toBe(8192);
    expect(compiled.notes).toContain('vision_tower.vision_model.post_layernorm.bias: the features are taken before it');
    expect(compiled.notes).toHaveLength(2 + 16);
  });

  it('refuse an id without an embedding', async () => {
    await expect(compiled.embed([1, 2304])).rejects.toThrow('There is no token 2304: the model embeds tokens 0 to 2303.');
  });
});

describe('other ways to compute', () => {
  it('runs an adapter beside the weights as if it were merged', async () => {
    const checkpoint = await open('llava-next-llama3/checkpoint');
    const adapter = await openAdapter(path.join(fixtures, 'llava-next-llama3-lora/adapter'));
    const compiled = await compileVlm(checkpoint, { precision: 'exact', adapter });
    const golden = await openGolden('llava-next-llama3-lora', 'hf441');
    const short = golden.cases.find(({ name }) => name === 'text_short');
    const embeds = await compiled.embed(short?.input_ids[0] ?? []);
    const { hidden } = await runDecoder(compiled, embeds, { form: 'gqa' });
    const { data } = await golden.tensor(short?.last_hidden ?? '');
    expect(largestDifference(hidden.subarray(hidden.length - data.length), data)).toBeLessThan(tolerance);
  });

  it('stays near the reference in float16', async () => {
    const compiled = await compileVlm(await open('llava-next-mistral/checkpoint'), { precision: 'fp16' });
    const golden = await openGolden('llava-next-mistral', 'hf441');
    const embeds = (await golden.tensor('image_wide.inputs_embeds')).data;
    const expected = (await golden.tensor('image_wide.last_hidden')).data;
    for (const form of ['gqa', 'plain'] as const) {
      const { hidden } = await runDecoder(compiled, embeds, { form });
      expect(cosine(hidden.subarray(hidden.length - expected.length), expected)).toBeGreaterThan(0.9999);
    }
    const pixels = await golden.tensor('image_wide.pixel_values');
    const { features } = await runVision(compiled, floats(pixels.data, ...pixels.shape.slice(1)));
    expect(cosine(projectedOf(features, compiled.model), (await golden.tensor('image_wide.projected')).data)).toBeGreaterThan(0.9999);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
