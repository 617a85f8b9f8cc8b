/**
 * @file The library as searches see it: which vectors pass a filter, and what there is to show for them.
 *
 * [Note: items] An item is one part (the picture, or a page) of one file. A content with three files is three items that share one
 * vector. So filters are put to files, rankings are lists of vector keys, and one key can turn into several items.
 */
import { basename, dirname, isAbsolute, sep } from 'node:path';
import type { FileType, Filters } from '../api/query.ts';
import type { EmbeddingWord } from './embeddings.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

export type CatalogueStore = Pick<Store, 'db'>;

/** How a ranking names parts: by `embeddings.id` of a space, or by `parts.id`, which exist without a vector too. */
export type KeyKind = 'embedding' | 'part';

export type Item = {
  /** `<file>` or `<file>p<page>` */
  readonly id: string;
  readonly key: number;
  readonly fileId: number;
  readonly page: number;
  readonly path: string;
  readonly name: string;
  readonly type: FileType;
  readonly width: number;
  readonly height: number;
  readonly colour: string;
  readonly version: string;
  readonly takenAt: string;
  readonly offline: boolean;
  readonly starred: boolean;
  readonly words: readonly EmbeddingWord[];
};

/** What is known of one item beyond what a list shows. `key` and `dhash` are for search itself. */
export type ItemFacts = Omit<Item, 'key'> & {
  readonly key: number | null;
  readonly partId: number;
  readonly hash: string;
  readonly folder: string;
  readonly bytes: number;
  readonly takenAtIsFromCamera: boolean;
  readonly camera: string | null;
  readonly lens: string | null;
  readonly exposure: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly rating: number | null;
  readonly people: number | null;
  readonly copies: readonly string[];
};

/** The vector keys that pass, and how many items they stand for. */
export function keysPassing(store: CatalogueStore, spaceId: number, filters: Filters): { keys: Set<number>; items: number } {
  const { sql, values } = conditionOf(filters);
  const rows = prepared<number>(store, `SELECT embeddings.id FROM ${joinsFor(filters)} ${withVector} WHERE ${sql}`)
    .pluck()
    .all(spaceId, ...values) as number[];
  return { keys: new Set(rows), items: rows.length };
}

/** Items that have a vector in this space. */
export function countItems(store: CatalogueStore, spaceId: number): number {
  return count(store, `SELECT count(*) FROM ${joins.contents} ${withVector}`, [spaceId]);
}

/** Items that pass and have a vector in one of these spaces. */
export function countItemsInAny(store: CatalogueStore, spaceIds: readonly number[], filters: Filters): number {
  const { sql, values } = conditionOf(filters);
  const inAny = 'EXISTS (SELECT 1 FROM embeddings WHERE part_id = parts.id AND space_id IN (SELECT value FROM json_each(?)))';
  return count(store, `SELECT count(*) FROM ${joinsFor(filters)} WHERE ${inAny} AND ${sql}`, [JSON.stringify(spaceIds), ...values]);
}

/** How many items of each type pass, most frequent first, also those that have no vector yet. Types of none are left out. */
export function countByType(store: CatalogueStore, filters: Filters): { type: FileType; items: number }[] {
  const { source, values } = itemsPassing(0, filters, 'part');
  return prepared<{ type: FileType; items: number }>(
    store,
    `SELECT contents.type, count(*) AS items FROM ${source} GROUP BY contents.type ORDER BY items DESC, contents.type`,
  ).all(...values);
}

/** Items that these keys stand for. */
export function countItemsOf(
  store: CatalogueStore,
  spaceId: number,
  keys: readonly number[],
  filters: Filters,
  kind: KeyKind = 'embedding',
): number {
  if (keys.length === 0) return 0;
  const { sql, values } = conditionOf(filters);
  const [source, space] =
    kind === 'part' ? [`${joins.part} WHERE`, []] : [`${joins.embedding} WHERE embeddings.space_id = ? AND`, [spaceId]];
  return count(store, `SELECT count(*) FROM ${source} ${sql}`, [JSON.stringify(keys), ...space, ...values]);
}

/** Everything that passes: the column of its key, and what stands behind FROM. `part` also finds what has no vector in this space yet. */
export function itemsPassing(
  spaceId: number,
  filters: Filters,
  kind: KeyKind,
): { column: string; source: string; values: (string | number)[] } {
  const { sql, values } = conditionOf(filters);
  const [column, vectors, space] = kind === 'part' ? ['parts.id', '', []] : ['embeddings.id', withVector, [spaceId]];
  return { column, source: `${joinsFor(filters)} ${vectors} WHERE ${sql}`, values: [...space, ...values] };
}

/** Paths of files, by file. Files that are gone are left out. */
export function pathsOf(store: CatalogueStore, fileIds: readonly number[]): Map<number, string> {
  const rows = prepared<[number, string]>(
    store,
    'SELECT files.id, files.path FROM json_each(?) AS wanted CROSS JOIN files ON files.id = wanted.value',
  );
  return new Map(rows.raw().all(JSON.stringify(fileIds)) as [number, string][]);
}

/** Keys of files, by file. */
export function keysOfFiles(
  store: CatalogueStore,
  spaceId: number,
  fileIds: readonly number[],
  kind: KeyKind = 'embedding',
): { fileId: number; key: number }[] {
  const [column, vectors, space] = kind === 'part' ? ['parts.id', '', []] : ['embeddings.id', withVector, [spaceId]];
  return prepared<{ fileId: number; key: number }>(
    store,
    `SELECT files.id AS fileId, ${column} AS key FROM json_each(?) AS wanted CROSS JOIN files ON files.id = wanted.value
     CROSS JOIN parts ON parts.content_id = files.content_id ${vectors}`,
  ).all(JSON.stringify(fileIds), ...space);
}

/** What the keys stand for, in the order of the keys, within one key in order of files. Keys that are gone are left out. */
export function itemsOf(store: CatalogueStore, spaceId: number, keys: readonly number[], filters: Filters, kind: KeyKind): Item[] {
  const { sql, values } = conditionOf(filters);
  const source = kind === 'part' ? `${joins.part} ${perhapsWithVector} WHERE` : `${joins.embedding} WHERE embeddings.space_id = ? AND`;
  const rows = prepared<Row>(store, `SELECT wanted.value AS key, ${shown} FROM ${source} ${sql}`).all(
    JSON.stringify(keys),
    spaceId,
    ...values,
  );
  const place = new Map(keys.map((key, at) => [key, at]));
  return rows.sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0) || a.fileId - b.fileId).map(toItem);
}

export function findItem(store: CatalogueStore, spaceId: number, id: string): ItemFacts | undefined {
  const [fileId, page = 0] = id.split('p').map(Number);
  const row = prepared<Row & DetailRow>(
    store,
    `SELECT embeddings.id AS key, parts.id AS partId, ${shown}, contents.hash, contents.bytes, camera, lens, exposure, latitude,
       longitude, rating, people, contents.id AS contentId
     FROM ${joins.files} ${perhapsWithVector} WHERE files.id = ? AND parts.page = ?`,
  ).get(spaceId, fileId, page);
  if (row === undefined) return undefined;
  const copies = prepared<string>(store, 'SELECT path FROM files WHERE content_id = ? AND id <> ? ORDER BY path')
    .pluck()
    .all(row.contentId, fileId) as string[];
  return { ...row, ...toItem(row), folder: dirname(row.path), takenAtIsFromCamera: row.cameraTime !== null, copies };
}

/** The vector of the picture whose SHA-256 (hex) begins like this, where the library has it. */
export function keyOfContent(store: CatalogueStore, spaceId: number, hash: string): number | undefined {
  return prepared<number>(
    store,
    `SELECT embeddings.id FROM contents CROSS JOIN parts ON parts.content_id = contents.id ${withVector}
     WHERE contents.hash >= ? AND contents.hash < ? AND parts.page = 0`,
  )
    .pluck()
    .get(spaceId, hash, `${hash}g`) as number | undefined;
}

type Row = {
  key: number;
  fileId: number;
  page: number;
  path: string;
  type: FileType;
  width: number;
  height: number;
  colour: string;
  version: string;
  cameraTime: string | null;
  mtime: number;
  offline: number;
  starred: number;
  words: string | null;
};

type DetailRow = Pick<
  ItemFacts,
  'partId' | 'hash' | 'bytes' | 'camera' | 'lens' | 'exposure' | 'latitude' | 'longitude' | 'rating' | 'people'
> & {
  cameraTime: string | null;
  contentId: number;
};

/**
 * Which end of the joins to begin at, since SQLite has no statistics to choose by: a folder is a range of paths, keys are few,
 * everything else is a walk over the contents. CROSS JOIN keeps the order as written.
 */
const joins = {
  contents: 'contents CROSS JOIN files ON files.content_id = contents.id CROSS JOIN parts ON parts.content_id = contents.id',
  files: 'files CROSS JOIN contents ON contents.id = files.content_id CROSS JOIN parts ON parts.content_id = contents.id',
  part: `json_each(?) AS wanted CROSS JOIN parts ON parts.id = wanted.value CROSS JOIN contents ON contents.id = parts.content_id
    CROSS JOIN files ON files.content_id = contents.id`,
  embedding: `json_each(?) AS wanted CROSS JOIN embeddings ON embeddings.id = wanted.value CROSS JOIN parts ON parts.id = embeddings.part_id
    CROSS JOIN contents ON contents.id = parts.content_id CROSS JOIN files ON files.content_id = contents.id`,
};
const withVector = 'CROSS JOIN embeddings ON embeddings.part_id = parts.id AND embeddings.space_id = ?';
const perhapsWithVector = `LEFT ${withVector.slice('CROSS '.length)}`;

function joinsFor(filters: Filters): string {
  return filters.folder !== undefined && isAbsolute(filters.folder) ? joins.files : joins.contents;
}

const shown = `files.id AS fileId, parts.page, files.path, contents.type, contents.width, contents.height, contents.colour,
  substr(contents.hash, 1, 16) AS version, contents.taken_at AS cameraTime, files.mtime,
  (SELECT online = 0 FROM roots WHERE roots.id = files.root_id) AS offline,
  EXISTS (SELECT 1 FROM stars WHERE stars.hash = contents.hash) AS starred, embeddings.words`;

function count(store: CatalogueStore, sql: string, values: readonly unknown[]): number {
  return (
    (prepared<number>(store, sql)
      .pluck()
      .get(...values) as number | undefined) ?? 0
  );
}

function toItem(row: Row): Item {
  const { cameraTime, mtime, ...shared } = row;
  return {
    ...shared,
    id: row.page === 0 ? String(row.fileId) : `${row.fileId}p${row.page}`,
    name: basename(row.path),
    takenAt: cameraTime ?? localTime(mtime),
    offline: row.offline === 1,
    starred: row.starred === 1,
    words: row.words === null ? [] : (JSON.parse(row.words) as EmbeddingWord[]),
  };
}

/** `YYYY-MM-DDTHH:mm:ss` on this machine's clock. */
function localTime(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

type Condition = { readonly sql: string; readonly values: readonly (string | number)[] };

/** Filters as SQL over `from`; values are always bound. */
function conditionOf(filters: Filters): Condition {
  const all: Condition[] = [];
  const add = (sql: string, ...values: (string | number)[]): void => {
    all.push({ sql, values });
  };
  if (filters.folder !== undefined) all.push(folderCondition(filters.folder));
  const dated = (sign: '>=' | '<', day: string): void =>
    add(`contents.taken_at ${sign} ? OR (contents.taken_at IS NULL AND files.mtime ${sign} ?)`, day, new Date(`${day}T00:00:00`).getTime());
  if (filters.from !== undefined) dated('>=', filters.from);
  if (filters.to !== undefined) dated('<', dayAfter(filters.to));
  if (filters.types !== undefined) add('contents.type IN (SELECT value FROM json_each(?))', JSON.stringify(filters.types));
  if (filters.camera !== undefined) add(`contents.camera LIKE ? ESCAPE '!'`, `%${escapeLike(filters.camera)}%`);
  if (filters.orientation !== undefined)
    add(`contents.width ${{ landscape: '>', portrait: '<', square: '=' }[filters.orientation]} contents.height`);
  if (filters.minSide !== undefined) add('min(contents.width, contents.height) >= ?', filters.minSide);
  if (filters.people !== undefined) add('contents.people = ?', filters.people);
  if (filters.minRating !== undefined) add('contents.rating >= ?', filters.minRating);
  if (filters.hasPlace !== undefined) add(`contents.latitude IS ${filters.hasPlace ? 'NOT ' : ''}NULL`);
  if (filters.starred !== undefined) add(`${filters.starred ? '' : 'NOT '}EXISTS (SELECT 1 FROM stars WHERE stars.hash = contents.hash)`);
  if (filters.collection !== undefined)
    add(
      'contents.hash IN (SELECT hash FROM collected CROSS JOIN collections ON id = collection_id WHERE name = ?)',
      filters.collection.normalize('NFC'),
    );
  if (all.length === 0) return { sql: 'TRUE', values: [] };
  return { sql: all.map(({ sql }) => `(${sql})`).join(' AND '), values: all.flatMap(({ values }) => values) };
}

/** An absolute path is a folder and everything below it; anything else is the name, or last names, of folders anywhere. */
function folderCondition(folder: string): Condition {
  // A path may be spelled with composed or decomposed accents on disk, whatever was typed.
  const spellings = [...new Set([folder, folder.normalize('NFC'), folder.normalize('NFD')])].map((spelling) =>
    spelling.replaceAll('/', sep).replace(sep === '/' ? /\/+$/ : /\\+$/, ''),
  );
  if (isAbsolute(folder)) {
    // Every path below "/a/b" sorts between "/a/b/" and the same with the character after the separator.
    const next = String.fromCharCode(sep.charCodeAt(0) + 1);
    const sql = spellings.map(() => '(files.path >= ? AND files.path < ?)').join(' OR ');
    return { sql, values: spellings.flatMap((spelling) => [spelling + sep, spelling + next]) };
  }
  const sql = spellings.map(() => `files.path LIKE ? ESCAPE '!'`).join(' OR ');
  return { sql, values: spellings.map((spelling) => `%${sep}${escapeLike(spelling.replace(/^[\\/]+/, ''))}${sep}%`) };
}

function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}
