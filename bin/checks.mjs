/**
 * @file What `npm test` and `npm run check` run, in order: format and lint, types, then the tests (layers among them).
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root, say } from './set-up.mjs';

/** Runs the checks; `browser` adds the tests that need Chromium. Answers an exit status. */
export function checks(node, { browser, arguments: selected }) {
  const bin = (name) => path.join(root, 'node_modules', name);
  const tests = [bin('vitest/vitest.mjs'), 'run', ...(browser ? [] : ['--project', 'unit']), ...selected];
  const steps = [
    ['format and lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--colors=off', '.']],
    ['types', [bin('typescript/bin/tsc'), '-p', 'tsconfig.json']],
    ['types of the page', [bin('typescript/bin/tsc'), '-p', 'tsconfig.renderer.json']],
    ['tests', tests],
  ];
  // A part was named on the command line: only its tests.
  for (const [name, args] of selected.length > 0 ? steps.slice(-1) : steps) {
    say(`${name} ...`);
    const { status } = spawnSync(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) {
      say(`${name}: failed`);
      return 1;
    }
  }
  return 0;
}
