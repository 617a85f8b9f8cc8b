/**
 * @file The address of a search: every state of the box, the wall and the viewer has one, so that back, forward, reload and a second window work.
 * What cannot be read is left out: an old or mistyped address shows less, never an error.
 */
import { type Crop, crop, filters, itemId, type PictureRef, pictureRef } from '../../core/api/query.ts';
import { balanced, emptyQuery, type Fact, type QueryState } from './query-state.ts';

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
  if (query.picture) {
    const { kind, id, crop } = query.picture;
    params.set('like', `${kind}:${id}`);
    if (crop) params.set('crop', [crop.x, crop.y, crop.width, crop.height].join(' '));
    if (query.edit) params.set('edit', query.edit);
    if (query.strength !== balanced) params.set('strength', String(query.strength));
    if (query.composition) params.set('way', query.composition);
  }
  for (const fact of query.facts) params.append('fact', JSON.stringify([fact.text, fact.filters]));
  if (query.literal) params.set('literal', '1');
  if (query.order === 'date') params.set('order', 'date');
  if (query.group) params.set('group', '1');
  if (view) params.set('view', view);
  const search = params.toString();
  return search && `?${search}`;
}

export function readPlace(search: string): Place {
  const params = new URLSearchParams(search);
  const picture = readPicture(params);
  const view = itemId.safeParse(params.get('view'));
  return {
    query: {
      words: params.get('q') ?? '',
      picture,
      edit: picture ? (params.get('edit') ?? '') : '',
      strength: picture ? readStrength(params) : balanced,
      composition: picture ? readComposition(params) : null,
      facts: params.getAll('fact').flatMap(readFact),
      literal: params.get('literal') === '1',
      order: params.get('order') === 'date' ? 'date' : 'relevance',
      group: params.get('group') === '1',
    },
    view: view.success ? view.data : null,
  };
}

function readPicture(params: URLSearchParams): PictureRef | null {
  const [kind, id] = params.get('like')?.split(':') ?? [];
  const picture = pictureRef.safeParse({ kind, id });
  if (!picture.success) return null;
  const part = readCrop(params);
  return part ? { ...picture.data, crop: part } : picture.data;
}

function readCrop(params: URLSearchParams): Crop | null {
  const given = params.get('crop')?.trim().split(/\s+/) ?? [];
  const [x, y, width, height] = given.map(Number);
  const part = crop.safeParse({ x, y, width, height });
  return given.length === 4 && part.success ? part.data : null;
}

function readStrength(params: URLSearchParams): number {
  const given = params.get('strength');
  const strength = given?.trim() ? Number(given) : Number.NaN;
  return strength >= 0 && strength <= 1 ? strength : balanced;
}

function readComposition(params: URLSearchParams): QueryState['composition'] {
  const given = params.get('way');
  return given === 'learned' || given === 'arithmetic' ? given : null;
}

function readFact(value: string): Fact[] {
  const parts = parseArray(value);
  const text = parts[0];
  // Addresses that were kept earlier have a label between the two.
  const known = filters.safeParse(parts.at(-1));
  if (typeof text !== 'string' || parts.length < 2 || !known.success) return [];
  return [{ text, filters: known.data }];
}

function parseArray(value: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return []; // not ours: see the header
  }
}
