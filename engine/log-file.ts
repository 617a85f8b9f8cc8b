/** @file What the processes of a library have to tell: `logs/<day>.log` in its folder, a week of it. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

export type LogFile = { write(line: string): void; close(): Promise<void> };

const keptDays = 7;

export async function openLogFile(library: string): Promise<LogFile> {
  const directory = path.join(library, 'logs');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const old = (await readdir(directory)).filter((name) => /^\d{4}-\d\d-\d\d\.log$/.test(name)).sort();
  for (const name of old.slice(0, -keptDays)) await rm(path.join(directory, name), { force: true });

  let day = '';
  let stream: WriteStream | undefined;
  return {
    write: (line) => {
      const now = new Date().toISOString();
      if (now.slice(0, 10) !== day) {
        day = now.slice(0, 10);
        stream?.end();
        stream = createWriteStream(path.join(directory, `${day}.log`), { flags: 'a', mode: 0o600 });
        // A full disk must not end what is being logged.
        stream.on('error', (error) => console.error(`The log cannot be written: ${error.message}`));
      }
      stream?.write(`${now} ${line}\n`);
    },
    close: () => new Promise((resolve) => (stream ? stream.end(() => resolve()) : resolve())),
  };
}
