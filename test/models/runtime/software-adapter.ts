/**
 * @file A graphics device in software (SwiftShader), for machines without one. It comes from the npm registry inside a package that carries
 * a browser; only the adapter and its loader are kept, in node_modules/.cache. Linux on x64.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';

const source = '@sparticuz/chromium@147.0.0';
const archive = 'package/bin/swiftshader.tar.br';
const archiveHash = 'f957ea867313f9815b71dc2ed30cce301e01db4f3973fbdb31ffa5391b0ec45a';

const cache = path.resolve(import.meta.dirname, '../../../node_modules/.cache/oneword');
const folder = path.join(cache, 'swiftshader-147.0.0');

const run = promisify(execFile);

export type Adapter = { readonly env: Readonly<Record<string, string>> } | { readonly missing: string };

/** The environment in which a process finds the adapter; or why there is none. Downloads 68 MB the first time. */
export async function softwareAdapter(): Promise<Adapter> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'the software adapter is for Linux on x64' };
  if (!existsSync(folder)) {
    const failure = await install().catch((error: unknown) => error);
    if (failure !== undefined) return { missing: `${source} could not be had from the npm registry: ${firstLine(failure)}` };
  }
  return { env: { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: path.join(folder, 'adapter.json') } };
}

async function install(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(path.join(cache, 'unfinished-'));
  try {
    await run('npm', ['pack', source, '--fetch-retries=1', '--pack-destination', unfinished], { cwd: unfinished, timeout: 90_000 });
    await run('sh', ['-c', `tar -xzf *.tgz ${archive}`], { cwd: unfinished });
    const packed = await readFile(path.join(unfinished, archive));
    const hash = createHash('sha256').update(packed).digest('hex');
    if (hash !== archiveHash) throw new Error(`its ${archive} has the SHA-256 ${hash}, not ${archiveHash}`);
    const ready = path.join(unfinished, 'ready');
    await mkdir(ready);
    await writeFile(path.join(unfinished, 'adapter.tar'), brotliDecompressSync(packed));
    await run('tar', ['-xf', '../adapter.tar', 'libvk_swiftshader.so', 'libvulkan.so.1'], { cwd: ready });
    const driver = { library_path: path.join(folder, 'libvk_swiftshader.so'), api_version: '1.1.0' };
    await writeFile(path.join(ready, 'adapter.json'), JSON.stringify({ file_format_version: '1.0.0', ICD: driver }));
    // Another run of the tests may have been faster.
    await rename(ready, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** npm says on standard error what was wrong, and the error only that something was. */
function firstLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' ? error.stderr : '';
  const [line = ''] = (said || (error instanceof Error ? error.message : String(error))).split('\n');
  return line;
}
