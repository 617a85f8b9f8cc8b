/**
 * @file Answers a question from the spaces of two engines at once, by the parts that their vectors are of. See [Note: two engines].
 */
import { countItemsInAny, countItemsOf } from '../store/catalogue.ts';
import { embeddingsOfParts, partsOfKeys } from '../store/embeddings.ts';
import type { Neighbour } from '../vectors/vector-index.ts';
import type { Question } from './answer.ts';
import { compositionOf } from './composition.ts';
import { Collapse, countGroups } from './groups.ts';
import { mergeByRank, type Side } from './merge.ts';
import { findNames, looksLikeFileName } from './names.ts';
import { byDate, orderByName, orderByVector, type Ranked, withFirst } from './order.ts';
import type { Understood } from './query-vectors.ts';
import { type Nearest, nearest, type Scope, scaleOf, scopeOf } from './scope.ts';
import type { Answer } from './snapshot.ts';
import type { SearchSpace } from './space.ts';

export type Voice = { readonly space: SearchSpace; readonly asked: Understood };

/** `second` is the one that works in the background: what it says and reads out of a picture comes first, where it has seen it. */
export function answerTogether(first: Voice, second: Voice, question: Question, limit: number): Answer {
  const { store, spaceId, near } = first.space;
  const { words, picture, edit, filters, order, group } = question;
  const { matches, names } = findNames(first.space, picture === undefined ? words : '', undefined, 'part');
  const voices = [first, second].map(({ space, asked }) => {
    const scope = scopeOf(space, question, asked);
    const found = nearest(space, asked, scope, limit, names.length > 0 || order === 'date');
    return { space, scope, found, scale: scaleOf(space, asked.vector, found.best[0]?.key), reference: asked.reference };
  });
  const isComplete = voices.every(({ found }) => found.isComplete);
  const merged = mergeByRank(voices.map(({ space, scope, found, scale }) => sideOf(space, scope, found, scale)));
  const references = voices.flatMap(({ reference }) => reference ?? []);
  const [itself] = edit === '' && words === '' ? partsOfKeys(store, references).values() : [];
  const byRank = withFirst(merged, itself);
  const byRelevance = names.length > 0 ? orderByName(byRank, names, looksLikeFileName(words)) : byRank;
  const { entries, above } = order === 'date' ? byDate(byRelevance, first.space.shapes(filters, 'part').newestFirst()) : byRelevance;

  const groupOf = (key: number) => near.groupOfPart(key);
  const collapse = new Collapse(group ? groupOf : undefined);
  const firstsAbove = collapse.firsts(entries.slice(0, above));
  const firsts = firstsAbove.concat(collapse.firsts(entries.slice(above)));
  const rest = (): Ranked[] => {
    const ranked = new Set(entries.map(({ key }) => key));
    const all = voices.map(({ space, scope, found, scale }) => {
      const everything = { ...found, best: found.isComplete ? found.best : scope.rankAll(), isComplete: true };
      return sideOf(space, scope, everything, scale);
    });
    return collapse.firsts(mergeByRank(all).entries.filter(({ key }) => !ranked.has(key)));
  };
  const excluded = [
    ...partsOfKeys(
      store,
      voices.flatMap(({ scope }) => scope.excluded ?? []),
    ).values(),
  ];
  const itemsOfParts = (parts: readonly number[]): number => countItemsOf(store, spaceId, parts, filters, 'part');
  const spaceIds = voices.map(({ space }) => space.spaceId);
  const composition = voices.some(({ space }) => compositionOf(space, question.composition) === 'learned') ? 'learned' : 'arithmetic';
  return {
    kind: 'part',
    spaceId,
    near,
    readout: second.space.spaceId,
    entries: firsts,
    rest: isComplete ? undefined : rest,
    above: firstsAbove.length,
    cut: group ? firstsAbove.length : itemsOfParts(entries.slice(0, above).map(({ key }) => key)),
    total: group
      ? countGroups(groupOf, partsWithin(voices))
      : countItemsInAny(store, spaceIds, filters) - itemsOfParts([...new Set(excluded)]),
    vector: first.asked.vector,
    scale: 1,
    says: second.asked.says.length > 0 ? second.asked.says : first.asked.says,
    composition: edit === '' ? 'none' : composition,
    names: matches,
  };
}

/** What one engine found, by parts. */
function sideOf(space: SearchSpace, scope: Scope, { best, cut, isComplete }: Nearest, scale: number): Side {
  const parts = partsOfKeys(
    space.store,
    best.map(({ key }) => key),
  );
  const byPart: Neighbour[] = best.flatMap(({ key, score }) => {
    const part = parts.get(key);
    return part === undefined ? [] : { key: part, score: score * scale };
  });
  return {
    source: space.name,
    best: byPart,
    above: orderByVector(best, cut).above,
    size: scope.vectors,
    alsoRanks: (keys) => new Set(isComplete ? [] : embeddingsOfParts(space.store, space.spaceId, keys).keys()),
  };
}

function partsWithin(voices: readonly { readonly space: SearchSpace; readonly scope: Scope }[]): Set<number> {
  return new Set(voices.flatMap(({ space, scope }) => [...partsOfKeys(space.store, scope.keys()).values()]));
}
