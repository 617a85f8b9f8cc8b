/** @file Starts index-child.ts, as another user if asked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ChildOrder } from './index-child.ts';

const entry = fileURLToPath(new URL('./index-child.ts', import.meta.url));

export type ChildAnswer = {
  totals?: Record<string, number>;
  failures?: { path: string; code: string }[];
  code?: string;
  message?: string;
};

export function startIndexing(
  order: ChildOrder,
  uid?: number,
): { process: ChildProcess; answer: Promise<ChildAnswer>; opened: Promise<void> } {
  const child = spawn(process.execPath, [entry, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const opened = new Promise<void>((resolve) => {
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.startsWith('open')) resolve();
    });
  });
  const answer = new Promise<ChildAnswer>((resolve) => {
    child.on('close', () => resolve(output === '' ? {} : (JSON.parse(output) as ChildAnswer)));
  });
  return { process: child, answer, opened };
}
