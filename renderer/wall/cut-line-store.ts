/** @file Where the user has moved the cut line of a search. Remembered by this tab, and forgotten with it: the next question has another line. */
import { create } from 'zustand';

const storageKey = 'oneword-cut-lines';
const most = 50;

type Lines = { readonly lines: Readonly<Record<string, number>> };

export const useCutLines = create<Lines>(() => ({ lines: stored() }));

/** `place` is the first picture below the line; null puts it back where the engine drew it. */
export function moveCutLine(search: string, place: number | null): void {
  const { [search]: _before, ...others } = useCutLines.getState().lines;
  const entries = Object.entries(others).slice(-(most - 1));
  const lines = Object.fromEntries(place === null ? entries : [...entries, [search, place]]);
  useCutLines.setState({ lines });
  sessionStorage.setItem(storageKey, JSON.stringify(lines));
}

function stored(): Record<string, number> {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}');
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
  } catch {
    return {}; // not ours
  }
}
