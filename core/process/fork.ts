/**
 * @file Child processes by `child_process.fork`, with structured clone over the IPC channel so that typed arrays travel as they are.
 */
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Spawned, SpawnOptions } from './port.ts';

export function forkProcess({ entry, env, execArgv, onLine }: SpawnOptions): Spawned {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    env: { ...process.env, ...env },
    execArgv: [...execArgv],
    // Both outputs become log lines: standard output of the host is for its own answers.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }
  return {
    pid: child.pid,
    port: {
      postMessage: (message) => {
        // A channel that is gone is reported by onExit; the callback keeps a broken pipe from becoming an 'error' event.
        if (child.connected) child.send(message as object, () => undefined);
      },
      onMessage: (listener) => child.on('message', listener),
    },
    onExit: (listener) => {
      child.on('error', (error) => {
        onLine(error.message);
        if (child.pid === undefined) listener({ code: null, signal: null }); // could not be spawned: no 'exit' follows
      });
      // 'exit' may come before the last messages and output lines were read, 'close' comes after them.
      child.once('close', (code, signal) => listener({ code, signal }));
    },
    kill: () => child.kill('SIGKILL'),
  };
}
