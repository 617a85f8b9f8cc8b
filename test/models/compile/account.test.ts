import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type Checkpoint, openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { type Adapter, openAdapter } from '../../../models/checkpoint/lora.ts';
import type { StoredTensor } from '../../../models/checkpoint/tensors.ts';
import { compileVlm } from '../../../models/compile/vlm.ts';
import { fixtures } from './run-stages.ts';

let checkpoint: Checkpoint;
let adapter: Adapter;
beforeAll(async () => {
  checkpoint = await openCheckpoint(path.join(fixtures, 'llava-next-llama3/checkpoint'));
  adapter = await openAdapter(path.join(fixtures, 'llava-next-llama3-lora/adapter'));
});

const compile = (changed: Partial<Checkpoint>, options?: { adapter: Adapter }) =>
  compileVlm({ ...checkpoint, ...changed }, { precision: 'exact', ...options });

/** The checkpoint's tensors with some replaced (or, by undefined, taken away). */
function altered(changes: Record<string, Partial<StoredTensor> | undefined>): Map<string, StoredTensor> {
  const tensors = new Map(checkpoint.tensors);
  const [anyTensor] = tensors.values();
  for (const [name, change] of Object.entries(changes)) {
    const base = tensors.get(name) ?? anyTensor;
    if (change === undefined || !base) tensors.delete(name);
    else tensors.set(name, { ...base, name, ...change });
  }
  return tensors;
}

it('lists in one error all that is missing, of another shape or type, or unknown', async () => {
  const tensors = altered({
    image_newline: undefined,
    'language_model.model.layers.1.self_attn.k_proj.weight': undefined,
    'language_model.model.norm.weight': { shape: [65] },
    'multi_modal_projector.linear_1.bias': { dtype: 'I64' },
    'language_model.model.layers.3.mlp.up_proj.weight': { shape: [160, 64] },
    'vision_tower.vision_model.encoder.layers.4.layer_norm1.weight': { shape: [48] },
  });
  await expect(compile({ tensors })).rejects.toMatchObject({
    code: 'model-invalid',
    message: `The weights are not those of the model that config.json describes.
missing (2):
  image_newline [64]
  language_model.model.layers.1.self_attn.k_proj.weight [32, 64]
not as config.json says (2):
  multi_modal_projector.linear_1.bias (I64 [64]) should hold floats: F32, F16 or BF16
  language_model.model.norm.weight (F16 [65]) should be [64]
unexpected (2):
  language_model.model.layers.3.mlp.up_proj.weight (F16 [160, 64])
  vision_tower.vision_model.encoder.layers.4.layer_norm1.weight (F16 [48])`,
  });
});

it('notices a tensor that is stored under its old and its new name', async () => {
  const tensors = altered({ 'model.image_newline': { shape: [64] } });
  await expect(compile({ tensors })).rejects.toThrow('stored twice, under two names (1):\n  image_newline and model.image_newline');
});

it('takes more rows of the vocabulary than config.json says, not fewer', async () => {
  const embed = 'language_model.model.embed_tokens.weight';
  await expect(compile({ tensors: altered({ [embed]: { shape: [2303, 64] } }) })).rejects.toThrow('should be [2304, 64]');
  const enlarged = await compile({ tensors: altered({ [embed]: { shape: [2400, 64] } }) });
  expect(enlarged.model.text.vocabularySize).toBe(2304);
});

it('names what is left unused on purpose', async () => {
  const buffer = 'vision_tower.vision_model.embeddings.position_ids';
  const { notes } = await compile({ tensors: altered({ [buffer]: { dtype: 'I64', shape: [1, 17] } }) });
  expect(notes).toContain(`${buffer}: computed from the configuration`);
  expect(notes).toContain('vision_tower.vision_model.encoder.layers.3.mlp.fc1.bias: the features are taken after vision layer 3');
});

it('does without a head of its own where config.json ties it to the embeddings', async () => {
  const head = 'language_model.lm_head.weight';
  await expect(compile({ tensors: altered({ [head]: undefined }) })).rejects.toThrow(`${head} [2304, 64]`);
  const config = { ...checkpoint.config, tie_word_embeddings: true };
  const tied = await compile({ tensors: altered({ [head]: undefined }), config });
  expect(tied.head(0, 10).weightBytes).toBe(10 * 64 * 2);
  expect((await compile({ config })).notes).toContain(`${head}: the head is tied to the token embeddings`);
});

it('asks for the tensors that the options of config.json bring', async () => {
  const text_config = { ...(checkpoint.config.text_config as object), attention_bias: true, mlp_bias: true };
  await expect(compile({ config: { ...checkpoint.config, text_config } })).rejects.toThrow(
    /missing \(21\):\n {2}language_model\.model\.layers\.0\.self_attn\.q_proj\.bias \[64\]/,
  );
  await expect(compile({ config: { ...checkpoint.config, multimodal_projector_bias: false } })).rejects.toThrow(
    'unexpected (2):\n  multi_modal_projector.linear_1.bias (F16 [64])\n  multi_modal_projector.linear_2.bias (F16 [64])',
  );
  expect((await compile({ config: { ...checkpoint.config, vision_feature_layer: -1 } })).notes).toHaveLength(2);
});

it('accounts for the pairs of an adapter', async () => {
  const [[, pair] = []] = adapter.pairs;
  if (!pair) throw new Error('an adapter without pairs');
  const stray = { ...adapter, pairs: new Map([...adapter.pairs, ['model.layers.7.self_attn.q_proj', pair] as const]) };
  await expect(compile({}, { adapter: stray })).rejects.toThrow(
    'modules of the adapter that the model does not have (1):\n  model.layers.7.self_attn.q_proj',
  );
  const misfit = { ...adapter, pairs: new Map([['model.layers.0.mlp.up_proj', pair]]) };
  await expect(compile({}, { adapter: misfit })).rejects.toThrow(
    /the adapter's .* do not fit language_model\.model\.layers\.0\.mlp\.up_proj/,
  );
});
