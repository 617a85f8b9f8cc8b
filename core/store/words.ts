/**
 * @file Names and folders of files as words: writes the two FTS5 tables and finds files by them.
 *
 * [Note: words of names] A name matches when every word that was asked for is in it or in its folder.
 * - `file_words` (unicode61) finds whole words; a word of five letters or more also finds longer ones ("beach" finds "beaches").
 * - `file_grams` (trigram) finds parts: words with a digit ("1234" in "IMG1234") and scripts that write without spaces. It
 *   cannot see fewer than three characters, those go through LIKE.
 * Short Latin words never match inside others, or "cat" would find every "vacation".
 * What the user typed reaches FTS5 only as quoted strings, so it can never be query syntax.
 */
import { basename, dirname, relative, sep } from 'node:path';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

type WordStore = Pick<Store, 'db'>;

export type WordMatch = {
  readonly fileId: number;
  /** The whole name, with or without its extension, is what was asked for. */
  readonly exact: boolean;
  /** Where the words are: all of them in the name, or some only in the folder. */
  readonly field: 'name' | 'folder';
  /** The field's text with the matches between U+0002 and U+0003. */
  readonly snippet: string;
};

/** More words than this are a sentence, not a name. */
const maxWords = 16;

/** Replaces what is known of this file. `rootPath` is the watched folder: its own name counts, what lies above it does not. */
export function indexFileWords(store: WordStore, fileId: number, path: string, rootPath: string): void {
  const folder = relative(dirname(rootPath), dirname(path)).split(sep).join('/');
  const row = [fileId, basename(path).normalize('NFC'), folder.normalize('NFC')] as const;
  prepared(store, 'INSERT OR REPLACE INTO file_words (rowid, name, folder) VALUES (?, ?, ?)').run(...row);
  prepared(store, 'INSERT OR REPLACE INTO file_grams (rowid, name, folder) VALUES (?, ?, ?)').run(...row);
}

export function removeFileWords(store: WordStore, fileIds: readonly number[]): void {
  const words = prepared(store, 'DELETE FROM file_words WHERE rowid = ?');
  const grams = prepared(store, 'DELETE FROM file_grams WHERE rowid = ?');
  store.db.transaction(() => {
    for (const id of fileIds) {
      words.run(id);
      grams.run(id);
    }
  })();
}

/** Files whose name or folder has every word of `text` (stop words aside): exact names first, then names, then folders. */
export function findWords(store: WordStore, text: string, limit: number): WordMatch[] {
  const words = wordsOf(text);
  if (words.length === 0 || words.length > maxWords) return [];
  // Whole words go into one MATCH, which can stop at the limit; the rest is looked up word by word.
  const plain = words.filter((word) => !needsGrams(word)).map(asPhrase);
  const parts = words.filter(needsGrams).map(partCondition);
  const conditions = [...(plain.length > 0 ? ['file_words MATCH ?'] : []), ...parts.map(({ sql }) => `rowid IN (${sql})`)];
  const values = [...(plain.length > 0 ? [plain.join(' AND ')] : []), ...parts.flatMap((part) => part.values)];
  const sql = `SELECT rowid AS fileId, name, folder FROM file_words WHERE ${conditions.join(' AND ')} LIMIT ?`;
  // Kept only in its common form: the others are as many as there are mixtures of words.
  const statement = parts.length === 0 ? prepared<Row>(store, sql) : store.db.prepare<unknown[], Row>(sql);
  const rows = statement.all(...values, limit);

  const whole = fold(text.trim());
  const patterns = words.map(patternFor);
  return rows.map((row) => toMatch(row, whole, patterns)).sort((a, b) => tier(a) - tier(b) || a.fileId - b.fileId);
}

/** The words of a text that say something: pieces between spaces, less punctuation around them, less stop words. */
export function wordsOf(text: string): string[] {
  const all = text
    .normalize('NFC')
    .split(/\s+/u)
    .map((piece) => piece.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu, ''))
    .filter((piece) => piece !== '');
  const telling = all.filter((word) => !stopWords.has(word.toLowerCase()));
  return telling.length > 0 ? telling : all;
}

type Row = { readonly fileId: number; readonly name: string; readonly folder: string };

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function needsGrams(word: string): boolean {
  return unspaced.test(word) || (/\p{N}/u.test(word) && [...word].length >= 3);
}

/** One FTS5 string, longer words also as the beginning of a word. */
function asPhrase(word: string): string {
  return !needsGrams(word) && [...word].length >= 5 ? `${quote(word)} *` : quote(word);
}

function partCondition(word: string): { sql: string; values: string[] } {
  if (unspaced.test(word) && [...word].length < 3) {
    const like = `%${word.replace(/[!%_]/g, '!$&')}%`;
    return { sql: `SELECT rowid FROM file_grams WHERE name LIKE ? ESCAPE '!' OR folder LIKE ? ESCAPE '!'`, values: [like, like] };
  }
  const inGrams = 'SELECT rowid FROM file_grams WHERE file_grams MATCH ?';
  if (unspaced.test(word)) return { sql: inGrams, values: [quote(word)] };
  return { sql: `SELECT rowid FROM file_words WHERE file_words MATCH ? UNION ${inGrams}`, values: [quote(word), quote(word)] };
}

function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** Finds a word in folded text the way `findWords` does: the same letters, whatever stands between its parts. */
function patternFor(word: string): RegExp {
  const parts = fold(word).match(/[\p{L}\p{N}]+/gu) ?? [];
  const body = parts.join('[^\\p{L}\\p{N}]+');
  if (unspaced.test(word) || /\p{N}/u.test(word)) return new RegExp(body, 'gu');
  return new RegExp(`(?<![\\p{L}\\p{N}])${body}${[...word].length >= 5 ? '' : '(?![\\p{L}\\p{N}])'}`, 'gu');
}

function toMatch(row: Row, whole: string, patterns: readonly RegExp[]): WordMatch {
  const name = fold(row.name);
  const inName = patterns.every((pattern) => name.search(pattern) >= 0);
  return {
    fileId: row.fileId,
    exact: name === whole || name.replace(/\.[^.]+$/, '') === whole,
    field: inName ? 'name' : 'folder',
    snippet: mark(inName ? row.name : row.folder, patterns),
  };
}

function tier(match: WordMatch): number {
  if (match.exact) return 0;
  return match.field === 'name' ? 1 : 2;
}

/** Case and accents off, as both tokenizers do it. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC').toLowerCase();
}

function mark(text: string, patterns: readonly RegExp[]): string {
  const characters = [...text.replaceAll('\u0002', '').replaceAll('\u0003', '')];
  const owner: number[] = []; // for each UTF-16 unit of the folded text, the character that it came from
  let folded = '';
  characters.forEach((character, at) => {
    const piece = fold(character);
    folded += piece;
    for (let i = 0; i < piece.length; i++) owner.push(at);
  });
  const marked = new Set<number>();
  for (const pattern of patterns) {
    for (const found of folded.matchAll(pattern)) {
      for (let i = found.index; i < found.index + found[0].length; i++) marked.add(owner[i] ?? -1);
    }
  }
  let out = '';
  characters.forEach((character, at) => {
    if (marked.has(at) && !marked.has(at - 1)) out += '\u0002';
    out += character;
    if (marked.has(at) && !marked.has(at + 1)) out += '\u0003';
  });
  return out;
}

const stopWords = new Set(
  (
    'a an and are as at be but by for from in into is it its my of on or our that the their there these this those to was were with ' +
    'without your'
  ).split(' '),
);
