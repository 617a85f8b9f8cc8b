/**
 * @file tokenizer.json as the JavaScript tokenizers library has to get it to do what the reference does, the tokenizers library in Rust, where the
 * two differ.
 */
import { isObject, type Json, type JsonObject } from '../checkpoint/json.ts';
import type { AddedToken } from './added-tokens.ts';

/** Without added tokens and without a normaliser: those are ours. */
export function likeTheReference(json: JsonObject, added: readonly AddedToken[]): JsonObject {
  return {
    ...json,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: preTokenizer(json.pre_tokenizer ?? null),
    model: unreachable(json.model ?? null, added),
  };
}

function preTokenizer(json: Json): Json {
  if (!isObject(json)) return json;
  switch (json.type) {
    case 'Sequence':
      return { ...json, pretokenizers: Array.isArray(json.pretokenizers) ? json.pretokenizers.map(preTokenizer) : [] };
    case 'Digits':
      // All that Unicode counts as numbers, also fractions and Roman numerals.
      return splitAt(json.individual_digits === true ? '\\p{N}' : '\\p{N}+');
    case 'ByteLevel':
      // The same words, but with white space as Unicode has it.
      return json.use_regex === false || json.add_prefix_space !== false
        ? json
        : { type: 'Sequence', pretokenizers: [splitAt(wordsOfGpt2), { ...json, use_regex: false }] };
    default:
      return json;
  }
}

const wordsOfGpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function splitAt(Regex: string): JsonObject {
  return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
}

/**
 * A model of pieces with scores (Unigram) takes any text that spells a piece for it, also one that spells a special token. Under a name that no
 * text has (a lone surrogate) the piece is only reached as an added token.
 */
function unreachable(model: Json, added: readonly AddedToken[]): Json {
  if (!isObject(model) || model.type !== 'Unigram' || !Array.isArray(model.vocab)) return model;
  const special = new Map(added.filter((token) => token.special).map(({ id, content }) => [id, content]));
  const vocab = model.vocab.map((entry, id) =>
    Array.isArray(entry) && entry[0] === special.get(id) ? [`\ud800${id}`, ...entry.slice(1)] : entry,
  );
  return { ...model, vocab };
}
