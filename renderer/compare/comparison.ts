/**
 * @file Which two pictures are compared: `compare=a,b` in the address, over whatever stands in it otherwise, so that back, reload and a second
 * window work. Any other step in the address leaves the comparison.
 */
import { useMemo } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { itemId } from '../../core/api/query.ts';

export type Pair = readonly [first: string, second: string];

const parameter = 'compare';
/** Marks an entry that we made: it can be gone back from. */
const opened = 'comparison';

/** Null where nothing is compared, and where the address is mistyped. */
export function readPair(search: string): Pair | null {
  const [first, second, ...more] = new URLSearchParams(search).get(parameter)?.split(',') ?? [];
  const isPair = itemId.safeParse(first).success && itemId.safeParse(second).success && first !== second && more.length === 0;
  return isPair && first && second ? [first, second] : null;
}

/** The address's search part with another pair in it, or none. */
export function writePair(search: string, pair: Pair | null): string {
  const params = new URLSearchParams(search);
  params.delete(parameter);
  if (pair) params.set(parameter, pair.join());
  const written = params.toString();
  return written && `?${written}`;
}

/** Opens two pictures side by side. */
export function compare(first: string, second: string): void {
  navigate(`${window.location.pathname}${writePair(window.location.search, [first, second])}`, { state: opened });
}

/** Other pictures, or the same the other way round: not a step to go back from. */
export function compareInstead(first: string, second: string): void {
  const { pathname, search } = window.location;
  navigate(`${pathname}${writePair(search, [first, second])}`, { replace: true, state: window.history.state as unknown });
}

export function stopComparing(): void {
  if (window.history.state === opened) window.history.back();
  else navigate(`${window.location.pathname}${writePair(window.location.search, null)}`, { replace: true });
}

/** On to what lies below, as a step: not back, where one may have come from elsewhere. */
export function leaveComparison(): void {
  const { pathname, search } = window.location;
  if (readPair(search)) navigate(`${pathname}${writePair(search, null)}`);
}

export function useComparison(): Pair | null {
  const search = useSearch();
  return useMemo(() => readPair(search), [search]);
}
