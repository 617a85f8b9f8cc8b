/**
 * @file transformers.js, the program that Oneword's encoders are compared with. It is no part of Oneword: a benchmark that is asked for the
 * comparison installs it, with its own onnxruntime, into a folder beside the engines.
 */
import { spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../core/api/errors.ts';

const packageName = '@huggingface/transformers';
export const peerVersion = '4.3.1';
export const peerName = `transformers.js ${peerVersion}`;

/** The folder whose node_modules have it. The name is none that an engine can have. */
export const peerFolder = (home: string): string => path.join(home, `.transformers.js-${peerVersion}`);

/** Path of its module for Node. Throws `download-failed` where npm cannot install it, or the signal's reason. */
export async function requirePeer(home: string, say: (sentence: string) => void, signal?: AbortSignal): Promise<string> {
  const folder = peerFolder(home);
  const module = path.join(folder, 'node_modules', packageName, 'dist', 'transformers.node.mjs');
  if (await isThere(module)) return module;
  say(`npm installs ${packageName} ${peerVersion} into ${folder} (0.5 GB; delete the folder when it is no longer needed)`);
  await mkdir(home, { recursive: true });
  const part = await mkdtemp(`${folder}.`);
  try {
    await npmInstall(part, `${packageName}@${peerVersion}`, signal);
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  if (await isThere(module)) return module;
  throw new AppError('download-failed', `npm installed ${packageName} ${peerVersion}, but ${module} is not there.`);
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}

/** No scripts: what they would fetch (graphics libraries) is not needed. */
async function npmInstall(folder: string, what: string, signal?: AbortSignal): Promise<void> {
  const settings = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', '--fetch-retries=0'];
  const child = spawn('npm', ['install', '--prefix', folder, ...settings, what], {
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
    ...(signal && { signal }),
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 ? undefined : lastLines(errors) || `exit status ${code}`));
  });
  const failure = await ended;
  signal?.throwIfAborted();
  if (failure !== undefined)
    throw new AppError(
      'download-failed',
      `npm could not install ${what}, which --peer compares with: ${failure}. Check the network or npm's registry setting, or leave out --peer.`,
    );
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(0, 3).join(' ').slice(0, 300);
}
