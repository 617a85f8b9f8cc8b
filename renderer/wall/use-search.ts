/** @file Results of what stands in the box: pages by cursor, asked as one types, kept fresh while the library changes. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Hit, SearchPage } from '../../core/api/query.ts';
import { queries, queryClient } from '../app/api.ts';
import { useConnection } from '../app/connection.ts';
import { isEverything, orderOf, type QueryState, toQuery } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';
import { usePlace } from '../query/use-place.ts';

const pageSize = 200;
const typingPause = 80;
/** With more pages than this loaded, results are not replaced under the reader's eyes: a button offers it. */
const quietlyReplaced = 2;

export type SearchResults = {
  /** Names the search that the hits answer; scroll positions are kept by it. */
  key: string;
  query: QueryState;
  /** Another query has been asked and its answer is not here yet: the hits are of the one before. */
  waiting: boolean;
  hits: readonly Hit[];
  /** The hit at a place of the answer; undefined where it is not loaded (see `want`), or gone. */
  at(index: number): Hit | undefined;
  /** Sees to it that the hits from one place up to another are loaded. */
  want(from: number, to: number): void;
  /** Place of a hit that is loaded; -1 for any other. */
  indexOf(id: string): number;
  /** Null until the first answer. */
  first: SearchPage | null;
  /** Index of the first hit below the cut line; null where there is no line to draw. */
  cutAt: number | null;
  /** Hits below the line are dimmed. */
  dims: boolean;
  error: unknown;
  retry(): void;
  hasMore: boolean;
  moreFailed: boolean;
  loadMore(): void;
  /** The library changed since these results were made. */
  stale: boolean;
  update(): void;
};

export function useSearch(): SearchResults {
  const asked = useSettledQuery();
  const revision = useConnection((state) => state.revision);

  const options = queries.search.infiniteOptions({
    input: (cursor: string | undefined) => ({
      query: toQuery(asked),
      order: orderOf(asked),
      group: asked.group,
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Stale is what was marked so because the library changed. See connection.ts.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: (cached) => (cached.state.data?.pages.length ?? 0) <= quietlyReplaced,
    // Pages never share parts with older ones; comparing a hundred thousand hits would cost more than drawing them.
    structuralSharing: false,
  });
  const result = useInfiniteQuery(options);
  const pages = result.data?.pages;
  const answered = useRef(asked);
  if (!result.isPlaceholderData) answered.current = asked;
  const query = answered.current;
  const isFew = (pages?.length ?? 0) <= quietlyReplaced;

  const { refetch } = result;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current === revision || !isFew) return;
    seen.current = revision;
    void refetch();
  }, [revision, isFew, refetch]);

  const hits = useMemo(() => pages?.flatMap((page) => page.hits) ?? [], [pages]);
  const asks = !isEverything(query) && (query.words.trim() !== '' || query.picture !== null);
  const cutAt = useMemo(() => {
    if (!asks || orderOf(query) === 'date') return null;
    const at = hits.findIndex((hit) => !hit.aboveCut);
    return at === -1 ? null : at;
  }, [hits, asks, query]);

  const loadMore = (): void => {
    if (result.hasNextPage && !result.isFetching) void result.fetchNextPage();
  };

  return {
    key: writePlace({ query, view: null }),
    query,
    waiting: result.isPlaceholderData,
    hits,
    at: (index) => hits[index],
    want: (_, to) => {
      if (to > hits.length) loadMore();
    },
    indexOf: (id) => hits.findIndex((hit) => hit.id === id),
    first: pages?.[0] ?? null,
    cutAt,
    dims: asks,
    error: result.isError && hits.length === 0 ? result.error : null,
    retry: () => void refetch(),
    hasMore: result.hasNextPage,
    moreFailed: result.isFetchNextPageError,
    loadMore,
    stale: result.isStale && !isFew && !result.isPlaceholderData,
    update: () => void queryClient.resetQueries({ queryKey: options.queryKey, exact: true }),
  };
}

/** The query as it is, except that letters and the slider are gathered for a moment. */
function useSettledQuery(): QueryState {
  const query = usePlace((state) => state.query);
  const [settled, setSettled] = useState(query);
  const { words, literal, strength } = query;
  const onlyTypingDiffers =
    writePlace({ query: { ...settled, words, literal, strength }, view: null }) === writePlace({ query, view: null });
  useEffect(() => {
    const timer = setTimeout(() => setSettled(query), typingPause);
    return () => clearTimeout(timer);
  }, [query]);
  return onlyTypingDiffers ? settled : query;
}
