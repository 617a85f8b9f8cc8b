/**
 * @file Results of what stands in the box: asked as one types, the first page at once, then the outline of the whole answer, and any other page when
 * it is looked at. Kept fresh while the library changes.
 */

import { useEffect, useState } from 'react';
import type { QueryState } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';
import { usePlace } from '../query/use-place.ts';
import { type SearchResults, useAnswer } from './use-answer.ts';

export type { SearchResults } from './use-answer.ts';

/** Shorter than between two letters of anybody who types: it gathers what comes at once, such as a key that is held. */
const typingPause = 30;

export function useSearch(): SearchResults {
  const isTyped = usePlace((state) => state.cameBy) === 'gesture';
  return useAnswer(useSettledQuery(), { isTyped });
}

/** The query as it is, except that letters are gathered for a moment. */
function useSettledQuery(): QueryState {
  const query = usePlace((state) => state.query);
  const [settled, setSettled] = useState(query);
  const onlyWordsDiffer =
    writePlace({ query: { ...settled, words: query.words, literal: query.literal }, view: null }) === writePlace({ query, view: null });
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), typingPause);
    return () => clearTimeout(timer);
  }, [query]);
  return onlyWordsDiffer ? settled : query;
}
