/**
 * @file From prompts to token ids. The pieces that the user wrote can never become special tokens, whatever they spell; otherwise the ids
 * are those of the reference, which splices the user's text into the prompt and tokenises the whole.
 */
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { AppError } from '../../core/api/errors.ts';
import { readJson } from '../checkpoint/model-file.ts';
import { type AddedToken, type Finding, openCutter } from './added-tokens.ts';
import { likeTheReference } from './library-json.ts';
import { type Normalise, openNormaliser } from './normaliser.ts';
import { longestThatFits } from './truncate.ts';

/** Template pieces may hold special tokens, user pieces may not. */
export type Prompt = readonly ({ readonly template: string } | { readonly user: string })[];

export type Encoded = {
  readonly ids: number[];
  /** Tokens of the user's text, about: in `ids`, and had nothing been cut. */
  readonly kept: number;
  readonly of: number;
};

export type PromptTokenizer = {
  /**
   * Token ids, begin token included. With `maxTokens` the end of the user's text is cut off until the whole fits; the template stays whole.
   * With `cut: 'tokens'` tokens are cut off, as the reference does, wherever they are from; what the tokenizer puts around every text stays.
   * Fails with bad-request when the template alone does not fit.
   */
  encode(prompt: Prompt, options?: { readonly maxTokens?: number | undefined; readonly cut?: 'text' | 'tokens' }): Encoded;
  /** A complete prompt in which special tokens count, as the reference tokenises it. */
  encodeRaw(prompt: string): number[];
  /** The readable text of one token without the white space that it begins with; empty for special tokens and parts of characters. */
  decode(id: number): string;
  /** The id of a token, also of an added one. */
  id(token: string): number | undefined;
  /** Stands for a picture; undefined in a tokenizer without pictures. */
  readonly imageToken: number | undefined;
  /** One more than the largest id. */
  readonly size: number;
};

/** What is used of the library, whose own types do not resolve under Node's rules for modules. */
type Library = {
  readonly pre_tokenizer: { pre_tokenize(text: string, options: { section_index: number }): string[] } | null;
  readonly model: {
    readonly vocab: readonly (string | undefined)[];
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    readonly unk_token_id?: number;
    _call(words: string[]): string[];
  } | null;
  readonly post_processor: { post_process(tokens: string[], pair: null, addSpecialTokens: boolean): { tokens: string[] } } | null;
  decode(ids: number[], options: { clean_up_tokenization_spaces: boolean }): string;
};

const addedToken = z.object({
  content: z.string(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  single_word: z.boolean().default(false),
  normalized: z.boolean().optional(),
});
const tokenizerFile = z.looseObject({
  added_tokens: z.array(addedToken.extend({ id: z.int().nonnegative() })).default([]),
  normalizer: z.unknown(),
  model: z
    .looseObject({ type: z.string().default('BPE'), vocab: z.unknown(), merges: z.unknown().optional() })
    .refine(({ type, merges }) => type !== 'BPE' || merges !== undefined, 'has no merges'),
});
const configFile = z.looseObject({ added_tokens_decoder: z.record(z.string().regex(/^\d+$/), addedToken).default({}) });

/** Fails with model-missing or model-invalid. */
export async function openTokenizer(directory: string, finding: Finding = { inUserText: 'none' }): Promise<PromptTokenizer> {
  const file = path.join(directory, 'tokenizer.json');
  const json = await readJson(file);
  if (!json) throw new AppError('model-missing', `${directory} has no tokenizer.json, so texts cannot be read. Download it again.`);
  const stated = parsed(tokenizerFile, json, file);
  const configPath = path.join(directory, 'tokenizer_config.json');
  const config = parsed(configFile, (await readJson(configPath)) ?? {}, configPath);

  // Fast tokenizers add what tokenizer_config.json names and tokenizer.json does not.
  const byId = new Map<number, AddedToken>();
  for (const [id, token] of Object.entries(config.added_tokens_decoder)) byId.set(Number(id), addedAs(token, Number(id)));
  for (const token of stated.added_tokens) byId.set(token.id, addedAs(token, token.id));
  const added = [...byId.values()];

  const normalise = opened(() => openNormaliser(stated.normalizer), file);
  const library: Library = opened(() => new Tokenizer(likeTheReference(json, added), config), file);
  return promptTokenizer(library, { normalise, added, finding });
}

function addedAs(token: z.infer<typeof addedToken>, id: number): AddedToken {
  return { ...token, id, normalized: token.normalized ?? !token.special };
}

type Around = { readonly normalise: Normalise; readonly added: readonly AddedToken[]; readonly finding: Finding };

function modelOf({ model }: Library): NonNullable<Library['model']> {
  if (model) return model;
  throw new AppError('model-invalid', 'The tokenizer has no model, which cuts words into tokens.');
}

function promptTokenizer(library: Library, { normalise, added, finding }: Around): PromptTokenizer {
  const { pre_tokenizer: splitter } = library;
  const model = modelOf(library);
  const cutter = openCutter(added, normalise, finding);
  const addedIds = new Map(added.map(({ content, id }) => [content, id]));
  const contents = new Map(added.map(({ content, id }) => [id, content]));
  const idOf = (token: string): number | undefined => addedIds.get(token) ?? model.tokens_to_ids.get(token);
  const { before, after } = framing(library, idOf);

  /** `section` counts added tokens and the texts between them: only the very first text may get a space in front (Metaspace). */
  function textIds(text: string, section: number): number[] {
    const words = splitter ? splitter.pre_tokenize(text, { section_index: section }) : [text];
    const ids: number[] = [];
    for (const token of model._call(words)) {
      const id = model.tokens_to_ids.get(token) ?? model.unk_token_id;
      if (id !== undefined) ids.push(id);
    }
    return ids;
  }

  function idsOf(prompt: Prompt): number[] {
    const ids = [...before];
    const pieces = prompt.map((piece) => ('user' in piece ? { text: piece.user, user: true } : { text: piece.template, user: false }));
    cutter(pieces).forEach((part, section) => {
      if (typeof part !== 'string') ids.push(part.id);
      else for (const id of textIds(part, section)) ids.push(id);
    });
    for (const id of after) ids.push(id);
    return ids;
  }

  return {
    encode(prompt, { maxTokens = Number.POSITIVE_INFINITY, cut = 'text' } = {}) {
      const ids = idsOf(prompt);
      const template = idsOf(prompt.map((piece) => ('user' in piece ? { user: '' } : piece))).length;
      const of = Math.max(0, ids.length - template);
      if (ids.length <= maxTokens) return { ids, kept: of, of };
      if (template > maxTokens) {
        throw new AppError('bad-request', `The prompt alone has ${template} tokens; at most ${maxTokens} are possible here.`);
      }
      if (cut === 'tokens') return { ids: [...ids.slice(0, maxTokens - after.length), ...after], kept: maxTokens - template, of };
      const fitting = longestThatFits(prompt, { ids, encode: idsOf, maxTokens });
      return { ids: fitting, kept: Math.max(0, fitting.length - template), of };
    },
    encodeRaw: (prompt) => idsOf([{ template: prompt }]),
    decode(id) {
      const token = model.vocab[id];
      if (token === undefined || contents.has(id) || /^<0x[0-9A-F]{2}>$/.test(token)) return '';
      const text = library.decode([id], { clean_up_tokenization_spaces: false });
      return text.includes('\ufffd') ? '' : text.replace(/^[\s▁]+(?=\S)/u, '');
    },
    id: idOf,
    imageToken: addedIds.get('<image>'),
    size: Math.max(model.vocab.length, ...added.map(({ id }) => id + 1)),
  };
}

/** What the tokenizer puts around every text. */
function framing({ post_processor: process }: Library, idOf: (token: string) => number | undefined) {
  const text = '\0';
  const tokens = process ? process.post_process([text], null, true).tokens : [text];
  const at = tokens.indexOf(text);
  const ids = tokens.map((token, i) => {
    const id = i === at ? -1 : idOf(token);
    if (id === undefined)
      throw new AppError('model-invalid', `The tokenizer puts the token ${JSON.stringify(token)} around texts and has none.`);
    return id;
  });
  return { before: ids.slice(0, at), after: ids.slice(at + 1) };
}

function parsed<T>(schema: z.ZodType<T>, json: unknown, file: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new AppError('model-invalid', `${file} is no tokenizer that can be used: ${where} ${issue?.message ?? ''}`.trim(), {
    cause: result.error,
  });
}

function opened<T>(open: () => T, file: string): T {
  try {
    return open();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('model-invalid', `${file} is no tokenizer that can be used: ${reason}`, { cause });
  }
}
