/** @file Pictures by id: what is shown, in what form, and that nothing outside the watched folders ever is. */
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hit } from '../../core/api/query.ts';
import { type Library, openLibrary } from '../../engine/library.ts';
import { createMediaHandler } from '../../engine/media.ts';
import { saveQueryPicture } from '../../engine/query-pictures.ts';
import { samples } from '../contract/suite.ts';

const svg =
  '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><script>alert(1)</script><rect width="64" height="48" fill="red"/></svg>';

let root: string;
let pictures: string;
let library: Library;
let hits: Map<string, Hit>;
let handle: (request: Request) => Promise<Response | undefined>;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-media-'));
  pictures = path.join(root, 'pictures');
  await mkdir(path.join(pictures, 'inner'), { recursive: true });
  await copyFile(path.join(samples, 'chelsea.jpg'), path.join(pictures, 'caf\u00e9 "1".jpg'));
  await copyFile(path.join(samples, 'coffee.jpg'), path.join(pictures, 'inner', 'coffee.jpg'));
  await writeFile(path.join(pictures, 'drawing.svg'), svg);
  library = await openLibrary({ directory: path.join(root, 'library'), activity: 'index' });
  await library.client.addFolder({ path: pictures });
  await library.client.settled();
  hits = new Map((await library.client.search({ query: {} })).hits.map((hit) => [hit.name, hit]));
  handle = createMediaHandler(library);
});

afterAll(async () => {
  await library?.close();
  await rm(root, { recursive: true, force: true });
});

const id = (name: string): string => hits.get(name)?.id ?? 'missing';

async function get(target: string, init: RequestInit = {}): Promise<Response> {
  const response = await handle(new Request(`http://127.0.0.1${target}`, init));
  if (!response) throw new Error(`${target} was not taken for a picture`);
  return response;
}

it('shows a small picture, a large one and the file itself', async () => {
  const coffee = id('coffee.jpg');
  const version = hits.get('coffee.jpg')?.version ?? '';
  for (const kind of ['thumb', 'preview']) {
    const response = await get(`/${kind}/${coffee}?v=${version}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(String.fromCharCode(...bytes.subarray(8, 12))).toBe('WEBP');
    expect(bytes.length).toBe(Number(response.headers.get('content-length')));
    expect(response.headers.get('cache-control')).toContain('immutable');
  }
  const file = await get(`/media/${coffee}`);
  expect([file.headers.get('content-type'), file.headers.get('cache-control')]).toEqual(['image/jpeg', 'private, no-cache']);
  expect(new Uint8Array(await file.arrayBuffer()).subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
});

it('answers 304 to who has it already, and no body to HEAD', async () => {
  const first = await get(`/media/${id('coffee.jpg')}`);
  const etag = first.headers.get('etag') ?? '';
  await first.body?.cancel();
  expect((await get(`/media/${id('coffee.jpg')}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  const head = await get(`/media/${id('coffee.jpg')}`, { method: 'HEAD' });
  expect([head.body, Number(head.headers.get('content-length')) > 1000]).toEqual([null, true]);
});

it('keeps a picture with scripts in it from acting', async () => {
  const response = await get(`/media/${id('drawing.svg')}`);
  expect(response.headers.get('content-type')).toBe('image/svg+xml');
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/);
  await response.body?.cancel();
});

it('names the file so that any name survives', async () => {
  const response = await get(`/media/${id('caf\u00e9 "1".jpg')}`);
  expect(response.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''caf%C3%A9%20%221%22.jpg");
  await response.body?.cancel();
});

it('takes ids and nothing else', async () => {
  for (const target of ['/media/..%2f..%2fetc%2fpasswd', '/media/1/../../x', '/thumb/', '/preview/1e3', '/media/999999', '/media/1p9/x']) {
    expect([target, (await handle(new Request(`http://127.0.0.1${target}`)))?.status ?? 404]).toEqual([target, 404]);
  }
  expect((await get(`/media/${id('coffee.jpg')}`, { method: 'DELETE' })).status).toBe(405);
  expect(await handle(new Request('http://127.0.0.1/library'))).toBeUndefined();
});

it('does not follow a file or a folder that became a link out of the watched folder', async () => {
  const secrets = path.join(root, 'secrets');
  await mkdir(secrets);
  await copyFile(path.join(samples, 'horse.jpg'), path.join(secrets, 'coffee.jpg'));
  const inner = path.join(pictures, 'inner');
  await rename(inner, path.join(root, 'moved'));
  await symlink(secrets, inner);
  const byFolder = await get(`/media/${id('coffee.jpg')}`);
  expect(byFolder.status).toBe(404);
  await rm(inner);
  await mkdir(inner);
  await symlink(path.join(secrets, 'coffee.jpg'), path.join(inner, 'coffee.jpg'));
  const byFile = await get(`/media/${id('coffee.jpg')}`);
  expect(byFile.status).toBe(404);
});

it('takes pictures to search with, up to a size, and gives the same one the same id', async () => {
  const post = (body: Uint8Array<ArrayBuffer> | string, type: string) =>
    get('/query-picture', { method: 'POST', headers: { 'content-type': type }, body });
  const first = (await (await post('some bytes', 'image/png')).json()) as { id: string };
  expect(first.id).toMatch(/^[0-9a-f]{32}$/);
  expect(await (await post('some bytes', 'application/octet-stream')).json()).toEqual(first);
  expect((await post('', 'image/png')).status).toBe(422);
  expect((await post('<html>', 'text/html')).status).toBe(415);
  expect((await get('/query-picture')).status).toBe(405);
  expect((await get(`/query-picture/${first.id}/thumb`, { method: 'POST', body: 'x' })).status).toBe(405);
  const unreadable = library.client.search({ query: { picture: { kind: 'upload', id: first.id } } });
  await expect(unreadable).rejects.toMatchObject({ code: 'unreadable-file' });
  const tooLarge = saveQueryPicture(library.directory, new Blob(['0123456789']).stream(), 9);
  await expect(tooLarge).rejects.toMatchObject({ code: 'too-large' });
});

it('shows a picture to search with by its id, small and large, and says when it is gone', async () => {
  const bytes = await readFile(path.join(samples, 'rocket.jpg'));
  const posted = await get('/query-picture', { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: Uint8Array.from(bytes) });
  const upload = ((await posted.json()) as { id: string }).id;
  const widths: number[] = [];
  for (const kind of ['thumb', 'preview']) {
    const shown = await get(`/query-picture/${upload}/${kind}`);
    expect([shown.status, shown.headers.get('content-type'), shown.headers.get('cache-control')]).toEqual([
      200,
      'image/webp',
      'private, no-cache',
    ]);
    const etag = shown.headers.get('etag') ?? '';
    widths.push((await sharp(await shown.arrayBuffer()).metadata()).width);
    expect((await get(`/query-picture/${upload}/${kind}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  }
  expect(widths[0]).toBe(320);
  expect(widths[1]).toBeGreaterThan(320);

  for (const other of [`/query-picture/${upload}`, `/query-picture/${upload}/media`, `/query-picture/..%2flibrary.db/thumb`]) {
    expect([other, (await get(other)).status]).toEqual([other, 404]);
  }
  const text = (await (
    await get('/query-picture', { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'no picture' })
  ).json()) as { id: string };
  const refused = await get(`/query-picture/${text.id}/thumb`);
  expect([refused.status, JSON.stringify(await refused.json()).includes(library.directory)]).toEqual([422, false]);

  await rm(path.join(library.directory, 'queries', upload));
  const gone = await get(`/query-picture/${upload}/thumb`);
  expect([gone.status, await gone.json()]).toMatchObject([404, { code: 'not-found' }]);
  await expect(library.client.search({ query: { picture: { kind: 'upload', id: upload } } })).rejects.toMatchObject({ code: 'not-found' });
});
