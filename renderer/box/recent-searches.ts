/** @file What was searched for lately, on this browser. Pure functions on a list of places, and how it is kept. */
import { isEverything, type QueryState } from '../query/query-state.ts';
import { readPlace, writePlace } from '../query/query-url.ts';

/** Addresses of searches, the latest first. */
export type Recents = readonly string[];

export const mostRecent = 20;

/** A search that went on from the latest one by more or fewer letters replaces it. What narrows nothing is no search. */
export function remembered(recents: Recents, query: QueryState): Recents {
  if (isEverything(query)) return recents;
  const place = placeOf(query);
  const [latest, ...before] = recents;
  const rest = latest !== undefined && isSameButLonger(latest, query) ? before : recents;
  return [place, ...rest.filter((other) => other !== place)].slice(0, mostRecent);
}

export function forgotten(recents: Recents, place: string): Recents {
  return recents.filter((other) => other !== place);
}

/** Back where it was. */
export function broughtBack(recents: Recents, place: string, at: number): Recents {
  return recents.includes(place) ? recents : recents.toSpliced(at, 0, place).slice(0, mostRecent);
}

/** How the wall is ordered is no part of what was searched for, and neither is a space at the end. */
export function placeOf(query: QueryState): string {
  return writePlace({ query: { ...query, words: query.words.trim(), order: 'relevance', group: false }, view: null });
}

/** What another version or a person wrote there may be anything. */
export function readRecents(text: string | null): Recents {
  const places = parsed(text);
  if (!Array.isArray(places)) return [];
  return places.filter((place) => typeof place === 'string' && !isEverything(readPlace(place).query)).slice(0, mostRecent);
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // not ours: an empty list
  }
}

function isSameButLonger(latest: string, query: QueryState): boolean {
  const before = readPlace(latest).query;
  const [a, b] = [before.words, query.words.trim()];
  if (a === '' || b === '' || !(a.startsWith(b) || b.startsWith(a))) return false;
  return placeOf({ ...query, words: a, literal: before.literal }) === latest;
}
