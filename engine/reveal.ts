/**
 * @file Shows a file in the system's file manager, on the machine where the library is. The path is never the caller's: see `checkedPath`. No shell
 * is involved. On Linux the folder is opened: no way to select a file in it works with every file manager.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { AppError } from '../core/api/errors.ts';
import { fileById } from '../core/store/files.ts';
import type { Store } from '../core/store/open.ts';
import { checkedPath } from './shown-files.ts';

type Command = { readonly file: string; readonly args: readonly string[]; readonly isVerbatim?: boolean };

/** Some openers stay as long as the window does: one that has not failed by then has worked. */
const patience = 2000;

/** Throws not-found where the item or its file is gone, unavailable where there is no desktop or nothing that opens folders. */
export async function reveal(store: Store, id: string): Promise<void> {
  // Of any file that is known: one that could not be read is no item, and somebody may want to look at it all the more.
  const known = fileById(store, Number(id.split('p', 1)[0]));
  if (!known) throw new AppError('not-found', 'There is no such picture in the library any more.');
  const file = await checkedPath(store, known.path);
  if (!hasDesktop(process.platform, process.env)) {
    throw new AppError('unavailable', `The machine with the pictures has no desktop to show a folder on. The file is ${file}.`);
  }
  await run(commandFor(process.platform, file), file);
}

export function hasDesktop(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export function commandFor(platform: NodeJS.Platform, file: string): Command {
  if (platform === 'darwin') return { file: 'open', args: ['-R', file] };
  // Explorer reads its command line itself and wants the quotes there. No Windows path holds one.
  if (platform === 'win32') return { file: 'explorer.exe', args: [`/select,"${file}"`], isVerbatim: true };
  return { file: 'xdg-open', args: [path.dirname(file)] };
}

async function run({ file, args, isVerbatim = false }: Command, shown: string): Promise<void> {
  const child = spawn(file, args, { stdio: 'ignore', detached: true, windowsVerbatimArguments: isVerbatim });
  child.unref();
  const problem = await failureOf(child);
  // Explorer ends with 1 when all went well.
  if (problem === undefined || (process.platform === 'win32' && typeof problem === 'number')) return;
  const why = typeof problem === 'number' ? `${file} ended with ${problem}` : `${file} cannot be started`;
  throw new AppError('unavailable', `The folder of ${shown} could not be shown: ${why}.`, { cause: problem });
}

function failureOf(child: ChildProcess): Promise<Error | number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience, undefined);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? undefined : (code ?? 1));
    });
  });
}
