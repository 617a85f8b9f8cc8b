/**
 * @file The address of a search: every state of the box, the wall and the viewer has one, so that back, forward, reload and a second window work.
 * What cannot be read is left out: an old or mistyped address shows less, never an error.
 */
import { filters, itemId, pictureRef } from '../../core/api/query.ts';
import { emptyQuery, type Fact, type QueryState } from './query-state.ts';

export type Place = {
  query: QueryState;
  /** The item that the viewer shows. */
  view: string | null;
};

export const everything: Place = { query: emptyQuery, view: null };

/** `?q=beach&order=date`, empty for everything. */
export function writePlace({ query, view }: Place): string {
  const params = new URLSearchParams();
  if (query.words) params.set('q', query.words);
  if (query.picture) params.set('like', `${query.picture.kind}:${query.picture.id}`);
  if (query.edit) params.set('edit', query.edit);
  for (const fact of query.facts) params.append('fact', JSON.stringify([fact.text, fact.label, fact.filters]));
  if (query.literal) params.set('literal', '1');
  if (query.order === 'date') params.set('order', 'date');
  if (query.group) params.set('group', '1');
  if (view) params.set('view', view);
  const search = params.toString();
  return search && `?${search}`;
}

export function readPlace(search: string): Place {
  const params = new URLSearchParams(search);
  const [kind, id] = params.get('like')?.split(':') ?? [];
  const picture = pictureRef.safeParse({ kind, id });
  const view = itemId.safeParse(params.get('view'));
  return {
    query: {
      words: params.get('q') ?? '',
      picture: picture.success ? picture.data : null,
      edit: picture.success ? (params.get('edit') ?? '') : '',
      facts: params.getAll('fact').flatMap(readFact),
      literal: params.get('literal') === '1',
      order: params.get('order') === 'date' ? 'date' : 'relevance',
      group: params.get('group') === '1',
    },
    view: view.success ? view.data : null,
  };
}

function readFact(value: string): Fact[] {
  const [text, label, given] = parseArray(value);
  const known = filters.safeParse(given);
  if (typeof text !== 'string' || typeof label !== 'string' || !known.success) return [];
  return [{ text, label, filters: known.data }];
}

function parseArray(value: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return []; // not ours: see the header
  }
}
