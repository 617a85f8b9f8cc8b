/**
 * @file The shapes that can be measured without a download: real models by their sizes, as their config.json gives them.
 * Vocabularies of language models are cut: a row costs nothing but disk, except where words are read out, which is not timed. Those of dual
 * encoders are whole: their graphs hold them.
 */
import { AppError } from '../../core/api/errors.ts';
import type { JsonObject } from '../checkpoint/json.ts';

export type SyntheticShape = {
  readonly description: string;
  readonly config: JsonObject;
  /** preprocessor_config.json, where a checkpoint of the kind does not count as one without it. */
  readonly preprocessor?: JsonObject;
  /** As published. */
  readonly dtype: 'BF16' | 'F16' | 'F32';
  /** Layers of the real model's decoder; undefined for what has none. */
  readonly layers?: number;
};

const vocabulary = 2048;

const llava = {
  model_type: 'llava_next',
  vision_config: {
    model_type: 'clip_vision_model',
    ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16, image_size: 336, patch_size: 14 },
  },
  vision_feature_layer: -2,
  image_token_index: vocabulary,
};
const eightBillion = {
  ...{ hidden_size: 4096, intermediate_size: 14_336, num_attention_heads: 32, num_key_value_heads: 8 },
  ...{ rms_norm_eps: 1e-5, vocab_size: vocabulary },
};
const llavaPreprocessor = { crop_size: 336, size: 336 };

/** The factors of the real ones do not matter for time: that they are 48 does. */
const suFactors = Array.from({ length: 48 }, (_, index) => 1 + index / 48);

export const syntheticShapes: Readonly<Record<string, SyntheticShape>> = {
  'e5v-8b': {
    description: 'LLaVA-NeXT over Llama-3-8B with CLIP ViT-L/14-336, as E5-V',
    config: { ...llava, text_config: { ...eightBillion, model_type: 'llama', rope_theta: 500_000, max_position_embeddings: 8192 } },
    preprocessor: llavaPreprocessor,
    dtype: 'F16',
    layers: 32,
  },
  'llava-mistral-7b': {
    description: 'LLaVA-1.6 over Mistral-7B with CLIP ViT-L/14-336',
    config: {
      ...llava,
      text_config: { ...eightBillion, model_type: 'mistral', rope_theta: 1e6, max_position_embeddings: 32_768, sliding_window: null },
    },
    preprocessor: llavaPreprocessor,
    dtype: 'BF16',
    layers: 32,
  },
  'phi3-v': {
    description: 'Phi-3-vision-128k with CLIP ViT-L/14-336',
    config: {
      model_type: 'phi3_v',
      ...{ hidden_size: 3072, intermediate_size: 8192, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 32 },
      ...{ rms_norm_eps: 1e-5, vocab_size: vocabulary, rope_theta: 10_000, sliding_window: 131_072, tie_word_embeddings: false },
      ...{ max_position_embeddings: 131_072, original_max_position_embeddings: 4096 },
      rope_scaling: { type: 'su', short_factor: suFactors, long_factor: suFactors },
      embd_layer: {
        ...{ embedding_cls: 'image', hd_transform_order: 'sub_glb', projection_cls: 'mlp' },
        ...{ use_hd_transform: true, with_learnable_separator: true },
      },
      img_processor: {
        ...{ name: 'clip_vision_model', model_name: 'openai/clip-vit-large-patch14-336' },
        ...{ image_dim_out: 1024, num_img_tokens: 144 },
      },
    },
    preprocessor: { image_processor_type: 'Phi3VImageProcessor', num_crops: 16, num_img_tokens: 144 },
    dtype: 'BF16',
    layers: 32,
  },
  'smolvlm-256m': {
    description: 'SmolVLM-256M: a SigLIP-B/16-512 tower and 30 narrow layers',
    config: {
      model_type: 'idefics3',
      image_token_id: vocabulary - 1,
      scale_factor: 4,
      text_config: {
        model_type: 'llama',
        ...{
          hidden_size: 576,
          intermediate_size: 1536,
          num_hidden_layers: 30,
          num_attention_heads: 9,
          num_key_value_heads: 3,
          head_dim: 64,
        },
        ...{ rms_norm_eps: 1e-5, vocab_size: vocabulary, rope_theta: 100_000, max_position_embeddings: 8192 },
      },
      vision_config: {
        model_type: 'idefics3',
        ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12, image_size: 512, patch_size: 16 },
        hidden_act: 'gelu_pytorch_tanh',
      },
    },
    preprocessor: {
      ...{ do_image_splitting: true, resample: 1, size: { longest_edge: 2048 }, max_image_size: { longest_edge: 512 } },
      ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
    },
    dtype: 'BF16',
    layers: 30,
  },
  'clip-b32': {
    description: 'CLIP ViT-B/32',
    config: clip(
      { hidden_size: 512, intermediate_size: 2048, num_attention_heads: 8 },
      {
        ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
        ...{ image_size: 224, patch_size: 32 },
      },
      512,
    ),
    preprocessor: { size: 224, crop_size: 224 },
    dtype: 'F32',
  },
  'clip-l14-336': {
    description: 'CLIP ViT-L/14-336',
    config: clip(
      { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 },
      {
        ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16 },
        ...{ image_size: 336, patch_size: 14 },
      },
      768,
    ),
    preprocessor: { size: 336, crop_size: 336 },
    dtype: 'F32',
  },
  'siglip-b16': {
    description: 'SigLIP B/16-224',
    config: {
      model_type: 'siglip',
      text_config: {
        model_type: 'siglip_text_model',
        ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
        ...{ vocab_size: 32_000, max_position_embeddings: 64, hidden_act: 'gelu_pytorch_tanh' },
      },
      vision_config: {
        model_type: 'siglip_vision_model',
        ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
        ...{ image_size: 224, patch_size: 16, hidden_act: 'gelu_pytorch_tanh' },
      },
    },
    preprocessor: { size: { height: 224, width: 224 }, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
    dtype: 'F32',
  },
};

function clip(text: JsonObject, vision: JsonObject, dimension: number): JsonObject {
  const words = { num_hidden_layers: 12, vocab_size: 49_408, max_position_embeddings: 77, eos_token_id: 49_407 };
  return {
    model_type: 'clip',
    projection_dim: dimension,
    text_config: { model_type: 'clip_text_model', ...text, ...words, hidden_act: 'quick_gelu', projection_dim: dimension },
    vision_config: { model_type: 'clip_vision_model', ...vision, hidden_act: 'quick_gelu', projection_dim: dimension },
  };
}

/** Throws `bad-request` with the known ones. */
export function requireShape(name: string): SyntheticShape {
  const shape = Object.hasOwn(syntheticShapes, name) ? syntheticShapes[name] : undefined;
  if (shape) return shape;
  const known = Object.entries(syntheticShapes).map(([one, { description }]) => `\n  ${one}: ${description}`);
  throw new AppError('bad-request', `There is no shape "${name}". Known:${known.join('')}`);
}
