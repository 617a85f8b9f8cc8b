/** @file Sentence vectors: all-MiniLM-L6-v2, mean over the tokens, unit length. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { openSession, type SessionOptions } from '../runtime/session.ts';
import { textSize } from './blocks.ts';
import { unit } from './vector.ts';

const maxTokens = 128;
const maxBatch = 32;

export type TextEncoder = {
  /** One vector of `textSize` values and unit length per text. */
  encode(texts: readonly string[]): Promise<Float32Array[]>;
  /** Token ids, [CLS] and [SEP] included. */
  tokens(text: string): number[];
  close(): Promise<void>;
};

export async function openTextEncoder(directory: string, options: SessionOptions): Promise<TextEncoder> {
  const json = async (name: string): Promise<object> => JSON.parse(await readFile(path.join(directory, name), 'utf8'));
  const tokenizer = new Tokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
  const session = await openSession(path.join(directory, 'text.onnx'), options);

  function tokens(text: string): number[] {
    const { ids } = tokenizer.encode(text);
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  }

  /** Rows are padded to the longest; the mask keeps padding out of attention and mean. */
  async function encodeBatch(batch: readonly number[][]): Promise<Float32Array[]> {
    const length = Math.max(...batch.map((ids) => ids.length));
    const shape = [batch.length, length];
    const ids = new BigInt64Array(batch.length * length);
    const mask = new BigInt64Array(batch.length * length);
    for (const [i, row] of batch.entries()) {
      ids.set(row.map(BigInt), i * length);
      mask.fill(1n, i * length, i * length + row.length);
    }
    const { last_hidden_state: hidden } = await session.run({
      input_ids: { data: ids, shape },
      attention_mask: { data: mask, shape },
      token_type_ids: { data: new BigInt64Array(ids.length), shape },
    });
    return batch.map((row, i) => meanOf(hidden ?? new Float32Array(), i * length, row.length));
  }

  return {
    tokens,
    async encode(texts) {
      const encoded = texts.map((text, i) => ({ i, ids: tokens(text) })).sort((a, b) => a.ids.length - b.ids.length);
      const vectors: Float32Array[] = [];
      for (let from = 0; from < encoded.length; from += maxBatch) {
        const batch = encoded.slice(from, from + maxBatch);
        const results = await encodeBatch(batch.map(({ ids }) => ids));
        for (const [k, vector] of results.entries()) vectors[batch[k]?.i ?? 0] = vector;
      }
      return vectors;
    },
    close: () => session.close(),
  };
}

/** Mean of `count` rows of hidden states, scaled to unit length. */
function meanOf(hidden: Float32Array, firstRow: number, count: number): Float32Array {
  const sum = new Float64Array(textSize);
  for (let at = firstRow * textSize; at < (firstRow + count) * textSize; at += textSize) {
    for (let j = 0; j < textSize; j++) sum[j] = (sum[j] ?? 0) + (hidden[at + j] ?? 0);
  }
  return unit(sum);
}
