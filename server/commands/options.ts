/** @file Options that several commands have, and checks of their values. */
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultLibrary } from '../library-directory.ts';
import { say } from '../terminal.ts';

export type LibraryFlags = { readonly library: string; readonly json?: true; readonly verbose?: true };

/** What `openLibrary` takes from the flags. */
export function libraryOf({ library, verbose }: LibraryFlags): { directory: string; log?: (line: string) => void } {
  return { directory: library, ...(verbose ? { log: say } : {}) };
}

export function withJson(command: Command): Command {
  return command.option('--json', 'answer in JSON');
}

export function withLibrary(command: Command): Command {
  const option = new Option('--library <DIR>', 'folder of the library (also: ONEWORD_LIBRARY)')
    .argParser((value: string) => path.resolve(value))
    .default(defaultLibrary());
  return withJson(command.addOption(option)).option('--verbose', 'show what is written to the log of the library');
}

/** Parser of a whole number within bounds. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** Parser of an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
