/** @file `.nomedia`: the sign by which people and phones say that a folder is not to be looked at, nor what is below it. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from './walk.ts';

/** Is there a `.nomedia` in this folder or above it, up to the root? `known` spares asking twice within a batch. */
export async function isNoMedia(root: string, folder: string, known: Map<string, Promise<boolean>>): Promise<boolean> {
  for (let at = folder; at.length >= root.length; at = dirname(at)) {
    let answer = known.get(at);
    if (!answer) {
      answer = exists(join(at, '.nomedia'));
      known.set(at, answer);
    }
    if (await answer) return true;
    if (at === dirname(at)) break;
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
