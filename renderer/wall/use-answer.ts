/** @file The answer to one query as a wall needs it: its outline, its pages, and whether it is still of today. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Hit, SearchPage } from '../../core/api/query.ts';
import { queries, queryClient } from '../app/api.ts';
import { useConnection } from '../app/connection.ts';
import { isEverything, orderOf, type QueryState, toQuery } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';
import { useCutLines } from './cut-line-store.ts';
import { outlineOfPage, readOutline, type WallOutline } from './outline-of-page.ts';
import { pagesFor } from './page-cache.ts';
import { Pages, pageSize } from './pages.ts';

export type SearchResults = {
  /** Names the search that the hits answer; scroll positions are kept by it. */
  key: string;
  query: QueryState;
  /** Another query has been asked and its answer is not here yet: the hits are of the one before. */
  waiting: boolean;
  /** Null until the first answer. */
  first: SearchPage | null;
  /** Of all of it, or of its first page until that is known. */
  outline: WallOutline;
  /** It is of the first page: there is no end yet to go to. */
  isPartial: boolean;
  /** How many places the outline has. */
  total: number;
  /** The user has moved the cut line away from where the engine drew it. */
  isCutMoved: boolean;
  /** The hit at a place; undefined where it is not loaded (see `want`), or gone. */
  at(index: number): Hit | undefined;
  /** What stood there is no longer in the library. */
  isGone(index: number): boolean;
  /** Sees to it that the hits from one place up to another are loaded. */
  want(from: number, to: number): void;
  /** Place of a hit that is loaded; -1 for any other. */
  indexOf(id: string): number;
  /** Changes when a hit from one place up to another does. */
  stamp(from: number, to: number): string;
  subscribe(listener: () => void): () => void;
  /** Hits below the line are dimmed: something was asked that they answer more or less. */
  dims: boolean;
  error: unknown;
  retry(): void;
  moreFailed: boolean;
  loadMore(): void;
  /** The library changed since these results were made. */
  stale: boolean;
  /** While it is held, it is not replaced without being asked: somebody has selected in it, or unfolded. */
  hold(isHeld: boolean): void;
  update(): void;
};

/** Longer than between two letters. */
const rest = 220;

const nothing: WallOutline = { snapshot: '', aspects: [], cut: 0, months: [] };
const noPages = new Pages({ load: () => Promise.resolve([]), forget: () => undefined });

type AnswerOptions = {
  /** Of a wall that shows the answer besides the search page, so that each keeps its own scroll position. */
  readonly name?: string;
  /** Somebody is typing it: the next letter may ask for another. */
  readonly isTyped?: boolean;
};

export function useAnswer(asked: QueryState, { name = '', isTyped = false }: AnswerOptions = {}): SearchResults {
  const revision = useConnection((state) => state.revision);
  const request = useMemo(() => ({ query: toQuery(asked), order: orderOf(asked), group: asked.group }), [asked]);
  const shown = useRef<Pages>(noPages);

  const options = queries.search.queryOptions({
    input: { ...request, limit: pageSize },
    placeholderData: keepPreviousData,
    // Stale is what was marked so because the library changed. See connection.ts.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: (cached) => !isDeep(cached.state.data, request),
    structuralSharing: false,
  });
  const result = useQuery(options);
  const newest = result.data ?? null;
  const answered = useRef({ query: asked, request });
  if (!result.isPlaceholderData) answered.current = { query: asked, request };
  const { query, request: answeredRequest } = answered.current;

  const isWhole = newest !== null && newest.hits.length >= newest.total;
  const rested = useRested(newest?.snapshot, isTyped);
  const outlined = useQuery(
    queries.outline.queryOptions({
      input: { ...answeredRequest, snapshot: newest?.snapshot ?? '' },
      enabled: newest !== null && !isWhole && rested,
      select: readOutline,
      staleTime: Number.POSITIVE_INFINITY,
      structuralSharing: false,
    }),
  );
  // An answer that is asked anew stays as it is until all of the new one is known: the wall shall not shrink under the reader.
  const settled = useRef<{ request: unknown; first: SearchPage; outline: WallOutline }>(undefined);
  if (newest && outlined.data) settled.current = { request: answeredRequest, first: newest, outline: outlined.data };
  const before = !isWhole && !outlined.data && settled.current?.request === answeredRequest ? settled.current : undefined;
  const first = before?.first ?? newest;
  const pages = useMemo(() => (first ? pagesFor(answeredRequest, first) : noPages), [first, answeredRequest]);
  shown.current = pages;
  useEffect(() => {
    if (first && pages.holds(0, first.hits) === false) pages.put(0, first.hits);
  }, [first, pages]);

  const isPartial = !isWhole && !before && !outlined.data;
  const key = name + writePlace({ query, view: null });
  const movedCut = useCutLines(({ lines }) => lines[key]);
  const asAnswered = useMemo(() => {
    if (!first) return nothing;
    return before?.outline ?? (isWhole ? undefined : outlined.data) ?? outlineOfPage(first, answeredRequest.order === 'date');
  }, [first, before, isWhole, outlined.data, answeredRequest]);
  const outline = useMemo(
    () => (movedCut === undefined ? asAnswered : { ...asAnswered, cut: Math.min(movedCut, asAnswered.aspects.length) }),
    [asAnswered, movedCut],
  );

  const { refetch, isStale } = result;
  const [isHeld, hold] = useState(false);
  const seen = useRef(revision);
  useEffect(() => {
    const isNew = seen.current !== revision;
    if (shown.current.isDeep || isHeld || !(isNew || isStale)) return;
    seen.current = revision;
    // What is asked already is not asked twice, unless the library changed meanwhile.
    void refetch({ cancelRefetch: isNew });
  }, [revision, isStale, isHeld, refetch]);

  const moreFailed = useSyncExternalStore(pages.subscribe, () => pages.hasFailed) || outlined.isError;
  const { refetch: refetchOutline } = outlined;
  return useMemo(
    () => ({
      key,
      query,
      waiting: result.isPlaceholderData,
      first,
      outline,
      isPartial,
      total: outline.aspects.length,
      isCutMoved: movedCut !== undefined,
      at: (index) => pages.at(index) ?? undefined,
      isGone: (index) => pages.at(index) === null,
      want: (from, to) => pages.want(from, Math.min(to, outline.aspects.length)),
      indexOf: (id) => pages.indexOf(id),
      stamp: (from, to) => pages.stamp(from, to),
      subscribe: pages.subscribe,
      dims: !isEverything(query) && (query.words.trim() !== '' || query.picture !== null),
      error: result.isError && !first ? result.error : null,
      retry: () => void refetch(),
      moreFailed,
      loadMore: () => {
        pages.retry();
        if (outlined.isError) void refetchOutline();
      },
      stale: isStale && (pages.isDeep || isHeld) && !result.isPlaceholderData,
      hold,
      update: () => void queryClient.resetQueries({ queryKey: options.queryKey, exact: true }),
    }),
    [
      key,
      movedCut,
      query,
      first,
      outline,
      isPartial,
      pages,
      moreFailed,
      refetch,
      refetchOutline,
      options.queryKey,
      outlined.isError,
      result.isPlaceholderData,
      result.isError,
      result.error,
      isStale,
      isHeld,
    ],
  );
}

/** Who types on will not scroll through this answer: all of it is asked for when it has stood for a moment. */
function useRested(snapshot: string | undefined, isTyped: boolean): boolean {
  const [rested, setRested] = useState<string>();
  useEffect(() => {
    if (!isTyped) return;
    const timer = setTimeout(() => setRested(snapshot), rest);
    return () => clearTimeout(timer);
  }, [snapshot, isTyped]);
  return !isTyped || rested === snapshot;
}

/** Somebody is deep in this answer: it is not replaced when they come back to it. */
function isDeep(first: SearchPage | undefined, request: Parameters<typeof pagesFor>[0]): boolean {
  return first !== undefined && pagesFor(request, first).isDeep;
}

/** How many lie above the line: as the engine counts them, or where the user put it. */
export function shownCut({ first, outline, isCutMoved }: SearchResults): number {
  return isCutMoved ? outline.cut : (first?.cut ?? 0);
}
