import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterModule, idefics3, parseConfig, renameTensor, unusedReason } from '../../../models/arch/idefics3.ts';
import type { ConfigJson } from '../../../models/arch/settings.ts';

const config: ConfigJson = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../fixtures/smolvlm/checkpoint/config.json'), 'utf8'),
);

describe('a configuration', () => {
  it('takes the class defaults for what it omits', () => {
    expect(parseConfig({ vision_config: { image_size: 256 } })).toMatchObject({
      text: { vocabularySize: 32000, hiddenSize: 4096, mlpSize: 11008, layers: 32, heads: 32, kvHeads: 32, normEps: 1e-5, tiedHead: false },
      vision: {
        ...{ hiddenSize: 1152, mlpSize: 3072, layers: 12, heads: 16, headDim: 72, channels: 3, imageSize: 256, patchSize: 32, grid: 8 },
        ...{ normEps: 1e-6, activation: 'gelu_pytorch_tanh' },
      },
      ...{ scale: 2, imageToken: 128257 },
    });
    expect(parseConfig({ vision_config: { image_size: 256 }, text_config: {} }).text.normEps).toBe(1e-6);
  });

  it('of the fixture is read as it stands', () => {
    const cfg = parseConfig(config);
    expect(cfg.text).toMatchObject({ hiddenSize: 72, heads: 9, kvHeads: 3, headDim: 8, ropeTheta: 100_000, maxTokens: 8192 });
    expect(idefics3(cfg)).toMatchObject({ rowsPerTile: 4, imageToken: 1062, pictures: 'split' });
  });

  it('of the published model has 64 rows for a tile', () => {
    const vision = { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, image_size: 512, patch_size: 16 };
    expect(idefics3(parseConfig({ ...config, vision_config: vision })).rowsPerTile).toBe(64);
  });

  it('is refused by the name of the field', () => {
    expect(() => parseConfig({ ...config, scale_factor: 3 })).toThrow(
      'config.json: scale_factor is 3. Supported: a divisor of the 8 patches of a side (vision_config).',
    );
    expect(() => parseConfig({ ...config, quantization_config: { bits: 4 } })).toThrow('config.json: quantization_config');
    expect(() => parseConfig({ ...config, text_config: { model_type: 'gemma' } })).toThrow(
      'config.json: text_config.model_type is "gemma"',
    );
  });

  it('may tie the head at either level', () => {
    for (const tied of [{ tie_word_embeddings: true }, { text_config: { tie_word_embeddings: true } }]) {
      const cfg = parseConfig({ vision_config: { image_size: 256 }, ...tied });
      const { tensors } = idefics3(cfg);
      expect(tensors.head).toBe(tensors.embedTokens);
      expect(unusedReason('lm_head.weight', cfg)).toBe('the head is tied to the token embeddings');
    }
    expect(unusedReason('lm_head.weight', parseConfig(config))).toBeUndefined();
  });
});

describe('names', () => {
  it('of the bare model are those of the whole one', () => {
    expect(renameTensor('text_model.norm.weight')).toBe('model.text_model.norm.weight');
    expect(renameTensor('connector.modality_projection.proj.weight')).toBe('model.connector.modality_projection.proj.weight');
    expect(renameTensor('model.vision_model.post_layernorm.bias')).toBe('model.vision_model.post_layernorm.bias');
  });

  it('of an adapter’s modules lead to their weights', () => {
    const weight = 'model.text_model.layers.3.self_attn.q_proj.weight';
    for (const name of ['model.text_model.layers.3.self_attn.q_proj', 'text_model.layers.3.self_attn.q_proj', 'layers.3.self_attn.q_proj'])
      expect(adapterModule(name)).toBe(weight);
  });
});
