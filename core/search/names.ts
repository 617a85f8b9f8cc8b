/** @file What can be found by the words in names and folders of files, beside the vectors or, without an engine, instead of them. */
import { countItemsOf, type KeyKind, keysOfFiles, keysPassing } from '../store/catalogue.ts';
import { findWords, type WordMatch } from '../store/words.ts';
import type { Question } from './answer.ts';
import { Collapse } from './groups.ts';
import { byDate, type NameMatch, orderByName, orderByVector } from './order.ts';
import { type Answer, unscored } from './snapshot.ts';
import type { SearchSpace } from './space.ts';

export type Names = { readonly matches: ReadonlyMap<number, WordMatch>; readonly names: NameMatch[] };

/** More names than this are no help in finding anything. */
const maxNames = 10_000;

/** Names by the key of their vector, or of their part. */
export function findNames(
  { store, spaceId }: SearchSpace,
  words: string,
  passing: ReadonlySet<number> | undefined,
  kind: KeyKind = 'embedding',
): Names {
  const matches = new Map(findWords(store, words, maxNames).map((match) => [match.fileId, match]));
  const best = new Map<number, NameMatch>();
  for (const { fileId, key } of keysOfFiles(store, spaceId, [...matches.keys()], kind)) {
    const match = matches.get(fileId);
    if (match === undefined || (passing && !passing.has(key))) continue;
    const known = best.get(key);
    const isBetter = known === undefined || (match.exact && !known.exact) || (match.field === 'name' && known.field === 'folder');
    if (isBetter) best.set(key, { key, exact: match.exact, field: match.field });
  }
  return { matches, names: [...best.values()] };
}

/** "IMG_1234", "boat-2", "scan.png": nobody describes a picture like this. */
export function looksLikeFileName(words: string): boolean {
  return !/\s/u.test(words) && /[\p{N}_.-]/u.test(words);
}

/** While the engine is out of order: files whose name or folder has the words. */
export function answerByNames(space: SearchSpace, { words, filters, order, group }: Question): Answer {
  const { store, spaceId, near } = space;
  const passing = Object.keys(filters).length > 0 ? keysPassing(store, spaceId, filters).keys : undefined;
  const { matches, names } = findNames(space, words, passing);
  const neighbours = names.map(({ key }) => ({ key, score: 0 }));
  const byName = orderByName(orderByVector(neighbours, 0), names, looksLikeFileName(words));
  const ordered = order === 'date' ? byDate(byName, space.shapes(filters, 'embedding').newestFirst()) : byName;
  const entries = new Collapse(group ? (key) => near.groupOf(key) : undefined).firsts(
    ordered.entries.map((entry) => ({ ...entry, rank: 0 })),
  );
  const keys = entries.map(({ key }) => key);
  const total = group ? entries.length : countItemsOf(store, spaceId, keys, filters);
  return { ...unscored({ kind: 'embedding', spaceId, near, entries, total, names: matches }), provisional: true };
}
