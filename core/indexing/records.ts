/**
 * @file The only writer of results: each function is one transaction over files, contents, embeddings and words, after which the vector
 * index hears of it. A process that is killed leaves either all of a file or nothing of it; what it could not tell
 * the index, the index finds out when it is opened.
 */
import { AppError, type ErrorCode } from '../api/errors.ts';
import { isGone } from '../library/walk.ts';
import type { ReadResult } from '../readers/reader.ts';
import { contentByHash, ensurePart, hasPart, isEmbedded, isUnused, setPeople, upsertContent } from '../store/contents.ts';
import { type EmbeddingKey, findEmbedding, type NewEmbedding, putEmbedding } from '../store/embeddings.ts';
import { changeId, deleteFile, type FileRow, fileById, filesByContent, markFailed, markReady, movePath } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { rootById } from '../store/roots.ts';
import { addTombstones } from '../store/segments.ts';
import { forgetContent, type Returned, reclaimContent, releaseContent } from '../store/spares.ts';
import { indexFileWords, removeFileWords } from '../store/words.ts';
import type { PictureFindings } from './embedder.ts';
import { type Engines, type IndexedEngine, openEngines } from './engines.ts';
import type { RunTotals } from './run-totals.ts';

export type Embedded = {
  readonly file: FileRow;
  readonly result: Pick<ReadResult, 'hash' | 'bytes' | 'facts'>;
  readonly vector: Float32Array;
  readonly findings: PictureFindings;
};

/** A part that another engine has seen before. */
export type Covered = {
  readonly partId: number;
  readonly contentId: number;
  readonly vector: Float32Array;
  readonly findings: PictureFindings;
};

export type Records = {
  /** Files that were read and embedded. A file that changed or went meanwhile is left out. Returns how many were written. */
  commit(batch: readonly Embedded[]): number;
  /** A pending file whose content is known: nothing is computed. */
  recognise(file: FileRow, contentId: number): Promise<void>;
  /** The content of this hash, if it needs neither decoding nor embedding. */
  known(hash: string): number | undefined;
  fail(file: FileRow, code: ErrorCode, message: string): void;
  /** Files that are gone from disk. Their contents are put aside, see [Note: spare contents]. */
  remove(rows: readonly FileRow[]): void;
  /** Files that the user does not want in the library. Returns how many were searchable. */
  forget(rows: readonly FileRow[]): number;
  /** Deletes contents that no file has. */
  forgetContents(contentIds: readonly number[]): void;
  /** The second pass replaces a vector. False where the content is gone. */
  refine(refined: Covered & { key: number }): boolean;
  /** Vectors of the engine beside the serving one. Parts that no file has any more are left out. */
  cover(engine: IndexedEngine, covered: readonly Covered[]): void;
  /** The serving engine cannot take what is in these files. */
  refuse(contentId: number, code: ErrorCode, message: string): void;
};

export type RecordsOptions = {
  readonly store: Store;
  readonly engines: Engines<IndexedEngine>;
  readonly totals: RunTotals;
  readonly now: () => number;
  /** Looks at the disk: an unplugged drive has not lost its files. */
  readonly isReachable: (rootId: number) => Promise<boolean>;
  /** Nothing refers to the pictures of this content any more. */
  readonly onForgotten: (hash: string) => void;
};

/** What the vector indexes have to be told after a commit. */
type News = { added: Returned[]; removed: EmbeddingKey[] };

export function createRecords({ store, engines, totals, now, isReachable, onForgotten }: RecordsOptions): Records {
  function transact<T>(work: (news: News) => T): T {
    const news: News = { added: [], removed: [] };
    const open = openEngines(engines);
    const result = store.db
      .transaction(() => {
        const done = work(news);
        // An index that is not open finds its keys in the manifest when it is opened.
        const elsewhere = news.removed.filter((row) => !open.some(({ spaceId }) => spaceId === row.spaceId));
        for (const { spaceId, key } of elsewhere) addTombstones(store, spaceId, [key]);
        return done;
      })
      .immediate();
    for (const { spaceId, vectors } of open) {
      const gone = news.removed.filter((row) => row.spaceId === spaceId).map((row) => row.key);
      if (gone.length > 0) vectors.remove(gone);
      for (const one of news.added) if (one.spaceId === spaceId) vectors.add(one.key, one.vector);
    }
    return result;
  }

  function put(news: News, embedding: NewEmbedding): void {
    const { spaceId, vector } = embedding;
    const { key, replaced } = putEmbedding(store, embedding);
    if (replaced !== undefined) news.removed.push({ spaceId, key: replaced });
    news.added.push({ spaceId, key, vector });
  }

  /** The row as it is now, if the file is as it was when work on it began. */
  function currentOf(file: FileRow): FileRow | undefined {
    const row = fileById(store, file.id);
    return row?.state === 'pending' && row.bytes === file.bytes && row.mtime === file.mtime && row.path === file.path ? row : undefined;
  }

  /** Gives a file its content, and lets the one go that it had. */
  function give(news: News, file: FileRow, contentId: number): void {
    markReady(store, file.id, contentId, now());
    const root = rootById(store, file.rootId);
    if (root) indexFileWords(store, file.id, file.path, root.path);
    if (file.contentId !== null && file.contentId !== contentId) news.removed.push(...releaseContent(store, file.contentId, now()));
  }

  function commitOne(news: News, { file: read, result, vector, findings }: Embedded): boolean {
    const file = currentOf(read);
    if (!file) return false;
    const contentId = upsertContent(store, result.hash, result.bytes, result.facts);
    const partId = ensurePart(store, contentId);
    news.added.push(...reclaimContent(store, contentId));
    put(news, { spaceId: engines.serving.spaceId, partId, vector, pass: 'fast', words: findings.words });
    if (findings.people !== undefined) setPeople(store, contentId, findings.people);
    give(news, file, contentId);
    return true;
  }

  function forgetOne(news: News, contentId: number): string[] {
    const forgotten = forgetContent(store, contentId);
    if (!forgotten) return [];
    news.removed.push(...forgotten.keys);
    return [forgotten.hash];
  }

  function known(hash: string): number | undefined {
    const id = contentByHash(store, hash);
    return id !== undefined && isEmbedded(store, id, engines.serving.spaceId) ? id : undefined;
  }

  return {
    known,

    commit(batch) {
      const written = transact((news) => batch.filter((one) => commitOne(news, one)).length);
      for (let i = 0; i < written; i++) totals.indexed();
      totals.embedded(written);
      return written;
    },

    async recognise(read, contentId) {
      const left = await findLeft(store, read, contentId, isReachable);
      transact((news) => {
        const file = currentOf(read);
        if (!file) return;
        if (file.contentId === contentId) {
          markReady(store, file.id, contentId, now());
          totals.unchanged(1);
          return;
        }
        const root = rootById(store, file.rootId);
        // The item that was at the old path goes on under the new one.
        if (left && root && fileById(store, left.id)?.path === left.path) {
          removeFileWords(store, [file.id]);
          deleteFile(store, file.id);
          movePath(store, left.id, file.rootId, file.path, file, now());
          indexFileWords(store, left.id, file.path, root.path);
          if (file.contentId !== null) news.removed.push(...releaseContent(store, file.contentId, now()));
          totals.recognised(contentId, 'moved');
          return;
        }
        const formerId = totals.recognised(contentId, isUnused(store, contentId) ? 'spare' : 'live');
        news.added.push(...reclaimContent(store, contentId));
        if (formerId !== undefined && file.contentId === null && !fileById(store, formerId)) {
          changeId(store, file.id, formerId);
          give(news, { ...file, id: formerId }, contentId);
        } else give(news, file, contentId);
      });
    },

    fail(read, code, message) {
      transact((news) => {
        const file = currentOf(read);
        if (!file) return;
        markFailed(store, file.id, code, message, now());
        removeFileWords(store, [file.id]);
        if (file.contentId !== null) news.removed.push(...releaseContent(store, file.contentId, now()));
      });
    },

    remove(rows) {
      transact((news) => {
        for (const { id, path } of rows) {
          const row = fileById(store, id);
          if (row?.path !== path) continue; // moved meanwhile
          deleteFile(store, id);
          removeFileWords(store, [id]);
          if (row.contentId === null) continue;
          news.removed.push(...releaseContent(store, row.contentId, now()));
          totals.removed(row.contentId, id);
        }
      });
    },

    forget(rows) {
      const hashes: string[] = [];
      const searchable = transact((news) => {
        const contents = new Set<number>();
        let count = 0;
        for (const { id } of rows) {
          const row = fileById(store, id);
          if (!row) continue;
          deleteFile(store, id);
          removeFileWords(store, [id]);
          if (row.contentId === null) continue;
          contents.add(row.contentId);
          count += 1;
        }
        for (const contentId of contents) hashes.push(...forgetOne(news, contentId));
        return count;
      });
      totals.forgotten(searchable);
      for (const hash of hashes) onForgotten(hash);
      return searchable;
    },

    forgetContents(contentIds) {
      const hashes = transact((news) => contentIds.flatMap((id) => forgetOne(news, id)));
      for (const hash of hashes) onForgotten(hash);
    },

    refine({ contentId, partId, key, vector, findings }) {
      return transact((news) => {
        const { spaceId } = engines.serving;
        if (findEmbedding(store, spaceId, partId)?.key !== key) return false;
        put(news, { spaceId, partId, vector, pass: 'thorough', words: findings.words });
        if (findings.people !== undefined) setPeople(store, contentId, findings.people);
        return true;
      });
    },

    cover({ spaceId }, covered) {
      const wanted = ({ partId, contentId }: Covered): boolean =>
        hasPart(store, contentId, partId) && !isUnused(store, contentId) && !findEmbedding(store, spaceId, partId);
      const written = transact((news) => {
        const taken = covered.filter(wanted);
        for (const { partId, contentId, vector, findings } of taken) {
          put(news, { spaceId, partId, vector, pass: 'fast', words: findings.words });
          if (findings.people !== undefined) setPeople(store, contentId, findings.people);
        }
        return taken.length;
      });
      totals.embedded(written);
    },

    refuse(contentId, code, message) {
      transact((news) => {
        for (const { id } of filesByContent(store, contentId)) {
          markFailed(store, id, code, message, now());
          removeFileWords(store, [id]);
        }
        news.removed.push(...releaseContent(store, contentId, now()));
      });
    },
  };
}

/** A row with this content whose file is gone from a folder that can be reached: what we see is its new path. */
async function findLeft(
  store: Store,
  file: FileRow,
  contentId: number,
  isReachable: RecordsOptions['isReachable'],
): Promise<FileRow | undefined> {
  for (const row of filesByContent(store, contentId)) {
    if (row.id === file.id || row.state !== 'ready') continue;
    if ((await isGone(row.path)) && (await isReachable(row.rootId))) return row;
  }
  return undefined;
}

/** A vector that would poison every comparison is the engine's mistake. */
export function requireSound(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension || !vector.every(Number.isFinite))
    throw new AppError(
      'engine-failed',
      `The engine answered a picture with ${vector.length} values that are not all numbers; ${dimension} were expected.`,
    );
}
