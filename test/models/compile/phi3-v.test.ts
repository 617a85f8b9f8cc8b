/** @file Phi-3-vision's stages against the reference's intermediate tensors, and against each other. */
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import { parseHd } from '../../../models/prompt/hd-config.ts';
import { phi3VisionReading } from '../../../models/prompt/phi3-v.ts';
import { openTokenizer } from '../../../models/prompt/tokenizer.ts';
import { temporaryFolder } from './rewritten.ts';
import { fixtures, floats, largestDifference, openGolden, pick, runDecoder, runStage, runVision } from './run-stages.ts';

/**
 * Of golden-values.md: intermediate tensors 1e-4, where values are of the order of 5. The features of this fixture reach 105 and, projected, 3,200:
 * there the same of the largest value.
 */
const tolerance = 1e-4;
const share = tolerance / 5;

/** The largest difference as a share of the largest value. */
function relative(found: ArrayLike<number>, expected: Float32Array): number {
  return largestDifference(found, expected) / expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

const checkpoint = await openCheckpoint(path.join(fixtures, 'phi3-v/checkpoint'));
const golden = await openGolden('phi3-v');
let compiled: CompiledVlm;
beforeAll(async () => {
  compiled = await compileVlm(checkpoint, { precision: 'exact' });
});

/** Where the crops of a picture of this size stand. */
async function rowsOf(width: number, height: number): Promise<Int32Array> {
  const hd = parseHd(checkpoint.preprocessor, checkpoint.config, compiled.model);
  const tokenizer = await openTokenizer(checkpoint.directory);
  return phi3VisionReading(hd, { compat: '4.41', tiles: 'anyres' }, -1, tokenizer).rows({ width, height });
}

const packed = (rows: Float32Array, order: Int32Array, width: number): Float32Array =>
  Float32Array.from(
    { length: order.length * width },
    (_, i) => rows[(order[Math.floor(i / width)] ?? Number.NaN) * width + (i % width)] ?? 0,
  );

const shown = [
  ['image_square', 300, 300],
  ['image_wide', 300, 100],
] as const;

describe('a picture', () => {
  it.each(shown)('of %s is seen as the reference sees it', async (id, width, height) => {
    const pixels = await golden.tensor(`${id}.pixel_values_nonpad`);
    const { x, features } = await runVision(compiled, floats(pixels.data, ...pixels.shape));
    const { tokens, hiddenSize } = compiled.model.vision;
    const tiles = x.length / (tokens * hiddenSize);
    const withoutClass = Array.from({ length: tiles }, (_, tile) =>
      Array.from(x.subarray((tile * tokens + 1) * hiddenSize, (tile + 1) * tokens * hiddenSize)),
    ).flat();
    expect(relative(withoutClass, (await golden.tensor(`${id}.vision_selected`)).data)).toBeLessThan(share);
    expect(features).toHaveLength(tiles * compiled.model.rowsPerTile * compiled.model.text.hiddenSize);
    const inSequence = packed(features, await rowsOf(width, height), compiled.model.text.hiddenSize);
    expect(relative(inSequence, (await golden.tensor(`${id}.packed`)).data)).toBeLessThan(share);
  });

  it.each(shown)('of %s has its merged patches and separators in the order of the reference', async (id, width, height) => {
    const selected = await golden.tensor(`${id}.vision_selected`);
    const [tiles = 0, patches = 0, size = 0] = selected.shape;
    const grid = Math.sqrt(patches);
    const between = await separator('glb_GN');
    const endOfLine = await separator('sub_GN');
    const rows: number[] = [];
    for (let tile = 0; tile < tiles; tile++) {
      for (let y = 0; y < grid; y += 2)
        for (let left = 0; left < grid; left += 2)
          for (const [down, across] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const) {
            const patch = (tile * grid + y + down) * grid + left + across;
            rows.push(...selected.data.subarray(patch * size, (patch + 1) * size));
          }
      rows.push(...between, ...endOfLine);
    }
    const sequence = packed(Float32Array.from(rows), await rowsOf(width, height), 4 * size);
    expect(largestDifference(sequence, (await golden.tensor(`${id}.hd_sequence`)).data)).toBe(0);
  });
});

async function separator(name: string): Promise<Float32Array> {
  const tensor = checkpoint.tensors.get(`model.vision_embed_tokens.${name}`);
  if (!tensor) throw new Error(`no ${name}`);
  return readFloats(tensor);
}

describe('the decoder', () => {
  it.each(['text_short', 'image_square', 'image_wide'])('reads %s as the reference does, at every position', async (id) => {
    const embeds = (await golden.tensor(`${id}.inputs_embeds`)).data;
    const expected = (await golden.tensor(`${id}.final_hidden`)).data;
    // image_square is longer than the short table of positions reaches.
    for (const options of [{ form: 'gqa' }, { form: 'plain' }, { form: 'gqa', chunk: 17 }, { form: 'plain', chunk: 50 }] as const) {
      const { layer0, hidden } = await runDecoder(compiled, embeds, options);
      expect(relative(layer0, (await golden.tensor(`${id}.layer0_out`)).data), JSON.stringify(options)).toBeLessThan(share);
      expect(largestDifference(hidden, expected), JSON.stringify(options)).toBeLessThan(tolerance);
    }
  });

  it('embeds ids row by row', async () => {
    const ids = golden.cases.find(({ name }) => name === 'text_short')?.input_ids[0] ?? [];
    expect(await compiled.embed(ids)).toEqual((await golden.tensor('text_short.inputs_embeds')).data);
  });

  it('enters the last layer with the queries of the last tokens alone', async () => {
    const layer = compiled.decoder.at(-1);
    if (!layer) throw new Error('no layer');
    const { hiddenSize, heads, headDim } = compiled.model.text;
    const embeds = (await golden.tensor('image_wide.inputs_embeds')).data;
    const x = floats(embeds, embeds.length / hiddenSize, hiddenSize);
    const all = await runStage(layer.enter, { x });
    const last = await runStage(layer.enterLast, { x, rows: { data: BigInt64Array.of(19n, 40n), shape: [2] } });
    expect([last.k, last.v]).toEqual([all.k, all.v]);
    const wide = heads * headDim;
    expect(pick(last, 'q').subarray(wide)).toEqual(pick(all, 'q').subarray(40 * wide, 41 * wide));
    expect(pick(last, 'x').subarray(0, hiddenSize)).toEqual(embeds.subarray(19 * hiddenSize, 20 * hiddenSize));
  });

  it('holds two large matrices at a time at most, and says what is left unused', () => {
    const layer = compiled.decoder[0];
    const { hiddenSize: h, mlpSize: mlp } = compiled.model.text;
    expect([layer?.enter, ...(layer?.leave ?? [])].map((stage) => stage?.weightBytes)).toEqual([
      2 * (h + 3 * h * h),
      2 * (h * h + h + 2 * mlp * h),
      2 * mlp * h,
    ]);
    expect(compiled.notes).toContain(
      'model.vision_embed_tokens.img_processor.vision_model.post_layernorm.bias: the features are taken before it',
    );
    expect(compiled.notes).toHaveLength(2 + 16);
  });

  it('stays near the reference in float16', async () => {
    const half = await compileVlm(checkpoint, { precision: 'fp16' });
    const embeds = (await golden.tensor('image_square.inputs_embeds')).data;
    const { hidden } = await runDecoder(half, embeds, { form: 'gqa' });
    expect(largestDifference(hidden, (await golden.tensor('image_square.final_hidden')).data)).toBeLessThan(0.2);
  });
});

/** The checkpoint with 2 of its 4 heads of keys and values, a head tied to the embeddings, and in `full` each of these heads written out twice. */
async function withSharedHeads(full: boolean): Promise<CompiledVlm> {
  const folder = await temporaryFolder();
  const { heads, headDim, hiddenSize } = compiled.model.text;
  const head = headDim * hiddenSize;
  const tensors = await Promise.all(
    [...checkpoint.tensors.values()]
      .filter(({ name }) => name !== 'lm_head.weight')
      .map(async ({ name, shape, ...tensor }) => {
        const values = await readFloats({ name, shape, ...tensor });
        if (!name.endsWith('qkv_proj.weight')) return { name, dtype: 'F32' as const, shape, values };
        const picked = Array.from({ length: 3 * heads }, (_, i) => (i < heads || i % 2 === 0 ? i : full ? i - 1 : -1)).filter(
          (i) => i >= 0,
        );
        const rows = picked.flatMap((i) => Array.from(values.subarray(i * head, (i + 1) * head)));
        return { name, dtype: 'F32' as const, shape: [picked.length * headDim, hiddenSize], values: Float32Array.from(rows) };
      }),
  );
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
  const config = { ...checkpoint.config, num_key_value_heads: full ? null : heads / 2, tie_word_embeddings: true };
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await cp(path.join(checkpoint.directory, 'fixture_vision_config.json'), path.join(folder, 'fixture_vision_config.json'));
  return compileVlm(await openCheckpoint(folder), { precision: 'exact' });
}

it('lets several heads share keys and values, and the head the embeddings', async () => {
  const [shared, full] = [await withSharedHeads(false), await withSharedHeads(true)];
  expect([shared.model.text.kvHeads, full.model.text.kvHeads]).toEqual([2, 4]);
  for (const id of ['text_short', 'image_square']) {
    const embeds = (await golden.tensor(`${id}.inputs_embeds`)).data;
    const expected = (await runDecoder(full, embeds, { form: 'gqa' })).hidden;
    for (const form of ['gqa', 'plain'] as const)
      expect(relative((await runDecoder(shared, embeds, { form })).hidden, expected), `${id} ${form}`).toBeLessThan(share);
  }
  expect(shared.model.tensors.head).toBe('model.embed_tokens.weight');
});
