/** @file Shows a file in the file manager, where whoever looks at the page sits at the machine of the library. */
import type { Messages } from '../messages/messages.ts';
import { api } from './api.ts';
import { notify } from './notices.ts';
import { problemCode } from './problem.ts';

/** A folder opens on the machine of the library: no use to somebody who sits at another. */
export function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** Of an item, or of a file that could not be read, by its number. */
export async function reveal(id: string, { viewer }: Pick<Messages, 'viewer'>): Promise<void> {
  try {
    await api.reveal({ id });
  } catch (error) {
    if (problemCode(error) === 'unavailable') notify(viewer.noDesktop);
    else notify(viewer.revealFailed, error);
  }
}
