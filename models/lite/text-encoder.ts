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

  /** Texts of equally many tokens. */
  async function encodeBatch(batch: readonly number[][]): Promise<Float32Array[]> {
    const length = batch[0]?.length ?? 0;
    const shape = [batch.length, length];
    const ids = BigInt64Array.from(batch.flat(), BigInt);
    const { last_hidden_state: hidden = new Float32Array() } = await session.run({
      input_ids: { data: ids, shape },
      attention_mask: { data: new BigInt64Array(ids.length).fill(1n), shape },
      token_type_ids: { data: new BigInt64Array(ids.length), shape },
    });
    return batch.map((_, i) => meanOf(hidden, i * length, length));
  }

  return {
    tokens,
    async encode(texts) {
      const vectors: Float32Array[] = [];
      for (const batch of batchesOf(texts.map(tokens))) {
        const results = await encodeBatch(batch.map(({ ids }) => ids));
        for (const [k, { position }] of batch.entries()) vectors[position] = results[k] ?? new Float32Array();
      }
      return vectors;
    },
    close: () => session.close(),
  };
}

type Encoded = { readonly position: number; readonly ids: number[] };

/** Only texts of one length share a batch: a padded token costs as much as a real one, and batching saves less than padding adds. */
function batchesOf(encoded: readonly number[][]): Encoded[][] {
  const batches: Encoded[][] = [];
  const open = new Map<number, Encoded[]>();
  for (const [position, ids] of encoded.entries()) {
    let batch = open.get(ids.length);
    if (!batch || batch.length === maxBatch) {
      batch = [];
      open.set(ids.length, batch);
      batches.push(batch);
    }
    batch.push({ position, ids });
  }
  return batches;
}

/** Mean of `count` rows of hidden states, scaled to unit length. */
function meanOf(hidden: Float32Array, firstRow: number, count: number): Float32Array {
  const sum = new Float64Array(textSize);
  for (let at = firstRow * textSize; at < (firstRow + count) * textSize; at += textSize) {
    for (let j = 0; j < textSize; j++) sum[j] = (sum[j] ?? 0) + (hidden[at + j] ?? 0);
  }
  return unit(sum);
}
