/** @file What was computed outlives the files it was computed from, for a while. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { contentsUnusedSince, ensurePart, ensureSpace, isEmbedded, isUnused, upsertContent } from '../../core/store/contents.ts';
import { embeddingKeys, putEmbedding } from '../../core/store/embeddings.ts';
import { deleteFile, filesAtOrBelow, insertPending, markReady } from '../../core/store/files.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { insertRoot } from '../../core/store/roots.ts';
import { forgetContent, reclaimContent, releaseContent } from '../../core/store/spares.ts';

let store: Store;
let spaceId: number;
let rootId: number;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'oneword-spares-'));
  store = openStore(folder);
  spaceId = ensureSpace(store, { id: 'three@1', dimension: 3, model: 'three', revision: '1', precision: 'fp32', prompts: 'none' });
  rootId = insertRoot(store, '/p', [], [], 0).id;
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
});

function addFile(path: string, contentId: number): number {
  const id = insertPending(store, rootId, path, { bytes: 10, mtime: 1, inode: 1 }, 0);
  markReady(store, id, contentId, 0);
  return id;
}

function addContent(hash: string): { contentId: number; key: number } {
  const facts = { type: 'png', width: 1, height: 1, colour: '#000000', dhash: '0', frames: 1 } as const;
  const contentId = upsertContent(store, hash, 10, facts);
  const partId = ensurePart(store, contentId);
  const { key } = putEmbedding(store, { spaceId, partId, vector: new Float32Array([1, 0.5, -2]), pass: 'thorough', words: [] });
  return { contentId, key };
}

describe('spare contents', () => {
  it('leave the index with their last file and come back under a new key with the same vector', () => {
    const { contentId, key } = addContent('a');
    const first = addFile('/p/a', contentId);
    const second = addFile('/p/b', contentId);
    deleteFile(store, first);
    expect(releaseContent(store, contentId, 5)).toEqual([]); // one file is left
    deleteFile(store, second);
    expect(releaseContent(store, contentId, 5)).toEqual([{ spaceId, key }]);
    expect([isUnused(store, contentId), isEmbedded(store, contentId, spaceId), embeddingKeys(store, spaceId).length]).toEqual([
      true,
      true,
      0,
    ]);

    addFile('/p/c', contentId);
    const [returned, ...others] = reclaimContent(store, contentId);
    expect(others).toEqual([]);
    expect(returned?.spaceId).toBe(spaceId);
    expect(returned?.key).toBeGreaterThan(key);
    expect([...(returned?.vector ?? [])]).toEqual([1, 0.5, -2]);
    expect(store.db.prepare('SELECT pass FROM embeddings').pluck().all()).toEqual(['thorough']);
    expect(store.db.prepare('SELECT count(*) FROM spare_embeddings').pluck().get()).toBe(0);
    expect(isUnused(store, contentId)).toBe(false);
    expect(reclaimContent(store, contentId)).toEqual([]); // nothing twice
  });

  it('are found when their time is over, and forgotten only if no file has them', () => {
    const { contentId } = addContent('a');
    const { contentId: used } = addContent('b');
    addFile('/p/b', used);
    releaseContent(store, contentId, 100);
    expect(contentsUnusedSince(store, 99, 10)).toEqual([]);
    expect(contentsUnusedSince(store, 100, 10)).toEqual([contentId]);
    expect(forgetContent(store, used)).toBeUndefined();
    expect(forgetContent(store, contentId)).toEqual({ hash: 'a', keys: [] });
    expect(store.db.prepare('SELECT count(*) FROM parts').pluck().get()).toBe(1);
  });
});

describe('files below a folder', () => {
  it('are those below it and no neighbours with a longer name', () => {
    const { contentId } = addContent('a');
    for (const path of ['/p/a/1', '/p/a/b/2', '/p/a.png', '/p/a b/3', '/p/ab/4', '/p/a']) addFile(path, contentId);
    expect(
      filesAtOrBelow(store, '/p/a')
        .map((row) => row.path)
        .sort(),
    ).toEqual(['/p/a', '/p/a/1', '/p/a/b/2']);
  });
});
