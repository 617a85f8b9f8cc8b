import path from 'node:path';
import { expect, it } from 'vitest';
import { commonFolder } from '../../../models/compile/stage.ts';

it('finds the deepest folder of several files', () => {
  const root = path.resolve('/models');
  const at = (...parts: string[]) => path.join(root, ...parts);
  expect(commonFolder([at('a', 'x'), at('a', 'y')])).toBe(at('a'));
  expect(commonFolder([at('a', 'b', 'x'), at('a', 'bc', 'y'), at('a', 'b', 'z')])).toBe(at('a'));
  expect(commonFolder([at('a', '..b', 'x'), at('a', 'y')])).toBe(at('a'));
  expect(commonFolder([at('x'), path.resolve('/cache/y')])).toBe(path.resolve('/'));
  expect(commonFolder([])).toBe(process.cwd());
});
