/** @file What a folder is called: the last part of its path, on any system; the whole path where there is no such part. */
export function nameOfFolder(path: string): string {
  const parts = path.split(/[\\/]/).filter(Boolean);
  return parts.at(-1) ?? path;
}
