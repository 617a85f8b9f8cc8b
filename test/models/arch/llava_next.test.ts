import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openVlm, requireArchitecture } from '../../../models/arch/index.ts';
import { adapterModule, parseConfig, renameTensor } from '../../../models/arch/llava_next.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');
const json = (...parts: string[]) => JSON.parse(readFileSync(path.join(fixtures, ...parts), 'utf8'));

describe.each(['llava-next-llama3', 'llava-next-mistral'])('names of %s', (folder) => {
  const names = Object.entries(json(folder, 'key_mapping.json').map as Record<string, string>);

  it('come from the new layout and the one in between to the published one', () => {
    expect(names.length).toBeGreaterThan(80);
    for (const [published, later] of names) {
      expect(renameTensor(later)).toBe(published);
      expect(renameTensor(later.replace('model.vision_tower.', 'model.vision_tower.vision_model.'))).toBe(published);
    }
  });

  it('stay as they are once they are published names', () => {
    for (const [published] of names) expect(renameTensor(published)).toBe(published);
  });
});

it('finds the weight of an adapter trained on the whole model, its language model or the bare decoder', () => {
  const weight = 'language_model.model.layers.3.mlp.up_proj.weight';
  for (const base of ['layers', 'model.layers', 'language_model.model.layers', 'model.language_model.layers'])
    expect(adapterModule(`${base}.3.mlp.up_proj`)).toBe(weight);
  expect(adapterModule('multi_modal_projector.linear_1')).toBe('multi_modal_projector.linear_1.weight');
  expect(adapterModule('vision_tower.vision_model.encoder.layers.0.mlp.fc1')).toBe(
    'vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight',
  );
});

it('names the architectures it knows', () => {
  expect(openVlm({ modelType: 'llava_next', config: {} }).pictures).toBe('anyres');
  for (const name of ['llava', 'toString']) {
    expect(() => requireArchitecture(name)).toThrow(`There is no architecture "${name}" here. Known: llava_next`);
  }
});

describe('a configuration', () => {
  it.each(['llava-next-llama3', 'llava-next-mistral'])('of %s reads alike from 4.41 and 5.x', (folder) => {
    const old = parseConfig(json(folder, 'checkpoint/config.json'));
    const later = parseConfig(json(folder, 'checkpoint-new-layout/config.json'));
    expect({ ...later, text: { ...later.text, vocabularySize: old.text.vocabularySize } }).toEqual(old);
    expect(old.visionLayers).toBe(3);
    expect(old.text.ropeTheta).toBe(folder.endsWith('llama3') ? 500_000 : 1_000_000);
  });

  it('takes the class defaults for what it omits', () => {
    expect(parseConfig({})).toEqual({
      text: {
        vocabularySize: 32000,
        hiddenSize: 4096,
        mlpSize: 11008,
        layers: 32,
        heads: 32,
        kvHeads: 32,
        headDim: 128,
        ropeTheta: 10000,
        maxTokens: 2048,
        normEps: 1e-6,
        attentionBias: false,
        mlpBias: false,
        tiedHead: false,
      },
      vision: {
        hiddenSize: 1024,
        mlpSize: 4096,
        layers: 24,
        heads: 16,
        headDim: 64,
        channels: 3,
        imageSize: 336,
        patchSize: 14,
        grid: 24,
        tokens: 577,
        normEps: 1e-5,
        activation: 'quick_gelu',
      },
      visionLayers: 23,
      projectorBias: true,
      imageToken: 32000,
    });
    expect(parseConfig({ text_config: { model_type: 'mistral' } }).text).toMatchObject({ mlpSize: 14336, kvHeads: 8, maxTokens: 4096 });
    expect(parseConfig({ vision_config: {} }).vision).toMatchObject({ hiddenSize: 768, patchSize: 32, grid: 7, layers: 12 });
  });

  it('takes a head size of its own, layers from either end and a sliding window as a bound', () => {
    const text_config = { model_type: 'mistral', head_dim: 64, sliding_window: null, num_key_value_heads: null };
    expect(parseConfig({ text_config }).text).toMatchObject({ headDim: 64, maxTokens: 8192, kvHeads: 32 });
    for (const [layer, runs] of [
      [-1, 24],
      [-25, 0],
      [0, 0],
      [11, 11],
      [24, 24],
    ])
      expect(parseConfig({ vision_feature_layer: layer }).visionLayers).toBe(runs);
  });

  it.each([
    [{ model_type: 'llava' }, 'model_type is "llava". Supported: "llava_next".'],
    [{ text_config: { model_type: 'qwen2' } }, 'text_config.model_type is "qwen2". Supported: "llama", "mistral".'],
    [{ text_config: { hidden_act: 'gelu' } }, 'text_config.hidden_act is "gelu". Supported: "silu", "swish".'],
    [{ text_config: { rope_scaling: { type: 'linear', factor: 2 } } }, 'text_config.rope_scaling.type is "linear". Supported: "default".'],
    [{ text_config: { rope_scaling: { rope_type: 'llama3' } } }, 'text_config.rope_scaling.rope_type is "llama3"'],
    [{ text_config: { rope_parameters: { rope_type: 'yarn' } } }, 'text_config.rope_parameters.rope_type is "yarn"'],
    [{ text_config: { rope_parameters: { partial_rotary_factor: 0.5 } } }, 'rope_parameters.partial_rotary_factor is 0.5. Supported: 1.'],
    [{ text_config: { num_key_value_heads: 5 } }, 'num_key_value_heads is 5. Supported: a divisor of num_attention_heads (32).'],
    [{ text_config: { hidden_size: '4096' } }, 'text_config.hidden_size is "4096". Supported: a whole number from 1.'],
    [{ text_config: { rms_norm_eps: 0 } }, 'text_config.rms_norm_eps is 0. Supported: a number above 0.'],
    [{ text_config: [] }, 'text_config is []. Supported: an object.'],
    [
      { vision_config: { model_type: 'siglip_vision_model' } },
      'vision_config.model_type is "siglip_vision_model". Supported: "clip_vision_model".',
    ],
    [
      { vision_config: { hidden_act: 'relu' } },
      'vision_config.hidden_act is "relu". Supported: "quick_gelu", "gelu", "gelu_pytorch_tanh", "gelu_new".',
    ],
    [{ vision_config: { hidden_size: 100 } }, 'num_attention_heads is 12. Supported: a divisor of hidden_size (100).'],
    [{ vision_feature_layer: [-2, -5] }, 'vision_feature_layer is [-2,-5]. Supported: one whole number from -25 to 24.'],
    [{ vision_feature_layer: -26 }, 'vision_feature_layer is -26.'],
    [{ vision_feature_select_strategy: 'full' }, 'vision_feature_select_strategy is "full". Supported: "default".'],
    [{ projector_hidden_act: 'relu' }, 'projector_hidden_act is "relu". Supported: "gelu".'],
    [{ quantization_config: { load_in_4bit: true } }, 'quantization_config is {"load_in_4bit":true}.'],
  ])('with %j is refused by name', (config, message) => {
    expect(() => parseConfig(config)).toThrow(
      expect.objectContaining({ code: 'model-invalid', message: expect.stringContaining(message) }),
    );
  });
});
