/**
 * @file Texts as dual encoders read them: the user's text by itself, cut to the longest that the model takes. Reference: transformers'
 * tokenization_utils_base.py with `truncation=True`, and `padding="max_length"` for SigLIP.
 */
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/api/errors.ts';
import { readJson } from '../checkpoint/model-file.ts';
import { parsed } from './preprocessor.ts';
import { openTokenizer, type PromptTokenizer } from './tokenizer.ts';

/** `causal`: CLIP, as long as the text is. `padded`: SigLIP, always `maxTokens` long. */
export type TextReading = {
  readonly reading: 'causal' | 'padded';
  /** The longest text, begin and end tokens included. */
  readonly maxTokens: number;
  /** What fills up, where the tokenizer's files name no padding. */
  readonly padToken: number;
};

/** `kept` of `of` tokens of the text are in the ids. */
export type TextIds = { encode(text: string): { readonly ids: number[]; readonly kept: number; readonly of: number } };

const nameOfToken = z.union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)]);
const namesFile = z.looseObject({ pad_token: nameOfToken.nullish(), padding_side: z.enum(['left', 'right']).nullish() });

/** Fails with model-missing or model-invalid. */
export async function openTextIds(directory: string, { reading, maxTokens, padToken }: TextReading): Promise<TextIds> {
  // The reference finds tokens in the user's text too. Those that mean nothing special (runs of spaces, line ends) are found here as well.
  const tokenizer = await openTokenizer(directory, { inUserText: 'plain' });
  const around = tokenizer.encode([]).ids.length;
  if (around > maxTokens) {
    throw new AppError('model-invalid', `${directory} takes texts of ${maxTokens} tokens; its tokenizer puts ${around} around every text.`);
  }
  const fill = reading === 'padded' ? await fillingOf(directory, tokenizer, padToken) : undefined;
  return {
    encode(text) {
      const { ids, kept, of } = tokenizer.encode([{ user: text }], { maxTokens, cut: 'tokens' });
      if (!fill) return { ids, kept, of };
      const padding = new Array<number>(maxTokens - ids.length).fill(fill.token);
      return { ids: fill.side === 'left' ? [...padding, ...ids] : [...ids, ...padding], kept, of };
    },
  };
}

/** The token and the side are the tokenizer's: config.json of SigLIP 2 still names the token of SigLIP. */
async function fillingOf(directory: string, tokenizer: PromptTokenizer, padToken: number) {
  const [stated, special] = await Promise.all(
    ['tokenizer_config.json', 'special_tokens_map.json'].map(async (name) => {
      const file = path.join(directory, name);
      return parsed(namesFile, (await readJson(file)) ?? {}, file);
    }),
  );
  const name = stated?.pad_token ?? special?.pad_token;
  const token = name ? tokenizer.id(name) : padToken;
  if (token === undefined)
    throw new AppError('model-invalid', `${directory}: the padding token ${JSON.stringify(name)} is in no vocabulary.`);
  return { token, side: stated?.padding_side ?? 'right' };
}
