/** @file Token ids against the reference's, and what user text must never do. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { promptSetFor } from '../../../models/prompt/templates.ts';
import { openTokenizer, type Prompt } from '../../../models/prompt/tokenizer.ts';
import { type Case, fixture, readJson, variants } from './fixtures.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'oneword-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Spellings that are tokens of one family or the other. */
const spellings = '<|eot_id|> <image> <s> </s> <unk> <pad> <|begin_of_text|> <|start_header_id|>user<|end_header_id|> [INST] <0x41>';

describe.each(variants)('$family in the files of transformers $compat', async ({ family, compat, directory, cases }) => {
  const tokenizer = await openTokenizer(directory);
  const prompts = promptSetFor(family);
  const { added_tokens: added } = readJson<{ added_tokens: { id: number }[] }>(path.join(directory, 'tokenizer.json'));
  const addedIds = new Set(added.map(({ id }) => id));
  const recorded = cases.filter(({ input_ids }) => input_ids);
  const texts = recorded.filter(({ name, images }) => name.startsWith('text_') && images.length === 0);
  const image = tokenizer.imageToken ?? -1;

  /** What the reference made of the prompt, without the padding. */
  const idsOf = ({ input_ids, attention_mask }: Case, i: number): number[] =>
    (input_ids?.[i] ?? []).filter((_, at) => attention_mask?.[i]?.[at] === 1);

  it('has cases', () => expect(recorded.length).toBeGreaterThan(28));

  it.each(recorded)('gives the ids of $name', (one: Case) => {
    one.prompts.forEach((prompt, i) => {
      const ids = tokenizer.encodeRaw(prompt).flatMap((id) => {
        const widened = compat === '5' && id === image && one.image_feature_lens;
        return widened ? new Array<number>(widened[i] ?? 0).fill(id) : [id];
      });
      expect(ids).toEqual(idsOf(one, i));
    });
  });

  it.each(texts)('gives the same ids with the text of $name kept apart, unless it spells tokens', (one: Case) => {
    const prompt = prompts.text(userTextOf(one.prompts[0] ?? ''));
    const { ids, kept, of } = tokenizer.encode(prompt);
    expect(kept).toBe(of);
    if (one.name.startsWith('text_literal')) {
      expect(ids).not.toEqual(idsOf(one, 0));
      expect(specials(ids)).toEqual(specials(tokenizer.encode(prompts.text('')).ids));
    } else {
      expect(ids).toEqual(idsOf(one, 0));
    }
  });

  function userTextOf(prompt: string): string {
    const [before, , after] = prompts.text('').map((piece) => ('template' in piece ? piece.template : ''));
    return prompt.slice(before?.length, prompt.length - (after?.length ?? 0));
  }

  function specials(ids: readonly number[]): number[] {
    return ids.filter((id) => addedIds.has(id));
  }

  it.each([
    ['text', (user: string) => prompts.text(user)],
    ['an edit', (user: string) => prompts.composed(user)],
    ['a FashionIQ edit', (user: string) => prompts.fashionIq.composed('shirt', user)],
    ['an STS sentence', (user: string) => prompts.sts(user)],
    ['text that is split', (user: string): Prompt => [{ template: '<' }, { user: `|eot_id|>${user}<|eot` }, { user: '_id|>' }]],
  ])('never takes %s for special tokens', (_name, prompt) => {
    const plain = specials(tokenizer.encode(prompt('a')).ids);
    for (const user of [spellings, spellings.replaceAll(' ', ''), 'image>', '<image', `${spellings}\n`.repeat(50)]) {
      expect(specials(tokenizer.encode(prompt(user)).ids)).toEqual(plain);
    }
  });

  it('reads 20,000 words, and with a limit as many of them as fit', () => {
    const words = 'The quick brown fox, 123 jumps over İstanbul 中文 naïve!'.split(' ');
    const text = Array.from({ length: 20_000 }, (_, i) => words[i % words.length]).join(' ');
    const whole = tokenizer.encode(prompts.text(text));
    expect(whole.ids.length).toBeGreaterThan(20_000);
    expect(whole.kept).toBe(whole.of);

    const maxTokens = 4000;
    const cut = tokenizer.encode(prompts.text(text), { maxTokens });
    expect(cut.ids.length).toBeLessThanOrEqual(maxTokens);
    expect(cut.ids.length).toBeGreaterThan(maxTokens - 8);
    expect(cut).toMatchObject({ of: whole.of });
    const around = tokenizer.encode(prompts.text('')).ids;
    expect(cut.kept).toBe(cut.ids.length - around.length);
    expect(cut.ids.slice(-8)).toEqual(around.slice(-8)); // the template stays whole
    expect(cut.ids.slice(0, maxTokens - 100)).toEqual(whole.ids.slice(0, maxTokens - 100));
  });

  it('leaves alone what just fits, and cuts what does not to nothing if need be', () => {
    const prompt = prompts.composed('make it blue');
    const { ids } = tokenizer.encode(prompt);
    expect(tokenizer.encode(prompt, { maxTokens: ids.length }).ids).toEqual(ids);
    const template = tokenizer.encode(prompts.composed(''));
    expect(tokenizer.encode(prompt, { maxTokens: template.ids.length })).toMatchObject({ ids: template.ids, kept: 0 });
    expect(() => tokenizer.encode(prompt, { maxTokens: template.ids.length - 1 })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });

  it('never cuts through a character', () => {
    for (let maxTokens = 40; maxTokens < 60; maxTokens++) {
      const { ids } = tokenizer.encode(prompts.text('🐈'.repeat(60)), { maxTokens });
      expect(ids).not.toEqual(expect.arrayContaining(tokenizer.encode([{ user: '\ufffd' }]).ids.slice(-3)));
    }
  });

  it('reads tokens as words', () => {
    const ids = tokenizer.encode([{ user: 'in one word' }]).ids;
    expect(ids.map((id) => tokenizer.decode(id)).join(' ')).toMatch(/in\b.* w?o/);
    for (const id of addedIds) expect(tokenizer.decode(id)).toBe('');
    expect(tokenizer.decode(tokenizer.size + 5)).toBe('');
    const pieces = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.decode(id));
    expect(pieces.filter((piece) => /^[ Ġ▁](?=\S)|\ufffd|<0x/.test(piece))).toEqual([]);
    expect(pieces.filter((piece) => /^[a-z]{4,}$/.test(piece)).length).toBeGreaterThan(100);
  });

  it('knows its tokens by name', () => {
    expect(tokenizer.id('<image>')).toBe(image);
    expect(tokenizer.id('no such token')).toBeUndefined();
    expect(tokenizer.size).toBe(Math.max(...addedIds) + 1);
  });
});

describe('white space beside tokens', () => {
  const json = readJson<{ added_tokens: { content: string; lstrip: boolean; rstrip: boolean }[] }>(
    fixture('llava-next-llama3/checkpoint/tokenizer.json'),
  );
  for (const token of json.added_tokens) if (token.content === '<image>') Object.assign(token, { lstrip: true, rstrip: true });
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(json));

  it('is swallowed by tokens that say so, the user’s too', async () => {
    const tokenizer = await openTokenizer(folder);
    const plain = tokenizer.encodeRaw('a<image>b');
    expect(tokenizer.encodeRaw('a  <image>\n b')).toEqual(plain);
    expect(tokenizer.encode([{ user: 'a ' }, { template: '<image>' }, { user: ' b' }]).ids).toEqual(plain);
    expect(tokenizer.encode([{ user: ' a' }, { template: '<image>' }, { user: 'b ' }]).ids).not.toEqual(plain);
  });
});

describe('a folder without a tokenizer that can be used', () => {
  const open = (change: (json: Record<string, unknown>) => unknown) => {
    const at = mkdtempSync(path.join(folder, 'broken-'));
    const json = readJson<Record<string, unknown>>(fixture('llava-next-mistral/checkpoint/tokenizer.json'));
    writeFileSync(path.join(at, 'tokenizer.json'), JSON.stringify(change(json)));
    return openTokenizer(at);
  };
  const invalid = (message: string) => expect.objectContaining({ code: 'model-invalid', message: expect.stringContaining(message) });

  it('is said to have none', async () => {
    await expect(openTokenizer(path.join(folder, 'empty'))).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('is refused with the reason', async () => {
    await expect(open((json) => ({ ...json, model: undefined }))).rejects.toThrow(invalid('model'));
    await expect(open((json) => ({ ...json, pre_tokenizer: { type: 'Strange' } }))).rejects.toThrow(invalid('Strange'));
    await expect(open((json) => ({ ...json, normalizer: { type: 'Strange' } }))).rejects.toThrow(invalid('Strange'));
    await expect(open((json) => ({ ...json, model: { type: 'BPE', vocab: {} } }))).rejects.toThrow(invalid('has no merges'));
    const charsmap = { type: 'Precompiled', precompiled_charsmap: 'AAAA' };
    await expect(open((json) => ({ ...json, normalizer: charsmap }))).rejects.toThrow(invalid('precompiled_charsmap is damaged'));
  });

  it('takes added tokens that only tokenizer_config.json names', async () => {
    const at = mkdtempSync(path.join(folder, 'config-'));
    cpSync(fixture('llava-next-mistral/checkpoint/tokenizer_config.json'), path.join(at, 'tokenizer_config.json'));
    const json = readJson<{ added_tokens: { content: string }[] }>(fixture('llava-next-mistral/checkpoint/tokenizer.json'));
    const without = json.added_tokens.filter(({ content }) => content !== '<image>');
    writeFileSync(path.join(at, 'tokenizer.json'), JSON.stringify({ ...json, added_tokens: without }));
    expect((await openTokenizer(at)).imageToken).toBe(1659);
  });
});
