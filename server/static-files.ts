/** @file The built page: only files that were found in its folder are served, so no path from outside ever reaches the disk. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Names with a content hash in them never change. */
const hashed = /^\/assets\/.+-[\w-]{8,}\.\w+$/;

/** Serves `directory`; an address without a file in it gets index.html, since the page has addresses of its own. */
export function createStaticHandler(directory: string): (request: Request) => Promise<Response> {
  let files = new Map<string, string>();

  async function find(name: string): Promise<string | undefined> {
    // Looked up again after a miss: the page may have been built, or built anew, while the server runs.
    if (!files.has(name) || !(await exists(files.get(name)))) files = await listFiles(directory);
    return files.get(name);
  }

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
    const { pathname } = new URL(request.url);
    const asked = await find(pathname === '/' ? '/index.html' : pathname);
    if (!asked && path.posix.extname(pathname) !== '') return new Response('There is no such file.\n', { status: 404 });
    const file = asked ?? (await find('/index.html'));
    if (!file) return new Response(notBuilt, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const headers = {
      'content-type': types[path.extname(file)] ?? 'application/octet-stream',
      'content-length': String((await stat(file)).size),
      'cache-control': hashed.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.method === 'HEAD') return new Response(null, { headers });
    return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>, { headers });
  };
}

async function exists(file: string | undefined): Promise<boolean> {
  return file !== undefined && (await stat(file).catch(() => undefined)) !== undefined;
}

async function listFiles(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [`/${path.relative(directory, file).split(path.sep).join('/')}`, file]),
  );
}

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Oneword</title>
<body style="font: 16px/1.5 system-ui; max-width: 34rem; margin: 20vh auto; padding: 0 1rem; color-scheme: light dark">
<h1 style="font-size: 1.25rem">The page has not been built yet</h1>
<p>The server runs, but its page is missing. Stop it and start it again with <code>npm start</code>, which builds the page,
or build it alone with <code>npx vite build renderer</code>.</p></body></html>`;
