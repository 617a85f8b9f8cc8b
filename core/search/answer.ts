/**
 * @file Answers a question: filters, vectors, names and cut line become one order of keys. Nothing is capped.
 */
import type { Filters, SearchRequest } from '../api/query.ts';
import { countItemsOf } from '../store/catalogue.ts';
import { compositionOf } from './composition.ts';
import { Collapse, countGroups } from './groups.ts';
import { answerByNames, findNames, looksLikeFileName } from './names.ts';
import { byDate, orderByName, orderByVector, type Ranked, rankedOf, withFirst } from './order.ts';
import type { Asked } from './query-vector.ts';
import type { Understanding, Understood } from './query-vectors.ts';
import { nearest, scaleOf, scopeOf } from './scope.ts';
import { type Answer, unscored } from './snapshot.ts';
import type { SearchSpace } from './space.ts';
import { answerTogether } from './together.ts';

export type Question = Asked & {
  readonly filters: Filters;
  readonly order: NonNullable<SearchRequest['order']>;
  readonly group: boolean;
};

/** The spaces of the engines that a library is open with. */
export type Spaces = { readonly serving: SearchSpace; readonly next: SearchSpace | undefined };

export async function answer(
  { serving, next }: Spaces,
  understanding: Understanding,
  question: Question,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (question.group) serving.near.update();
  if (question.words === '' && question.picture === undefined) return listEverything(serving, question);
  // An engine that has seen nothing has nothing to say.
  const second = next && next.vectors.health().live > 0 ? next : undefined;
  const [first, beside] = await understanding.ofBoth(serving, second, question, signal);
  if (first && second && beside) return answerTogether({ space: serving, asked: first }, { space: second, asked: beside }, question, limit);
  if (first) return { ...answerAlone(serving, first, question, limit), ...(second ? { provisional: true } : {}) };
  if (second && beside) return { ...answerAlone(second, beside, question, limit), provisional: true };
  return answerByNames(serving, question);
}

function answerAlone(space: SearchSpace, asked: Understood, question: Question, limit: number): Answer {
  const { store, spaceId, near } = space;
  const { words, picture, edit, filters, order, group } = question;
  if (group) near.update();
  const scope = scopeOf(space, question, asked);
  const { matches, names } = findNames(space, picture === undefined ? words : '', scope.passing);
  const { best, cut, isComplete } = nearest(space, asked, scope, limit, names.length > 0 || order === 'date');
  const itself = edit === '' && words === '' ? asked.reference : undefined;
  const byVector = withFirst(orderByVector(best, cut), itself);
  const byRelevance = names.length > 0 ? orderByName(byVector, names, looksLikeFileName(words)) : byVector;
  const { entries, above } = order === 'date' ? byDate(byRelevance, space.shapes(filters, 'embedding').newestFirst()) : byRelevance;

  const collapse = new Collapse(group ? (key) => near.groupOf(key) : undefined);
  const firstsAbove = collapse.firsts(entries.slice(0, above));
  const firsts = firstsAbove.concat(collapse.firsts(entries.slice(above)));
  const rest = (): Ranked[] => {
    const ranked = new Set(entries.map(({ key }) => key));
    return collapse.firsts(rankedOf(scope.rankAll()).filter(({ key }) => !ranked.has(key)));
  };
  const itemsOfKeys = (keys: number[]): number => countItemsOf(store, spaceId, keys, filters);
  return {
    kind: 'embedding',
    spaceId,
    near,
    entries: firsts,
    rest: isComplete ? undefined : rest,
    above: firstsAbove.length,
    cut: group ? firstsAbove.length : itemsOfKeys(entries.slice(0, above).map(({ key }) => key)),
    total: group
      ? countGroups((key) => near.groupOf(key), scope.keys())
      : scope.items - (scope.excluded === undefined ? 0 : itemsOfKeys([scope.excluded])),
    vector: asked.vector,
    scale: scaleOf(space, asked.vector, entries[0]?.key),
    says: asked.says,
    composition: question.edit === '' ? 'none' : compositionOf(space, question.composition),
    names: matches,
  };
}

/** No words and no picture: everything that passes, newest first, all of it above the line. */
function listEverything({ spaceId, near, shapes }: SearchSpace, { filters, group }: Question): Answer {
  // Groups are of vectors; without them also what has none yet can be shown.
  const kind = group ? 'embedding' : 'part';
  const found = shapes(filters, kind);
  const collapse = new Collapse(group ? (key) => near.groupOf(key) : undefined);
  const entries = collapse.firsts(Array.from(found.newestFirst(), (key) => ({ key, score: 0, rank: 0 })));
  const total = group ? entries.length : found.keys.length;
  return unscored({ kind, spaceId, near, entries, total, names: new Map() });
}
