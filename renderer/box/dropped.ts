/** @file What was dropped or pasted, sorted: the one picture that a search takes, and what to say of the rest. */
import { isPictureFile } from './pictures.ts';

type NamedFile = { readonly name: string; readonly type: string };

export type Dropped<F extends NamedFile> = {
  /** The first picture. */
  readonly picture: F | null;
  readonly pictures: number;
  /** Names of folders: a browser tells no more of them. */
  readonly folders: readonly string[];
  /** The first file that is neither: what it is decides what is said. */
  readonly other: { readonly name: string; readonly kind: 'document' | 'unknown' } | null;
};

/** `folders` are names of those of the `files` that are folders; browsers list them among the files. */
export function sortDropped<F extends NamedFile>(files: readonly F[], folders: readonly string[]): Dropped<F> {
  const single = files.filter((file) => !folders.includes(file.name));
  const pictures = single.filter(isPictureFile);
  const other = single.find((file) => !isPictureFile(file));
  return {
    picture: pictures[0] ?? null,
    pictures: pictures.length,
    folders,
    other: other ? { name: other.name, kind: isDocument(other) ? 'document' : 'unknown' } : null,
  };
}

function isDocument({ name, type }: NamedFile): boolean {
  return type === 'application/pdf' || /\.(pdf|docx?|odt|pptx?|odp|epub|djvu)$/i.test(name);
}
