#!/usr/bin/env node
/**
 * @file The one launcher: sets up what is missing, finds a Node that can run the sources, and runs the command with it.
 * Plain JavaScript without dependencies, since it is what runs before anything is installed. Works from Node 20 on.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { checks } from './checks.mjs';
import { buildPage, findNode, installPackages, installSystemPackages, root, say } from './set-up.mjs';

const [command, ...rest] = process.argv.slice(2);

/** Commands in whose process an engine works get large pages, see engine/embedder.ts, [Note: large pages]. */
const engineCommands = ['embed', 'models'];
const tunables = 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4194304';
const largePages = process.platform === 'linux' && { GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? tunables };

/** Runs a Node program with the Node 24 that was found, hands signals on, and answers its exit status. */
function run(node, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...(engineCommands.includes(command) && largePages) };
    const child = spawn(node, args, { stdio: 'inherit', env });
    const hand = (signal) => child.kill(signal);
    process.on('SIGTERM', hand);
    // npm hands no signal on. When the npm that ran this script is gone, so is whoever wanted the command.
    const parent = process.ppid;
    if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && hand('SIGTERM'), 500).unref();
    // The terminal sends SIGINT to the child as well; this process only has to wait for it.
    process.on('SIGINT', () => undefined);
    child.on('error', (error) => {
      say(`could not start ${node}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

async function main() {
  installPackages({ quiet: command !== 'start' && command !== 'test' });
  const node = findNode();
  const cli = (...args) => run(node, [path.join(root, 'server/cli.ts'), ...args]);

  switch (command) {
    case 'start':
      installSystemPackages('search');
      buildPage(node);
      return cli('serve', ...rest);
    case 'serve':
      buildPage(node);
      return cli('serve', ...rest);
    case 'test':
      installSystemPackages('test');
      buildPage(node);
      return checks(node, { browser: true, arguments: rest });
    case 'check':
      return checks(node, { browser: false, arguments: rest });
    case 'bench':
      installSystemPackages('search');
      return run(node, [path.join(root, 'test/bench/run.ts'), ...rest]);
    default:
      return cli(...(command === undefined ? ['--help'] : [command, ...rest]));
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
