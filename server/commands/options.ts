/** @file Options that several commands have, and checks of their values. */
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { compats, type EngineSettings, precisions, tileBudgets } from '../../models/hub/settings.ts';
import { isFolder } from '../../models/model-argument.ts';
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

/** An engine's id, or a checkpoint's folder, which is remembered and so must not depend on where the command was given. */
export function modelArgument(value: string): string {
  return isFolder(value) ? path.resolve(value) : value;
}

export type EngineFlags = Partial<EngineSettings> & { readonly adapter?: string };

/** How a checkpoint is run. Absent = what the engine was installed with, and for a folder: exact, all tiles, 4.41. */
export function withEngineSettings(command: Command): Command {
  return command
    .option('--adapter <DIR>', 'folder of a LoRA adapter (PEFT) for the checkpoint', (value: string) => path.resolve(value))
    .addOption(
      new Option('--precision <KIND>', 'exact = as stored; int8, int4 = smaller and faster; fp16 = for a GPU; auto').choices(precisions),
    )
    .addOption(new Option('--tiles <BUDGET>', 'anyres = up to 2,900 tokens a picture; base = one tile of 576 tokens').choices(tileBudgets))
    .addOption(new Option('--compat <VERSION>', 'cut pictures into tiles as this version of transformers does').choices(compats));
}

/** What was said of them, nothing else. */
export function engineFlags({ adapter, precision, compat, tiles }: EngineFlags): EngineFlags {
  return Object.fromEntries(Object.entries({ adapter, precision, compat, tiles }).filter(([, value]) => value !== undefined));
}
