/** @file Token ids of odd texts and odd tokenizers against those of the reference library, the tokenizers library in Rust. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTokenizer } from '../../../models/prompt/tokenizer.ts';
import { type Case, fixture, readJson } from './fixtures.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'oneword-tokenizers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Added = { id: number; content: string; normalized?: boolean; special?: boolean };
type Tokenizer = { added_tokens: Added[]; model: { vocab: object; type: string } };
/** `base`: the checkpoint whose tokenizer.json is changed by `change` and gets the tokens of `added` behind its own. */
type Recorded = { name: string; base: string; change: object; added: Omit<Added, 'id'>[]; ids: number[][] };
const { texts, tokenizers } = readJson<{ texts: string[]; tokenizers: Recorded[] }>(fixture('tokenizers/ids.json'));

function opened(base: string, change: object, added: Omit<Added, 'id'>[] = [], finding?: Parameters<typeof openTokenizer>[1]) {
  const json = readJson<Tokenizer>(fixture(base, 'checkpoint/tokenizer.json'));
  const first = Math.max(Object.keys(json.model.vocab).length, ...json.added_tokens.map(({ id }) => id + 1));
  const own = added.map((token, i) => ({ ...token, id: first + i }));
  const at = mkdtempSync(path.join(folder, 'tokenizer-'));
  writeFileSync(path.join(at, 'tokenizer.json'), JSON.stringify({ ...json, ...change, added_tokens: [...json.added_tokens, ...own] }));
  return openTokenizer(at, finding);
}

it.each(tokenizers)('the reference’s ids: $name', async ({ base, change, added, ids }) => {
  const tokenizer = await opened(base, change, added);
  expect(texts.length).toBeGreaterThan(60);
  for (const [i, text] of texts.entries()) expect(tokenizer.encodeRaw(text), JSON.stringify(text)).toEqual(ids[i]);
});

describe.each(['phi3-v', 'smolvlm'])('%s', async (family) => {
  const tokenizer = await openTokenizer(fixture(family, 'checkpoint'));
  const { cases } = readJson<{ cases: Case[] }>(fixture(family, 'cases.json'));
  const recorded = cases.filter(({ input_ids, images }) => input_ids && images.length === 0);

  it.each(recorded)('gives the ids of $name', ({ prompts, input_ids, attention_mask }: Case) => {
    for (const [i, prompt] of prompts.entries()) {
      const expected = (input_ids?.[i] ?? []).filter((_, at) => attention_mask?.[i]?.[at] === 1);
      expect(tokenizer.encodeRaw(prompt)).toEqual(expected);
    }
  });
});

it('stands all that Unicode calls numbers apart, not only digits', async () => {
  const { model } = readJson<{ model: { vocab: Record<string, number>; merges: string[] } }>(fixture('smolvlm/checkpoint/tokenizer.json'));
  const merged = 5000;
  const changed = { model: { ...model, vocab: { ...model.vocab, ĠÂ: merged }, merges: [...model.merges, 'Ġ Â'] } };
  const [plain, tokenizer] = [await opened('smolvlm', {}), await opened('smolvlm', changed)];
  expect(tokenizer.encodeRaw('a ©')).toContain(merged);
  expect(tokenizer.encodeRaw('a ½ ²')).toEqual(plain.encodeRaw('a ½ ²'));
});

describe('what the user wrote', () => {
  const token = { single_word: false, lstrip: false, rstrip: false, special: true, normalized: true };
  const added = [
    { ...token, content: 'Monday' },
    { ...token, content: '<odd>' },
  ];

  it.each(['clip', 'llava-next-mistral', 'siglip'])('is never a token of normalised text, the template beside it is: %s', async (base) => {
    const tokenizer = await opened(base, {}, base === 'siglip' ? added.slice(0, 1) : added);
    const monday = tokenizer.id('Monday') ?? -1;
    expect(tokenizer.encode([{ user: 'Monday monday' }]).ids).not.toContain(monday);
    expect(tokenizer.encode([{ template: 'Mon' }, { user: 'day' }]).ids).not.toContain(monday);
    expect(tokenizer.encode([{ user: 'Mon' }, { template: 'day' }]).ids).not.toContain(monday);
    const around = [{ template: 'Monday ' }, { user: 'é Monday e\u0301' }, { template: ' Monday' }];
    expect(tokenizer.encode(around).ids.filter((id) => id === monday)).toHaveLength(2);
    // The template's token is found in pieces of the template that lie side by side.
    expect(tokenizer.encode([{ user: 'a' }, { template: ' Mon' }, { template: 'day' }]).ids).toContain(monday);
  });

  it('cannot hide a token of the template by spelling on', async () => {
    const tokenizer = await opened('llava-next-llama3', {}, [
      { ...token, content: '<odd' },
      { ...token, content: '<odder' },
    ]);
    const { ids } = tokenizer.encode([{ template: '<odd' }, { user: 'er' }]);
    expect(ids).toContain(tokenizer.id('<odd'));
    expect(ids).not.toContain(tokenizer.id('<odder'));
  });

  it('may hold tokens that are not special where that is asked for', async () => {
    const plain = { ...token, special: false, normalized: false, content: '\n\n' };
    const [strict, open] = [await opened('phi3-v', {}, [plain]), await opened('phi3-v', {}, [plain], { inUserText: 'plain' })];
    const text = 'a\n\nb<|end|>';
    expect(strict.encode([{ user: text }]).ids).not.toContain(strict.id('\n\n'));
    expect(open.encode([{ user: text }]).ids).toContain(open.id('\n\n'));
    expect(open.encode([{ user: text }]).ids).not.toContain(open.id('<|end|>'));
  });

  it('does not reach a special token through the pieces of the model either', async () => {
    const tokenizer = await opened('siglip', { normalizer: null });
    expect(tokenizer.encodeRaw('a</s>')).toContain(1);
    expect(tokenizer.encode([{ user: 'a</s><pad>' }]).ids.slice(0, -1)).not.toContain(1);
    expect(tokenizer.encode([{ user: 'a</s><pad>' }]).ids.slice(0, -1)).not.toContain(0);
  });
});
