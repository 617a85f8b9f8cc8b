/** @file Adapters merge to the golden weights bit for bit, and those that do more than W + scale * B A are refused by name. */
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import type { LoraPair } from '../../../models/checkpoint/lora.ts';
import { mergedFloats, openAdapter } from '../../../models/checkpoint/lora.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import type { WritableTensor } from '../../../models/checkpoint/write.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { fixtures, temporaryFolder } from './folder.ts';

const at = temporaryFolder();
const golden = path.join(fixtures, 'llava-next-llama3-lora');
const invalid = (message: string | RegExp) => ({ code: 'model-invalid', message: expect.stringMatching(message) });
const missing = (message: string | RegExp) => ({ code: 'model-missing', message: expect.stringMatching(message) });

function pairOf(pairs: ReadonlyMap<string, LoraPair>, module: string): LoraPair {
  const pair = pairs.get(module);
  if (!pair) throw new Error(`no pair for ${module}`);
  return pair;
}

describe('the golden adapter', () => {
  it('has a pair for each of 7 projections in 3 layers', async () => {
    const { pairs, scale, revision } = await openAdapter(path.join(golden, 'adapter'));
    expect(scale).toBe(4);
    expect(revision).toBe('68f4af9a401aedba');
    expect(pairs.size).toBe(21);
    const { a, b } = pairOf(pairs, 'model.layers.2.mlp.down_proj');
    expect([a.shape, b.shape]).toEqual([
      [4, 160],
      [64, 4],
    ]);
  });

  it('merges layer 0 as the reference does, to the last bit, whole and by rows', async () => {
    const { tensors } = await openCheckpoint(path.join(fixtures, 'llava-next-llama3/checkpoint'));
    const { pairs, scale } = await openAdapter(path.join(golden, 'adapter'));
    const merged = await readShard(path.join(golden, 'merged_layer0_fp32.safetensors'));
    expect(merged).toHaveLength(7);
    for (const want of merged) {
      const base = tensors.get(want.name);
      if (!base) throw new Error(`the checkpoint has no ${want.name}`);
      const pair = pairOf(pairs, want.name.slice('language_model.'.length, -'.weight'.length));
      expect(await mergedFloats(base, pair, scale)).toEqual(await readFloats(want));
      expect(await mergedFloats(base, pair, scale, 5, 9)).toEqual(await readFloats(want, 5, 9));
    }
  });
});

it('adds a product of any rank', async () => {
  const [rows, width] = [3, 5];
  for (const rank of [1, 3, 4, 7, 8]) {
    const numbers = (count: number, step: number) => Float32Array.from({ length: count }, (_, i) => ((i * step) % 17) - 8); // whole: no rounding
    const [w, a, b] = [numbers(rows * width, 3), numbers(rank * width, 5), numbers(rows * rank, 7)];
    await writeSafetensors(at('w.safetensors'), [
      { name: '1', dtype: 'F32', shape: [rows, width], values: w },
      { name: '2', dtype: 'BF16', shape: [rank, width], values: a },
      { name: '3', dtype: 'F16', shape: [rows, rank], values: b },
    ]);
    const [base, left, right] = await readShard(at('w.safetensors'));
    if (!base || !left || !right) throw new Error('nothing was written');
    const wanted = w.map((value, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (b[row * rank + k] ?? 0) * (a[k * width + column] ?? 0);
      return value + 0.25 * sum;
    });
    expect(await mergedFloats(base, { a: left, b: right }, 0.25)).toEqual(wanted);
  }
});

it('refuses an adapter of another model', async () => {
  const { tensors } = await openCheckpoint(path.join(fixtures, 'llava-next-llama3/checkpoint'));
  const { pairs } = await openAdapter(path.join(golden, 'adapter'));
  const base = tensors.get('language_model.lm_head.weight');
  if (!base) throw new Error('the fixture has changed');
  const merge = mergedFloats(base, pairOf(pairs, 'model.layers.0.mlp.down_proj'), 4);
  await expect(merge).rejects.toMatchObject(invalid('does not fit this model: .* cannot be added to language_model.lm_head.weight'));
});

describe('a folder', () => {
  beforeEach(() => cp(path.join(golden, 'adapter'), at(), { recursive: true }));

  async function configure(change: Record<string, unknown>): Promise<void> {
    const config = JSON.parse(await readFile(path.join(golden, 'adapter/adapter_config.json'), 'utf8')) as object;
    await writeFile(at('adapter_config.json'), JSON.stringify({ ...config, ...change }));
  }

  it('scales by alpha / r, or alpha / sqrt(r) where it is stabilised', async () => {
    await configure({ lora_alpha: 1.5 });
    expect((await openAdapter(at())).scale).toBe(0.375);
    await configure({ use_rslora: true });
    expect((await openAdapter(at())).scale).toBe(8);
  });

  it.each([
    ['use_dora', true],
    ['use_qalora', true],
    ['lora_bias', true],
    ['fan_in_fan_out', true],
    ['rank_pattern', { q_proj: 8 }],
    ['alpha_pattern', { q_proj: 8 }],
    ['modules_to_save', ['lm_head']],
    [
      'layer_replication',
      [
        [0, 2],
        [1, 3],
      ],
    ],
    ['trainable_token_indices', [5]],
    ['bias', 'all'],
    ['peft_type', 'LOHA'],
    ['peft_type', undefined],
    ['init_lora_weights', 'pissa_niter_16'],
  ])('is refused by name for %s: %j', async (option, value) => {
    await configure({ [option]: value });
    await expect(openAdapter(at())).rejects.toMatchObject(invalid(`does not support:\n  ${option} is `));
  });

  it('may leave options out or empty', async () => {
    const neutral = { modules_to_save: [], rank_pattern: null, use_dora: undefined, bias: null, init_lora_weights: 'gaussian' };
    await configure(neutral);
    expect((await openAdapter(at())).pairs.size).toBe(21);
  });

  it('needs numbers for r and lora_alpha', async () => {
    await configure({ r: 0 });
    await expect(openAdapter(at())).rejects.toMatchObject(invalid('r in .* should be a whole number from 1 on and is 0'));
    await configure({ lora_alpha: '16' });
    await expect(openAdapter(at())).rejects.toMatchObject(invalid('lora_alpha in .* should be a number and is "16"'));
    await configure({ r: 8 });
    await expect(openAdapter(at())).rejects.toMatchObject(invalid(/should be floats \[8, in\] and \[out, 8\](.|\n)*and 11 more$/));
  });

  it('needs both files', async () => {
    await truncate(at('adapter_model.safetensors'), 9000);
    await expect(openAdapter(at())).rejects.toMatchObject(missing('half downloaded'));
    await rm(at('adapter_model.safetensors'));
    await expect(openAdapter(at())).rejects.toMatchObject(missing('has no adapter_model.safetensors.$'));
    await writeFile(at('adapter_model.bin'), '');
    await expect(openAdapter(at())).rejects.toMatchObject(missing('adapter_model.bin, which Oneword does not read'));
    await rm(at('adapter_config.json'));
    await expect(openAdapter(at())).rejects.toMatchObject(missing('is not a LoRA adapter'));
    await expect(openAdapter(at('nowhere'))).rejects.toMatchObject(missing('no model folder'));
  });
});

describe('tensors of an adapter', () => {
  const tensor = (name: string, shape: number[]): WritableTensor => ({
    name,
    dtype: 'F32',
    shape,
    values: new Float32Array(shape.reduce((product, side) => product * side, 1)),
  });

  async function open(...tensors: WritableTensor[]) {
    await writeFile(at('adapter_config.json'), '{"peft_type":"LORA","r":2,"lora_alpha":2}');
    await writeSafetensors(at('adapter_model.safetensors'), tensors);
    return openAdapter(at());
  }

  it('are paired by module, with and without the name of the adapter', async () => {
    const { pairs } = await open(
      tensor('base_model.model.x.q_proj.lora_B.default.weight', [3, 2]),
      tensor('base_model.model.x.q_proj.lora_A.default.weight', [2, 5]),
      tensor('y.lora_A.weight', [2, 1]),
      tensor('y.lora_B.weight', [1, 2]),
    );
    expect([...pairs.keys()].sort()).toEqual(['x.q_proj', 'y']);
    expect(pairs.get('x.q_proj')).toMatchObject({ a: { shape: [2, 5] }, b: { shape: [3, 2] } });
  });

  it('are listed when they have no partner, no meaning or the wrong shape', async () => {
    const tensors = [
      tensor('base_model.model.a.lora_A.weight', [2, 5]),
      tensor('base_model.model.b.lora_B.weight', [5, 2]),
      tensor('base_model.model.c.lora_A.weight', [3, 5]),
      tensor('base_model.model.c.lora_B.weight', [5, 2]),
      tensor('base_model.model.d.lora_A.weight', [2, 5]),
      tensor('base_model.model.d.lora_A.default.weight', [2, 5]),
      tensor('base_model.model.d.lora_B.weight', [5, 2]),
      tensor('base_model.model.e.lora_embedding_A', [2, 5]),
      tensor('base_model.model.f.lora_magnitude_vector', [5]),
    ];
    const error = await open(...tensors).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(invalid('cannot be used'));
    expect(String(error).split('\n  ').slice(1)).toEqual([
      '"d" has lora_A twice',
      '"base_model.model.e.lora_embedding_A" is not a weight of LoRA',
      '"base_model.model.f.lora_magnitude_vector" is not a weight of LoRA',
      '"a" has lora_A without lora_B',
      'base_model.model.c.lora_A.weight (F32 [3, 5]) and base_model.model.c.lora_B.weight (F32 [5, 2]) should be floats [2, in] and [out, 2]',
      '"b" has lora_B without lora_A',
    ]);
  });

  it('must be there', async () => {
    await expect(open()).rejects.toMatchObject(invalid('holds no LoRA weights'));
  });
});
