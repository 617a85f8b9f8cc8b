/** @file The built page stays within its budget, and the budget is the one that is written down. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { budget, builtPage, pageSize } from '../bench/page-size.ts';

test.skipIf(!existsSync(path.join(builtPage, 'index.html')))('the built page stays within its budget', async () => {
  const size = await pageSize();
  const over = Object.entries(budget).filter(([which, most]) => size[which as keyof typeof budget] > most);
  expect(over, JSON.stringify(size)).toEqual([]);
});

test('the budget is the one in the documentation', async () => {
  const text = await readFile(path.resolve(import.meta.dirname, '../../docs/benchmarks/interface.md'), 'utf8');
  for (const most of Object.values(budget)) expect(text).toContain(`${most.toLocaleString('en')} KiB`);
});
