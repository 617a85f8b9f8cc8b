/** @file Runs the command line as a user does: a process of its own, both outputs, the exit status. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

export const cliFile = path.resolve(import.meta.dirname, '../../server/cli.ts');

export type Ran = { status: number | null; out: string; err: string; json: unknown };

export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ran>; line(): Promise<string> };

export function startCli(args: readonly string[], { input, prefix = [] }: { input?: string; prefix?: readonly string[] } = {}): Running {
  const [command = '', ...rest] = [...prefix, process.execPath, cliFile, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  const firstLine = Promise.withResolvers<string>();
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
    if (out.includes('\n')) firstLine.resolve(out.slice(0, out.indexOf('\n')));
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(input ?? '');
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => {
      firstLine.reject(new Error(`ended with ${status}: ${err}`));
      resolve({ status, out, err, json: lastJson(out) });
    });
  });
  firstLine.promise.catch(() => undefined);
  return { child, ended, line: () => firstLine.promise };
}

export function runCli(args: readonly string[], options?: { input?: string; prefix?: readonly string[] }): Promise<Ran> {
  return startCli(args, options).ended;
}

/** The last line of standard output where it is JSON: that is what scripts read. */
function lastJson(out: string): unknown {
  const last = out.trimEnd().split('\n').at(-1) ?? '';
  return /^[[{]/.test(last) ? JSON.parse(last) : undefined;
}
