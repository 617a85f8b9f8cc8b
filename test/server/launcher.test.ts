/** @file The launcher as npm runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';

const launcher = path.resolve(import.meta.dirname, '../../bin/oneword.mjs');

it.skipIf(process.platform === 'win32')('ends the app when the npm that started it was killed', async () => {
  const place = await mkdtemp(path.join(tmpdir(), 'oneword-launcher-'));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  // As npm does it: a shell between, which does not hand signals on.
  const command = `"${process.execPath}" "${launcher}" serve --port 0 --json --library "${place}/library"; exit 0`;
  const shell: ChildProcess = spawn('sh', ['-c', command], {
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!shell.stdout) throw new Error('the shell has no standard output');
  const [line] = await once(createInterface({ input: shell.stdout }), 'line');
  const { url } = JSON.parse(String(line)) as { url: string };
  expect((await fetch(url)).status).toBe(401);
  const { pid } = JSON.parse(await readFile(path.join(place, 'library/server.json'), 'utf8')) as { pid: number };
  shell.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // there is no such process
  }
}
