/** @file Starts index-child.ts, as another user or under another command if asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ChildOrder } from './index-child.ts';

const entry = fileURLToPath(new URL('./index-child.ts', import.meta.url));

export type ChildAnswer = {
  totals?: Record<string, number>;
  failures?: { path: string; code: string }[];
  notices?: string[];
};

/** `wrapper` is a command that runs the rest of its arguments. The answer is empty when the process was killed. */
export function startIndexing(
  order: ChildOrder,
  { uid, wrapper = [] }: { uid?: number | undefined; wrapper?: readonly string[] } = {},
): { process: ChildProcess; answer: Promise<ChildAnswer> } {
  const [command = '', ...args] = [...wrapper, process.execPath, entry, JSON.stringify(order)];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString();
  });
  const answer = new Promise<ChildAnswer>((resolve) => {
    child.on('close', () => resolve(output === '' ? {} : (JSON.parse(output) as ChildAnswer)));
  });
  return { process: child, answer };
}
