import { describe, expect, it } from 'vitest';
import { parseConfig as parseClip } from '../../../models/arch/clip.ts';
import { openModel } from '../../../models/arch/index.ts';
import type { ConfigJson } from '../../../models/arch/settings.ts';
import { parseConfig as parseSiglip } from '../../../models/arch/siglip.ts';

describe('a configuration of CLIP', () => {
  it('takes the class defaults for what it omits: ViT-B/32', () => {
    const cfg = parseClip({ model_type: 'clip' });
    expect(cfg).toMatchObject({ dimension: 512, endToken: 49_407 });
    expect(cfg.text).toEqual({
      ...{ hiddenSize: 512, mlpSize: 2048, layers: 12, heads: 8, headDim: 64, normEps: 1e-5, activation: 'quick_gelu' },
      ...{ vocabularySize: 49_408, maxTokens: 77 },
    });
    expect(cfg.vision).toMatchObject({ hiddenSize: 768, layers: 12, heads: 12, imageSize: 224, patchSize: 32, tokens: 50 });
    expect(openModel({ modelType: 'clip', config: {} })).toMatchObject({ kind: 'dual', dimension: 512, texts: { reading: 'causal' } });
  });

  it('reads a text at its highest id where the end token has the number of old files', () => {
    expect(parseClip({ text_config: { eos_token_id: 2 } }).endToken).toBeUndefined();
    expect(parseClip({ text_config: { eos_token_id: 7 } }).endToken).toBe(7);
  });

  it('gives the old second copy of a section precedence, defaults of what it omits included', () => {
    const cfg = parseClip({
      projection_dim: 768,
      text_config: { hidden_size: 640, num_hidden_layers: 3 },
      text_config_dict: { hidden_size: 768, num_attention_heads: 12, projection_dim: 768 },
      vision_config: { patch_size: 16 },
      vision_config_dict: null,
    });
    expect(cfg.dimension).toBe(768);
    expect(cfg.text).toMatchObject({ hiddenSize: 768, heads: 12, layers: 12 });
    expect(cfg.vision).toMatchObject({ patchSize: 16, tokens: 197 });
  });
});

describe('a configuration of SigLIP', () => {
  it('takes the class defaults for what it omits: ViT-B/16', () => {
    const cfg = parseSiglip({ text_config: { model_type: 'siglip_text_model' }, vision_config: { model_type: 'siglip_vision_model' } });
    expect(cfg.padToken).toBe(1);
    expect(cfg.text).toEqual({
      ...{ hiddenSize: 768, mlpSize: 3072, layers: 12, heads: 12, headDim: 64, normEps: 1e-6, activation: 'gelu_pytorch_tanh' },
      ...{ vocabularySize: 32_000, maxTokens: 64 },
    });
    expect(cfg.vision).toMatchObject({ hiddenSize: 768, layers: 12, heads: 12, imageSize: 224, patchSize: 16, tokens: 196, normEps: 1e-6 });
  });

  it('reads the sizes of SO400M, whose heads have 72 channels', () => {
    const size = { hidden_size: 1152, intermediate_size: 4304, num_hidden_layers: 27, num_attention_heads: 16 };
    const { text, vision } = parseSiglip({
      text_config: { ...size, vocab_size: 256_000 },
      vision_config: { ...size, image_size: 384, patch_size: 14 },
    });
    expect(text).toMatchObject({ headDim: 72, vocabularySize: 256_000 });
    expect(vision).toMatchObject({ headDim: 72, grid: 27, tokens: 729 });
  });
});

describe.each([
  [parseClip, { model_type: 'siglip' }, 'model_type is "siglip". Supported: "clip".'],
  [parseClip, { text_config: { hidden_act: 'relu' } }, 'text_config.hidden_act is "relu". Supported: "quick_gelu"'],
  [parseClip, { vision_config: { model_type: 'siglip_vision_model' } }, 'vision_config.model_type is "siglip_vision_model"'],
  [
    parseClip,
    { text_config: { num_attention_heads: 7 } },
    'text_config.num_attention_heads is 7. Supported: a divisor of hidden_size (512).',
  ],
  [parseClip, { text_config: { eos_token_id: -1 } }, 'text_config.eos_token_id is -1. Supported: a whole number from 0.'],
  [parseSiglip, { vision_config: { vision_use_head: false } }, 'vision_config.vision_use_head is false. Supported: true.'],
  [
    parseSiglip,
    { text_config: { projection_size: 512 } },
    "text_config.projection_size is 512. Supported: the width of the pictures' vectors (768).",
  ],
] as [(json: ConfigJson) => unknown, ConfigJson, string][])('what cannot be run', (parse, config, message) => {
  it(`is refused by its name: ${message}`, () => {
    expect(() => parse(config)).toThrow(expect.objectContaining({ code: 'model-invalid', message: expect.stringContaining(message) }));
  });
});
