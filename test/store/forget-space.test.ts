/** @file A space that is forgotten leaves nothing behind, and takes nothing of others with it; settings that are read before a library is open. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensurePart, ensureSpace, findSpace, upsertContent } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { forgetSpace, spacesOfModel } from '../../core/store/forget-space.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { addTombstones, listSegments, listTombstones, replaceSegments } from '../../core/store/segments.ts';
import { peekValue, readValue, writeValue } from '../../core/store/settings.ts';
import { releaseContent } from '../../core/store/spares.ts';

let directory: string;
let store: Store;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oneword-store-'));
  store = openStore(directory);
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

const space = (id: string) => ({ id, dimension: 2, model: id.split('@')[0] ?? '', revision: '1', precision: 'fp32', prompts: '' }) as const;
const counts = (spaceId: number | undefined): number[] =>
  ['embeddings', 'spare_embeddings'].map((table) =>
    Number(store.db.prepare(`SELECT count(*) FROM ${table} WHERE space_id = ?`).pluck().get(spaceId)),
  );

it('goes with its vectors, live and spare, its segments and its words, and no other space does', async () => {
  const [one, other] = [ensureSpace(store, space('big@1')), ensureSpace(store, space('small@1'))];
  const facts = { type: 'png', width: 1, height: 1, colour: '#000000', frames: 1 } as const;
  const addOne = (i: number): void => {
    const contentId = upsertContent(store, String(i), 1, { ...facts, dhash: '0' });
    const partId = ensurePart(store, contentId);
    for (const spaceId of [one, other]) putEmbedding(store, { spaceId, partId, vector: Float32Array.of(1, i), pass: 'fast', words: [] });
    if (i % 3 === 0) releaseContent(store, contentId, 0); // no file has it
  };
  store.db.transaction(() => {
    for (let i = 0; i < 1203; i++) addOne(i);
  })();
  for (const spaceId of [one, other]) {
    replaceSegments(store, { spaceId, backend: 'x', name: `${spaceId}`, first: 1, last: 5, rows: 5, checksum: '' }, []);
    addTombstones(store, spaceId, [7]);
  }
  writeValue(store, 'search.ordinary-words:big@1', { words: [] });
  ensureSpace(store, space('big@2'));
  expect(spacesOfModel(store, 'big').sort()).toEqual(['big@1', 'big@2']);

  expect(await forgetSpace(store, 'big@1')).toBe(one);
  expect([counts(one), counts(other)]).toEqual([
    [0, 0],
    [802, 401],
  ]);
  expect([listSegments(store, one), listTombstones(store, one), findSpace(store, 'big@1')]).toEqual([[], [], undefined]);
  expect([listSegments(store, other).length, listTombstones(store, other)]).toEqual([1, [7]]);
  expect(readValue(store, 'search.ordinary-words:big@1')).toBeUndefined();
  expect(await forgetSpace(store, 'never@1')).toBeUndefined();
});

it('tells a setting of a library that is open elsewhere, and nothing where there is none', () => {
  expect(peekValue(join(directory, 'nowhere'), 'engines')).toBeUndefined();
  writeValue(store, 'engines', { serving: 'lite' });
  expect(peekValue(directory, 'engines')).toEqual({ serving: 'lite' });
  expect(peekValue(directory, 'other')).toBeUndefined();
  const broken = join(directory, 'broken');
  openStore(broken).close();
  writeFileSync(join(broken, 'library.db'), 'this is no database at all, whatever its name says');
  expect(peekValue(broken, 'engines')).toBeUndefined();
});
