/**
 * @file The text encoders of CLIP and SigLIP as far as they agree: tokens and places, then layers. Scope paths are the checkpoint's names
 * below `text_model`. Reference: transformers/models/clip/modeling_clip.py (CLIPTextTransformer), siglip/modeling_siglip.py
 */
import { reshape } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import type { Scope } from '../graph/scope.ts';
import type { TextTowerSize } from './architecture.ts';
import { type EncoderConfig, parseEncoder } from './encoder-layer.ts';
import type { Settings } from './settings.ts';

export type TextTowerConfig = EncoderConfig & TextTowerSize;

type Omitted = Omit<EncoderConfig, 'headDim'> & Pick<TextTowerSize, 'vocabularySize' | 'maxTokens'>;

export function parseTextTower(settings: Settings, omitted: Omitted): TextTowerConfig {
  return {
    ...parseEncoder(settings, omitted),
    vocabularySize: settings.count('vocab_size', omitted.vocabularySize),
    maxTokens: settings.count('max_position_embeddings', omitted.maxTokens),
  };
}

/** ids int64 [n, T] -> hidden states before the first layer, float32 [n * T, hidden]. Only the rows that are asked for are widened. */
export function textEmbeddings(s: Scope, { vocabularySize, hiddenSize, maxTokens }: TextTowerConfig, ids: Value): Value {
  const e = s.at('embeddings');
  const words = e.op('Gather', [e.weight('token_embedding.weight', vocabularySize, hiddenSize), ids]);
  const table = e.floats('position_embedding.weight', 'float32', maxTokens, hiddenSize);
  const places = e.op('Slice', [table, e.constant('int64', [0]), tokensOf(e, ids), e.constant('int64', [0])]);
  return reshape(e, e.op('Add', [e.cast(words, 'float32'), places]), [-1, hiddenSize]);
}

/** Tokens of each of the texts: int64 [1]. */
export function tokensOf(s: Scope, ids: Value): Value {
  return s.op('Shape', [ids], { attributes: { start: 1, end: 2 }, type: 'int64' });
}
