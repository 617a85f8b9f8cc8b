/** @file A picture comes into the box, from wherever: dropped, pasted, chosen, or from a result. */
import { create } from 'zustand';
import type { PictureRef } from '../../core/api/query.ts';
import { notify } from '../app/notices.ts';
import type { Messages } from '../messages/messages.ts';
import { withPicture } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import { isPictureFile, uploadPicture } from './pictures.ts';

export type Intent = 'like' | 'edit';

/** True while a picture is on its way to the engine. */
export const useReadingPicture = create<{ reading: boolean }>(() => ({ reading: false }));

export async function takeFiles(files: readonly File[], intent: Intent, messages: Messages): Promise<void> {
  const file = files.find(isPictureFile);
  if (!file) {
    notify(files[0] ? messages.box.notPicture(files[0].name) : messages.box.nothingDropped);
    return;
  }
  useReadingPicture.setState({ reading: true });
  try {
    takePicture(await uploadPicture(file), intent);
    if (files.length > 1) notify(messages.box.onlyFirst(files.length));
  } catch (error) {
    notify(messages.box.notPicture(file.name), error);
  } finally {
    useReadingPicture.setState({ reading: false });
  }
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
