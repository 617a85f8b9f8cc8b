/** @file Which folder may import which: ARCHITECTURE.md's arrows as a failing check. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Where a file of the folder (longest match wins) may import from, besides its own folder and npm packages. */
const arrows: Record<string, readonly string[]> = {
  renderer: ['core/api'],
  electron: ['engine', 'core', 'models', 'eval', 'pixels'],
  server: ['engine', 'core', 'models', 'eval', 'pixels'],
  engine: ['core', 'models', 'pixels'],
  eval: ['core', 'models', 'pixels'],
  core: ['pixels'],
  'core/api': [],
  models: ['pixels', 'core/api/errors.ts'],
  'models/arch': ['models/graph', 'core/api/errors.ts'],
  'models/graph': ['core/api/errors.ts'],
  pixels: [],
};

/** Type-only imports that are allowed on top: `models` implements the interface that indexing defines. */
const typeArrows: Record<string, readonly string[]> = { models: ['core/indexing/embedder.ts'] };

/** The only folders that may import these packages. */
const importers: Record<string, readonly string[]> = {
  'better-sqlite3': ['core/store', 'core/vectors'],
  'sqlite-vss': ['core/vectors'],
  usearch: ['core/vectors'],
  'onnxruntime-node': ['models/runtime'],
  chokidar: ['core/library'],
  sharp: ['core/readers'],
  'libheif-js': ['core/readers'],
  'exiftool-vendored': ['core/readers'],
  electron: ['electron'],
  react: ['renderer'],
  hono: ['server', 'engine'],
  '@hono/node-server': ['server'],
  commander: ['server'],
};

type Import = { from: string; to: string; typeOnly: boolean };

const sources = Object.keys(arrows)
  .filter((folder) => !folder.includes('/') && existsSync(path.join(root, folder)))
  .flatMap((folder) => filesBelow(folder));

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.startsWith('pixels/assembly'));
}

const statement =
  /^\s*(import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|new URL\(\s*['"](\.[^'"]+\.ts)['"]/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(statement)].map((match) => {
    const name = match[3] ?? match[4] ?? match[5] ?? '';
    const to = name.startsWith('.') ? path.posix.normalize(path.posix.join(path.posix.dirname(file), name)) : name;
    return { from: file, to, typeOnly: match[2] !== undefined };
  });
}

const within = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);

/** The most specific folder with a rule. */
const folderOf = (file: string): string =>
  Object.keys(arrows)
    .filter((folder) => within(file, folder))
    .sort((a, b) => b.length - a.length)[0] ?? '';

const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

it('reads imports from every layer', () => {
  for (const folder of ['renderer', 'server', 'engine', 'core', 'models', 'pixels']) {
    expect(
      sources.some((file) => within(file, folder)),
      folder,
    ).toBe(true);
  }
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(200);
});

it('has no import against the arrows', () => {
  const wrong = sources.flatMap(importsOf).filter(({ from, to, typeOnly }) => {
    const isFile = /^[\w-]+\//.test(to) && Object.keys(arrows).some((folder) => within(to, folder));
    if (!isFile) return false;
    const folder = folderOf(from);
    const allowed = [folder, ...(arrows[folder] ?? []), ...(typeOnly ? (typeArrows[folder] ?? []) : [])];
    return !allowed.some((place) => within(to, place));
  });
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

it('has one importer for each heavy dependency', () => {
  const wrong = sources.flatMap(importsOf).filter(({ from, to, typeOnly }) => {
    const allowed = importers[packageOf(to)];
    return allowed !== undefined && !typeOnly && !allowed.some((folder) => within(from, folder));
  });
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

it('keeps files short enough to read', () => {
  const long = sources
    .filter((file) => !/messages\/(en|de|ko)\.ts$/.test(file))
    .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

it('says at the top of every file what it is for', () => {
  const silent = sources.filter((file) => !/^(#!.*\n)?\/\*\*[\s*]*@file /.test(readFileSync(path.join(root, file), 'utf8')));
  expect(silent).toEqual([]);
});
