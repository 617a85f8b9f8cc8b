/** @file Ids of texts for dual encoders against the reference's. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openTextIds } from '../../../models/prompt/text-ids.ts';
import { fixture, readJson } from './fixtures.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'oneword-text-ids-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Case = { name: string; texts: string[]; input_ids?: number[][]; attention_mask?: number[][] };
const families = [
  { family: 'clip', reading: 'causal', maxTokens: 77, padToken: 2013, specials: '<|startoftext|><|endoftext|>', specialIds: [2012, 2013] },
  { family: 'siglip', reading: 'padded', maxTokens: 64, padToken: 1, specials: '<pad></s><unk>', specialIds: [0, 1] },
] as const;

describe.each(families)('$family', async ({ family, specials, specialIds, ...reading }) => {
  const texts = await openTextIds(fixture(family, 'checkpoint'), reading);
  const recorded = ['cases.hf441.json', 'cases.hf5.json'].flatMap((file) =>
    readJson<{ cases: Case[] }>(fixture(family, file))
      .cases.filter(({ input_ids }) => input_ids)
      .map((one) => ({ ...one, file })),
  );

  it('has cases', () => expect(recorded.length).toBe(20));

  it.each(recorded)('gives the ids of $name in $file', ({ texts: written, input_ids, attention_mask }) => {
    for (const [i, text] of written.entries()) {
      // Texts of a batch are padded to the longest; here a causal text is as long as it is.
      const expected = (input_ids?.[i] ?? []).filter((_, at) => attention_mask?.[i]?.[at] !== 0);
      expect(texts.encode(text).ids).toEqual(expected);
    }
  });

  it('says how much of a text it read', () => {
    const short = texts.encode('A dog sitting in the grass.');
    expect(short.kept).toBe(short.of);
    const long = texts.encode('A dog sitting in the grass. '.repeat(30));
    expect(long.ids).toHaveLength(reading.maxTokens);
    expect(long.kept).toBe(reading.maxTokens - (family === 'clip' ? 2 : 1));
    expect(long.of).toBeGreaterThan(200);
    expect(long.ids.at(-1)).toBe(specialIds[1]);
    expect(long.ids.slice(0, 5)).toEqual(short.ids.slice(0, 5));
  });

  it('never makes special tokens of what the user wrote', () => {
    const { ids, of } = texts.encode(`a ${specials} b`);
    const own = ids.slice(family === 'clip' ? 1 : 0, of + 1).slice(0, of);
    expect(of).toBeGreaterThan(2);
    for (const id of specialIds) expect(own).not.toContain(id);
  });

  it('refuses a length that nothing fits into', async () => {
    await expect(openTextIds(fixture(family, 'checkpoint'), { ...reading, maxTokens: 0 })).rejects.toMatchObject({ code: 'model-invalid' });
  });
});

describe('what fills a text up', () => {
  const reading = { reading: 'padded', maxTokens: 8, padToken: 1 } as const;
  const open = (change: (config: Record<string, unknown>) => unknown, special?: unknown) => {
    const at = mkdtempSync(path.join(folder, 'padding-'));
    cpSync(fixture('siglip/checkpoint/tokenizer.json'), path.join(at, 'tokenizer.json'));
    const config = readJson<Record<string, unknown>>(fixture('siglip/checkpoint/tokenizer_config.json'));
    writeFileSync(path.join(at, 'tokenizer_config.json'), JSON.stringify(change(config)));
    if (special) writeFileSync(path.join(at, 'special_tokens_map.json'), JSON.stringify(special));
    return openTextIds(at, reading);
  };
  const ids = async (texts: ReturnType<typeof openTextIds>) => (await texts).encode('a').ids;

  it('is the token that the tokenizer names, on the side that it names', async () => {
    expect(await ids(open((config) => config))).toEqual([9, 1, 1, 1, 1, 1, 1, 1]);
    expect(await ids(open((config) => ({ ...config, pad_token: '<pad>' })))).toEqual([9, 1, 0, 0, 0, 0, 0, 0]);
    expect(await ids(open((config) => ({ ...config, pad_token: { content: '<pad>' }, padding_side: 'left' })))).toEqual([
      0, 0, 0, 0, 0, 0, 9, 1,
    ]);
    expect(await ids(open(() => ({}), { pad_token: '<pad>' }))).toEqual([9, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('is the model’s where the tokenizer names none', async () => {
    expect(await ids(open(() => ({})))).toEqual([9, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('is refused where it is no token', async () => {
    await expect(open((config) => ({ ...config, pad_token: '<nothing>' }))).rejects.toThrow('"<nothing>" is in no vocabulary');
  });
});
