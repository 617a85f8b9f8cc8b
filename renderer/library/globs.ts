/** @file Exclusions as people edit them: one pattern per line. */

export function toLines(globs: readonly string[]): string {
  return globs.join('\n');
}

export function fromLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines.filter(Boolean))];
}

export function withLine(text: string, line: string): string {
  return toLines(fromLines(`${text}\n${line}`));
}

/** A path as itself: what means something in a pattern stands in brackets, since a backslash separates names there. */
function literalGlob(path: string): string {
  return path.replace(/[*?[\]{}()!+@|]/g, '[$&]').replaceAll('\\', '?');
}

/** A folder directly below the root, and all in it. */
export function subfolderGlob(name: string): string {
  return `${literalGlob(name)}/**`;
}

/** The one file at this path, seen from the root; null where it lies elsewhere. */
export function fileGlob(root: string, path: string): string | null {
  const separator = root.includes('\\') ? '\\' : '/';
  const below = root.endsWith(separator) ? root : root + separator;
  if (!path.startsWith(below)) return null;
  return literalGlob(path.slice(below.length).replaceAll(separator, '/'));
}
