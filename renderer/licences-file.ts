/** @file Vite plugin: writes `licences.json` beside the page, with every package that is shipped and the licence that came with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

type Locked = { packages: Record<string, { dev?: boolean; license?: string; version?: string }> };
type Licence = { name: string; version: string; licence: string; text: string };

const root = path.resolve(import.meta.dirname, '..');
const prefix = 'node_modules/';

/** Packages that only build or test are not shipped, nor are types; optional ones of other systems are not there. */
export function listLicences(folder: string = root): Licence[] {
  const { packages } = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as Locked;
  return Object.entries(packages)
    .filter(([place, { dev }]) => place.startsWith(prefix) && !place.includes('/@types/') && !dev && existsSync(path.join(folder, place)))
    .map(([place, { license, version }]) => ({
      name: place.slice(place.lastIndexOf(prefix) + prefix.length),
      version: version ?? '',
      licence: license ?? '',
      text: textIn(path.join(folder, place)),
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}

function textIn(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name) && !/\.(js|ts|json)$/.test(name));
  return files
    .toSorted()
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim())
    .join('\n\n');
}

export function licencesFile(): Plugin {
  const source = () => JSON.stringify({ packages: listLicences() });
  return {
    name: 'oneword-licences',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'licences.json', source: source() });
    },
    configureServer({ middlewares }) {
      middlewares.use('/licences.json', (_request, response) => response.setHeader('content-type', 'application/json').end(source()));
    },
  };
}
