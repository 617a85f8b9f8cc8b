/** @file A picture comes into the box, from wherever: dropped, pasted, chosen, or from a result. */
import { create } from 'zustand';
import type { PictureRef } from '../../core/api/query.ts';
import { notify, offer } from '../app/notices.ts';
import { problemCode } from '../app/problem.ts';
import type { Messages } from '../messages/messages.ts';
import { withPicture } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import { sortDropped } from './dropped.ts';
import { uploadPicture } from './upload-picture.ts';

export type Intent = 'like' | 'edit';

/** True while a picture is on its way to the engine. */
export const useReadingPicture = create<{ reading: boolean }>(() => ({ reading: false }));

/** The folder that was dropped and is offered to be watched, by its name. */
export const useDroppedFolder = create<{ name: string | null }>(() => ({ name: null }));

/** `folders`: names of those of the files that are folders. */
export async function takeFiles(files: readonly File[], folders: readonly string[], intent: Intent, messages: Messages): Promise<void> {
  const { box } = messages;
  const dropped = sortDropped(files, folders);
  const [folder] = dropped.folders;
  if (dropped.picture) {
    if (!(await takeFile(dropped.picture, intent, messages))) return;
    const watch = { label: box.watchFolder, run: () => useDroppedFolder.setState({ name: folder ?? null }) };
    if (folder !== undefined) offer(box.folderToo(folder), watch);
    else if (dropped.pictures > 1) notify(box.onlyFirst(dropped.pictures));
  } else if (folder !== undefined) useDroppedFolder.setState({ name: folder });
  else if (dropped.other)
    notify(dropped.other.kind === 'document' ? box.notDocument(dropped.other.name) : box.notPicture(dropped.other.name));
  else notify(box.nothingDropped);
}

/** False where it did not come into the box; why not has been said. */
async function takeFile(file: File, intent: Intent, { box, problem }: Messages): Promise<boolean> {
  useReadingPicture.setState({ reading: true });
  try {
    if (!(await canBeRead(file))) {
      notify(box.unreadable(file.name));
      return false;
    }
    takePicture(await uploadPicture(file), intent);
    return true;
  } catch (error) {
    const code = problemCode(error);
    notify(code === 'unreadable-file' ? box.notPicture(file.name) : problem.codes[code][0], error);
    return false;
  } finally {
    useReadingPicture.setState({ reading: false });
  }
}

/** Sending a file that was moved away fails like a server that is gone: the two are told apart before. */
async function canBeRead(file: File): Promise<boolean> {
  const reader = file.stream().getReader();
  const isThere = await reader.read().then(
    () => true,
    () => false,
  );
  // A stream that failed cannot be cancelled, and needs not.
  if (isThere) await reader.cancel();
  return isThere;
}

export function takePicture(picture: PictureRef, intent: Intent): void {
  place.step((query) => withPicture(query, picture, intent));
  if (intent === 'edit') focusBox();
}

export const boxInputId = 'oneword-box';

/** `all`: what stands there is selected, so that typing replaces it. Otherwise typing goes on at its end. */
export function focusBox(all = false): void {
  // After the frame in which the box may have to appear first.
  requestAnimationFrame(() => {
    const input = document.getElementById(boxInputId);
    if (!(input instanceof HTMLInputElement)) return;
    input.focus();
    input.setSelectionRange(all ? 0 : input.value.length, input.value.length);
  });
}
