/**
 * @file Arguments that are too long to stand in a process's command line.
 *
 * [Note: long arguments] onnxruntime 1.30 reads /proc/self/cmdline and matches a regular expression that recurses for every character: a text of
 * some 50,000 characters given as an argument ends the process with an overflow of its stack. So a long command line is
 * written to a file, and a process with none does its work.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const longest = 8192;
const variable = 'ONEWORD_ARGUMENTS';

/** What was typed, from the command line or from the file that stands for it. */
export function readArguments(argv: readonly string[] = process.argv.slice(2), env: NodeJS.ProcessEnv = process.env): string[] {
  const file = env[variable];
  if (file === undefined) return [...argv];
  delete env[variable]; // it is not for the processes that this one starts
  return z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function areTooLong(argv: readonly string[]): boolean {
  return process.platform === 'linux' && argv.reduce((sum, { length }) => sum + length, 0) > longest;
}

/** Runs this program again with the arguments in a file; resolves to its exit status. Signals of the terminal reach both. */
export function runWithFile(argv: readonly string[], entry: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'oneword-arguments-'));
  const file = path.join(folder, 'arguments.json');
  writeFileSync(file, JSON.stringify(argv), { mode: 0o600 });
  const child = spawn(process.execPath, [...process.execArgv, entry], { stdio: 'inherit', env: { ...process.env, [variable]: file } });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', pass).on('SIGTERM', pass);
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (status, signal) => resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}
