/**
 * @file The pages of the latest answers, over the query client: so that going back shows at once what was seen, and a star that is set in one
 * place is seen in all (keepsakes/keepsake-cache.ts changes hits where they are kept).
 */
import type { SearchPage, SearchRequest } from '../../core/api/query.ts';
import { queries, queryClient } from '../app/api.ts';
import { Pages, pageSize } from './pages.ts';

/** Answers whose pages are kept. */
const keptAnswers = 4;

type Kept = { readonly pages: Pages; close(): void };

const answers = new Map<string, Kept>();

/** The pages of the answer that this first page is of. */
export function pagesFor(request: SearchRequest, first: SearchPage): Pages {
  const known = answers.get(first.snapshot);
  const found = known ?? openPages(request, first);
  answers.delete(first.snapshot);
  answers.set(first.snapshot, found);
  for (const [oldest, { close }] of answers) {
    if (answers.size <= keptAnswers) break;
    answers.delete(oldest);
    close();
  }
  return found.pages;
}

function openPages(request: SearchRequest, { snapshot, hits: firstHits }: SearchPage): Kept {
  const optionsOf = (from: number) =>
    queries.search.queryOptions({
      input: { ...request, limit: pageSize, from, snapshot },
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: Number.POSITIVE_INFINITY,
      structuralSharing: false,
    });
  const pageOfKey = new Map<string, number>();
  const pages = new Pages({
    async load(from) {
      const options = optionsOf(from);
      const { hits } = await queryClient.fetchQuery(options);
      const query = queryClient.getQueryCache().find({ queryKey: options.queryKey, exact: true });
      if (query) pageOfKey.set(query.queryHash, from / pageSize);
      return hits;
    },
    forget(from) {
      queryClient.removeQueries({ queryKey: optionsOf(from).queryKey, exact: true });
    },
  });
  pages.put(0, firstHits);
  const stop = queryClient.getQueryCache().subscribe(({ type, query }) => {
    const page = type === 'updated' ? pageOfKey.get(query.queryHash) : undefined;
    const data = query.state.data as SearchPage | undefined;
    if (page !== undefined && data && pages.holds(page, data.hits) === false) pages.put(page, data.hits);
  });
  return {
    pages,
    close() {
      stop();
      for (const page of pageOfKey.values()) queryClient.removeQueries({ queryKey: optionsOf(page * pageSize).queryKey, exact: true });
    },
  };
}
