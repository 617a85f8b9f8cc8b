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

/** Characters that mean something in a pattern, taken as themselves. */
function escapeGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|]/g, '\\$&');
}

/** A folder directly below the root, and all in it. */
export function subfolderGlob(name: string): string {
  return `${escapeGlob(name)}/**`;
}

/** The one file at this path, seen from the root; null where it lies elsewhere. */
export function fileGlob(root: string, path: string): string | null {
  const separator = root.includes('\\') ? '\\' : '/';
  const below = root.endsWith(separator) ? root : root + separator;
  if (!path.startsWith(below)) return null;
  return escapeGlob(path.slice(below.length).replaceAll(separator, '/'));
}
