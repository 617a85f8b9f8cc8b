import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openVlm } from '../../../models/arch/index.ts';
import { adapterModule, parseConfig, phi3Vision, unusedReason } from '../../../models/arch/phi3_v.ts';
import type { ConfigJson } from '../../../models/arch/settings.ts';

const folder = path.resolve(import.meta.dirname, '../../fixtures/phi3-v/checkpoint');
const json = (name: string): ConfigJson => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const [config, vision] = [json('config.json'), json('fixture_vision_config.json')];

/** What every checkpoint states; all else may be omitted. */
const embd_layer = { embedding_cls: 'image', projection_cls: 'mlp', use_hd_transform: true, with_learnable_separator: true };

describe('a configuration', () => {
  it('takes the class defaults and the published tower for what it omits', () => {
    const cfg = parseConfig({ config: { embd_layer } });
    expect(cfg).toMatchObject({
      text: {
        ...{ vocabularySize: 32064, hiddenSize: 3072, mlpSize: 8192, layers: 32, heads: 32, kvHeads: 32, headDim: 96 },
        ...{ maxTokens: 4096, normEps: 1e-5, tiedHead: false, ropeTheta: 10000, longRope: undefined },
      },
      vision: { hiddenSize: 1024, mlpSize: 4096, layers: 24, heads: 16, imageSize: 336, grid: 24, activation: 'quick_gelu' },
      ...{ visionLayers: 23, merged: 12 },
    });
    const model = phi3Vision(cfg);
    expect(model.rowsPerTile).toBe(146);
    expect(model.attentionPlans).toHaveLength(1);
    expect(model.attentionFor(4096)).toBe(0);
  });

  it('has two tables of positions, of which the length chooses', () => {
    const long = { type: 'su', short_factor: new Array(48).fill(1.05), long_factor: new Array(48).fill(2) };
    const published = { embd_layer, max_position_embeddings: 131_072, original_max_position_embeddings: 4096, sliding_window: 131_072 };
    const cfg = parseConfig({ config: { ...published, rope_scaling: long } });
    expect(cfg.text.longRope).toMatchObject({ shortTokens: 4096, shortFactors: long.short_factor, longFactors: long.long_factor });
    expect(cfg.text.longRope?.scale).toBeCloseTo(1.19023807, 8);
    expect(cfg.text.maxTokens).toBe(8192);
    const model = phi3Vision(cfg);
    expect(model.attentionPlans.map(({ last }) => last.name)).toEqual([
      'attention of the last token, short positions',
      'attention of the last token, long positions',
    ]);
    expect([4096, 4097].map((tokens) => model.attentionFor(tokens))).toEqual([0, 1]);
    const later = parseConfig({ config: { ...published, rope_scaling: { ...long, type: undefined, rope_type: 'longrope' } } });
    expect(later.text.longRope).toEqual(cfg.text.longRope);
    const unstretched = parseConfig({ config: { embd_layer, rope_scaling: long } });
    expect(unstretched.text.longRope?.scale).toBe(1);
  });

  it('takes a sliding window as a bound, and layers of the tower from either end', () => {
    expect(parseConfig({ config: { embd_layer, sliding_window: 2047 } }).text.maxTokens).toBe(2047);
    expect(parseConfig({ config: { embd_layer, sliding_window: null } }).text.maxTokens).toBe(4096);
    expect(parseConfig({ config: { embd_layer, img_processor: { layer_idx: -1 } } }).visionLayers).toBe(24);
    expect(parseConfig({ config: { embd_layer, img_processor: { layer_idx: 3 } } }).visionLayers).toBe(3);
  });

  it.each([
    [{ model_type: 'phi3' }, 'model_type is "phi3". Supported: "phi3_v".'],
    [{ embd_layer: undefined }, 'embd_layer.use_hd_transform is omitted. Supported: true.'],
    [{ embd_layer: { ...embd_layer, with_learnable_separator: false } }, 'embd_layer.with_learnable_separator is false. Supported: true.'],
    [{ embd_layer: { ...embd_layer, projection_cls: 'linear' } }, 'embd_layer.projection_cls is "linear". Supported: "mlp".'],
    [{ img_processor: { image_dim_out: 768 } }, 'img_processor.image_dim_out is 768. Supported: 1024, the width of the vision tower.'],
    [{ img_processor: { num_img_tokens: 576 } }, 'img_processor.num_img_tokens is 576. Supported: 144, for 24 x 24 patches.'],
    [{ img_processor: { type_feature: 'cls_patch' } }, 'img_processor.type_feature is "cls_patch". Supported: "patch".'],
    [{ img_processor: { layer_idx: 25 } }, 'img_processor.layer_idx is 25. Supported: one whole number from -25 to 24.'],
    [{ rope_scaling: { type: 'yarn' } }, 'rope_scaling.type is "yarn". Supported: "su", "longrope".'],
    [{ rope_scaling: { type: 'su', short_factor: [1] } }, 'rope_scaling.short_factor is [1]. Supported: 48 numbers above 0'],
    [{ num_key_value_heads: 5 }, 'num_key_value_heads is 5. Supported: a divisor of num_attention_heads (32).'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor is 0.5. Supported: 1.'],
    [{ hidden_act: 'gelu' }, 'hidden_act is "gelu". Supported: "silu", "swish".'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config is {"bits":4}.'],
  ])('is refused by the field that cannot be run: %o', (fields, message) => {
    expect(() => parseConfig({ config: { embd_layer, ...fields } })).toThrow(message);
    expect(() => parseConfig({ config: { embd_layer, ...fields } })).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  });

  it('is refused with a tower whose patches do not pair', () => {
    expect(() => parseConfig({ config, vision: { ...vision, image_size: 70 } })).toThrow('an even number of patches a side, not 5');
  });
});

it('is opened by its model_type, with the tower beside it', () => {
  const model = openVlm({ modelType: 'phi3_v', config, vision });
  expect(model).toMatchObject({ pictures: 'hd', rowsPerTile: 6, imageToken: -1, vision: { imageSize: 56, layers: 3, tokens: 17 } });
  expect(model.renameTensor('model.norm.weight')).toBe('model.norm.weight');
});

it('finds the weight of an adapter trained on the whole model or the bare decoder', () => {
  for (const base of ['layers', 'model.layers'])
    expect(adapterModule(`${base}.3.mlp.gate_up_proj`)).toBe('model.layers.3.mlp.gate_up_proj.weight');
});

it('says why a tensor is left', () => {
  const cfg = parseConfig({ config, vision });
  const reason = (name: string) => unusedReason(name, cfg);
  const tower = 'model.vision_embed_tokens.img_processor.vision_model';
  expect(reason(`${tower}.encoder.layers.3.mlp.fc1.weight`)).toBe('the features are taken after vision layer 3');
  expect(reason(`${tower}.post_layernorm.bias`)).toBe('the features are taken before it');
  expect(reason(`${tower}.embeddings.position_ids`)).toBe('computed from the configuration');
  expect(reason('model.layers.0.self_attn.rotary_emb.inv_freq')).toBe('computed from the configuration');
  expect(reason('model.vision_embed_tokens.wte.weight')).toBe('the same as embed_tokens');
  expect(unusedReason('lm_head.weight', { ...cfg, text: { ...cfg.text, tiedHead: true } })).toContain('tied');
  for (const name of [`${tower}.encoder.layers.2.mlp.fc1.weight`, `${tower}.encoder.layers.4.mlp.fc1.weight`, 'lm_head.weight', 'x'])
    expect(reason(name)).toBeUndefined();
});
