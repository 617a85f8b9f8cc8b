/** @file The app as a user has it: `oneword serve` as a process of its own on a library in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const root = path.resolve(import.meta.dirname, '../..');

export type App = {
  /** Address with its token. */
  readonly address: string;
  readonly url: string;
  readonly token: string;
  /** SIGTERM, and waits for a clean end. */
  stop(): Promise<void>;
  /** SIGKILL of the server process; its children notice and end by themselves. */
  kill(): Promise<void>;
};

export async function startApp(library: string, ...args: string[]): Promise<App> {
  const child = spawn(
    process.execPath,
    [path.join(root, 'server/cli.ts'), 'serve', '--library', library, '--port', '0', '--json', ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const { url, token, address } = await firstLine(child, log);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { url, token, address, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function firstLine(child: ChildProcess, log: readonly string[]): Promise<{ url: string; token: string; address: string }> {
  if (!child.stdout) throw new Error('the server has no standard output');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the server ended with ${code}:\n${log.join('\n')}`);
    }),
  ]);
  return JSON.parse(line) as { url: string; token: string; address: string };
}
