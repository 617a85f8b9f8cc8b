/** @file Shapes so small that a benchmark of them takes seconds: what is measured is worth nothing, that everything is measured is tested. */
import type { SyntheticShape } from '../../../models/bench/shapes.ts';

export const tinyShape: SyntheticShape = {
  description: 'a toy',
  config: {
    model_type: 'llava_next',
    image_token_index: 32,
    text_config: {
      model_type: 'llama',
      vocab_size: 32,
      hidden_size: 128,
      intermediate_size: 256,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      max_position_embeddings: 4096,
    },
    vision_config: {
      model_type: 'clip_vision_model',
      hidden_size: 32,
      intermediate_size: 64,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      image_size: 56,
      patch_size: 14,
    },
  },
  dtype: 'BF16',
  layers: 32,
};

const narrow = { hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 2 };

/** As the published CLIP, but for its sizes. */
export const tinyClip: SyntheticShape = {
  description: 'a toy of two encoders',
  config: {
    model_type: 'clip',
    projection_dim: 24,
    text_config: { model_type: 'clip_text_model', ...narrow, vocab_size: 100, max_position_embeddings: 20, eos_token_id: 99 },
    vision_config: { model_type: 'clip_vision_model', ...narrow, hidden_size: 48, image_size: 32, patch_size: 8 },
  },
  preprocessor: { size: 32, crop_size: 32 },
  dtype: 'F32',
};

export const tinySiglip: SyntheticShape = {
  description: 'a toy of two other encoders',
  config: {
    model_type: 'siglip',
    text_config: { model_type: 'siglip_text_model', ...narrow, vocab_size: 100, max_position_embeddings: 12 },
    vision_config: { model_type: 'siglip_vision_model', ...narrow, image_size: 32, patch_size: 8 },
  },
  preprocessor: { size: { height: 32, width: 32 } },
  dtype: 'F16',
};
