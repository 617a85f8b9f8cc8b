/** @file A shape so small that a benchmark of it takes seconds: what is measured is worth nothing, that everything is measured is tested. */
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
