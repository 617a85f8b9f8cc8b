/** @file How errors about checkpoints show names that come from files, and many problems at once. */

const shown = 10;

/** Lines below a sentence that ends in a colon. The first ten, then how many more. */
export function listing(items: readonly string[]): string {
  const lines = items.slice(0, shown).map((item) => `\n  ${item}`);
  return lines.join('') + (items.length > shown ? `\n  and ${items.length - shown} more` : '');
}

/** A name from a file, which may be anything: escaped, and cut where it is absurdly long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

/** A value from a file, short enough for a message. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
