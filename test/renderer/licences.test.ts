/** @file The licences that are shown are those of what is shipped. */
import { expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { listLicences } from '../../renderer/licences-file.ts';

it('lists what is shipped with the licence that came with it, and nothing that only builds or tests', () => {
  const list = listLicences();
  const names = new Set(list.map(({ name }) => name));
  for (const name of ['react', 'sharp', 'onnxruntime-node', 'better-sqlite3']) expect(names).toContain(name);
  for (const name of Object.keys(packageFile.devDependencies)) expect(names).not.toContain(name);
  expect(list.find(({ name }) => name === 'react')).toMatchObject({ licence: 'MIT', text: expect.stringContaining('MIT License') });
});
