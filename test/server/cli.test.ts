/** @file The command line from outside: the JSON that scripts rely on, exit statuses, what is said to wrong use. */
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../contract/suite.ts';
import { runCli, startCli } from './run-cli.ts';

let root: string;
let library: string;
let pictures: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-cli-'));
  library = path.join(root, 'library');
  pictures = path.join(root, 'pictures');
  await mkdir(pictures);
  for (const name of ['chelsea.jpg', 'coffee.jpg', 'horse.jpg', 'rocket.jpg'])
    await copyFile(path.join(samples, name), path.join(pictures, name));
  await writeFile(path.join(pictures, 'empty.png'), '');
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('indexing and searching', () => {
  it('indexes a folder, and finds nothing to do the second time', async () => {
    const first = await runCli(['index', pictures, '--library', library, '--json']);
    expect(first.err).toBe('');
    expect(first.status).toBe(0);
    expect(first.json).toEqual({
      indexed: 4,
      skipped: 0,
      embedded: 4,
      moved: 0,
      removed: 0,
      failed: 1,
      items: 4,
      seconds: expect.any(Number),
    });
    const second = await runCli(['index', pictures, '--library', library, '--json']);
    expect(second.json).toMatchObject({ indexed: 0, skipped: 4, embedded: 0, moved: 0, removed: 0, items: 4 });
  });

  it('searches with words', async () => {
    const { status, json } = await runCli(['search', 'a cat', '--library', library, '--json']);
    expect(status).toBe(0);
    const { results, cut } = json as { results: Record<string, unknown>[]; cut: number };
    expect(results).toHaveLength(4);
    expect(results[0]).toMatchObject({
      path: path.join(pictures, 'chelsea.jpg'),
      score: expect.any(Number),
      why: { words: expect.any(Array) },
    });
    expect(Object.keys(results[0] ?? {}).slice(0, 3)).toEqual(['path', 'score', 'why']);
    expect(Number.isInteger(cut)).toBe(true);
    const limited = (await runCli(['search', 'a cat', '--library', library, '--json', '--limit', '2'])).json as { results: unknown[] };
    expect(limited.results).toHaveLength(2);
  });

  it('searches with a picture, which finds itself first, and with an edit', async () => {
    const image = path.join(pictures, 'horse.jpg');
    const { json } = await runCli(['search', '--image', image, '--library', library, '--json']);
    expect((json as { results: { path: string }[] }).results[0]?.path).toBe(image);
    const edited = await runCli(['search', '--image', image, '--edit', 'a cup of coffee', '--library', library, '--json']);
    expect((edited.json as { results: unknown[] }).results).toHaveLength(3); // the picture itself is not what was asked for
  });

  it('filters', async () => {
    const search = (...args: string[]) => runCli(['search', 'a cat', '--library', library, '--json', ...args]);
    expect((await search('--filter', 'type:png')).json).toMatchObject({ results: [] });
    expect(
      ((await search('--filter', 'type:jpeg', '--filter', 'orientation:landscape')).json as { results: unknown[] }).results.length,
    ).toBeGreaterThan(0);
    expect((await search('--filter', 'date:july 2003')).json).toMatchObject({ results: [] });
    const wrong = await search('--filter', 'colour:red');
    expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('There is no filter "colour"')]);
  });

  it('answers a file of queries, one line each, and goes on after a bad one', async () => {
    const queries = path.join(root, 'queries.jsonl');
    const image = path.join(pictures, 'coffee.jpg');
    const lines = [
      { id: 'a', text: 'a horse' },
      { id: 2, image },
      { id: 'c', image, edit: 'a cat' },
      { id: 'd', image: '/nowhere.jpg' },
      { id: 'e', image: queries },
    ];
    await writeFile(queries, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n\n`);
    const { status, out, err } = await runCli(['search', '--batch', queries, '--limit', '3', '--library', library, '--json']);
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; results?: { path: string }[]; error?: unknown });
    expect(answers.map(({ id }) => id)).toEqual(['a', 2, 'c', 'd', 'e']);
    expect(answers[0]?.results).toHaveLength(3);
    expect(answers[1]?.results?.[0]?.path).toBe(image);
    expect(answers[3]?.error).toMatchObject({ code: 'not-found' });
    expect(answers[4]?.error).toMatchObject({ code: 'unreadable-file', message: expect.stringContaining(queries) });
    expect([status, err]).toEqual([1, expect.stringContaining('/nowhere.jpg')]);
  });

  it('says what is in the library and what failed', async () => {
    const { status, json } = await runCli(['status', '--library', library, '--json']);
    expect(status).toBe(0);
    expect(json).toMatchObject({ items: 4, failed: 1, folders: [{ path: pictures }], server: null });
    expect((json as { failures: unknown[] }).failures).toMatchObject([{ path: path.join(pictures, 'empty.png'), code: 'unreadable-file' }]);
    expect((await runCli(['status', '--library', library])).out).toContain('4 items, 1 failed');
  });

  it('is in good health, and says so when it is not', async () => {
    const { status, json } = await runCli(['doctor', '--library', library, '--json']);
    expect((json as { checks: { ok: boolean }[] }).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect([status, (json as { ok: boolean }).ok]).toEqual([0, true]);
    const damaged = path.join(root, 'damaged');
    await mkdir(damaged);
    await writeFile(path.join(damaged, 'library.db'), 'this is no database, but long enough to look like one'.repeat(100));
    const ill = await runCli(['doctor', '--library', damaged, '--json']);
    expect(ill.status).toBe(1);
    expect(ill.json).toMatchObject({ ok: false, checks: [{ ok: false, detail: expect.stringContaining('damaged') }] });
  });

  it('stops cleanly when interrupted, and goes on from there', async () => {
    const other = path.join(root, 'interrupted');
    const running = startCli(['index', samples, '--library', other, '--json']);
    const { promise: indexing, resolve } = Promise.withResolvers<void>();
    const look = setInterval(async () => {
      if (await stat(path.join(other, 'library.db')).catch(() => undefined)) resolve();
    }, 20);
    await indexing;
    clearInterval(look);
    running.child.kill('SIGINT');
    const stopped = await running.ended;
    expect([stopped.status, stopped.err]).toEqual([1, expect.stringContaining('goes on from there')]);
    expect((await runCli(['index', samples, '--library', other, '--json'])).json).toMatchObject({ items: 15, failed: 0 });
    expect((await runCli(['doctor', '--library', other, '--json'])).json).toMatchObject({ ok: true });
  });
});

describe('vectors', () => {
  it('embeds a text as it is, a picture, and a picture with an edit', async () => {
    const image = path.join(pictures, 'chelsea.jpg');
    const embed = async (...args: string[]) => {
      const { status, json } = await runCli(['embed', '--json', ...args]);
      expect(status).toBe(0);
      return json as { model: string; dimension: number; embedding: number[] };
    };
    const text = await embed('--text', 'a cat');
    expect(Object.keys(text)).toEqual(['model', 'dimension', 'embedding']);
    expect([text.embedding.length, text.embedding.every(Number.isFinite)]).toEqual([text.dimension, true]);
    expect((await embed('--model', 'lite', '--image', image)).dimension).toBe(text.dimension);
    expect((await embed('--image', image, '--edit', 'at night')).dimension).toBe(text.dimension);
  });

  it('embeds a batch from standard input', async () => {
    const input = `{"id":"x","text":"a cat"}\n{"id":"y","text":"a dog"}\n`;
    const { status, out } = await runCli(['embed', '--batch', '-', '--json'], { input });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; dimension: number; embedding: number[] });
    expect([status, lines.map(({ id }) => id)]).toEqual([0, ['x', 'y']]);
    expect(Object.keys(lines[0] ?? {})).toEqual(['id', 'dimension', 'embedding']);
  });

  it('says what it cannot embed', async () => {
    const cases: [string[], number, RegExp][] = [
      [[], 2, /Give one of --text, --image/],
      [['--text', 'a', '--image', 'b'], 2, /Give one of/],
      [['--text', 'a', '--edit', 'b'], 2, /--edit says what to change/],
      [['--prompt', '<image>\nSum up in one word: '], 2, /takes no prompts/],
      [['--image', '/nowhere.jpg'], 1, /There is no file \/nowhere.jpg/],
      [['--image', path.join(pictures, 'empty.png')], 1, /empty.png/],
      [['--text', 'a', '--model', 'huge'], 1, /huge/],
    ];
    for (const [args, status, message] of cases) {
      const ran = await runCli(['embed', '--json', ...args]);
      expect([args, ran.status, ran.err]).toEqual([args, status, expect.stringMatching(message)]);
      expect(ran.json).toMatchObject({ error: { message: expect.stringMatching(message) } });
    }
  });
});

describe('wrong use', () => {
  it('is answered with exit status 2, a reason and a suggestion', async () => {
    const cases: [string[], RegExp][] = [
      [['serch', 'x'], /Did you mean search/],
      [['bench'], /unknown command/],
      [['models', 'pull'], /missing required argument/],
      [['search', 'x', '--limt', '3'], /Did you mean --limit/],
      [['search', 'x', '--limit', 'many'], /whole number/],
      [['search', '--edit', 'at night', '--library', library], /give --image/],
      [['search', 'x', '--batch', 'y', '--library', library], /leave TEXT/],
      [['index'], /missing required argument/],
      [['serve', '--port', '70000'], /whole number/],
    ];
    for (const [args, message] of cases) {
      const { status, err, out } = await runCli(args);
      expect([args, status, err]).toEqual([args, 2, expect.stringMatching(message)]);
      expect(out).toBe('');
    }
  });

  it('fails with exit status 1 where the place is wrong', async () => {
    const nowhere = path.join(root, 'nowhere');
    const missing = await runCli(['index', nowhere, '--library', path.join(root, 'unused'), '--json']);
    expect([missing.status, missing.json]).toEqual([1, { error: { code: 'folder-missing', message: expect.stringContaining(nowhere) } }]);
    const none = await runCli(['search', 'x', '--library', nowhere]);
    expect([none.status, none.err]).toEqual([1, expect.stringContaining('There is no library in')]);
    expect(await stat(nowhere).catch(() => undefined)).toBeUndefined();
  });

  it('has help with examples for every command', async () => {
    const commands = ['serve', 'index', 'watch', 'search', 'embed', 'status', 'doctor', 'models list'];
    const overview = await runCli(['--help']);
    expect(overview.status).toBe(0);
    for (const command of commands) {
      expect(overview.out).toContain(command.split(' ')[0]);
      const { status, out } = await runCli([...command.split(' '), '--help']);
      expect([command, status, out]).toEqual([command, 0, expect.stringContaining('Example')]);
    }
  });
});

describe('a served library', () => {
  it('is reached by other commands through its server, and by nobody else', async () => {
    const serving = startCli(['serve', '--library', library, '--port', '0', '--json']);
    const served = JSON.parse(await serving.line()) as { url: string; token: string };
    const file = path.join(library, 'server.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ url: served.url, token: served.token });

    expect((await runCli(['status', '--library', library, '--json'])).json).toMatchObject({ items: 4, server: served.url });
    const image = path.join(pictures, 'coffee.jpg');
    const found = (await runCli(['search', '--image', image, '--library', library, '--json'])).json as { results: { path: string }[] };
    expect(found.results[0]?.path).toBe(image);
    expect((await runCli(['index', pictures, '--library', library, '--json'])).json).toMatchObject({ items: 4, skipped: 4, embedded: 0 });
    expect((await runCli(['doctor', '--library', library, '--json'])).status).toBe(0);
    const second = await runCli(['serve', '--library', library, '--port', '0', '--json']);
    // Where it is open, whole: a second start is mostly somebody who lost the address.
    expect(second.err).toContain(`${served.url}/?token=${served.token}`);
    expect([second.status, second.json]).toEqual([1, { error: { code: 'library-busy', message: expect.stringContaining(served.url) } }]);

    await rm(file);
    const busy = await runCli(['search', 'x', '--library', library, '--json']);
    expect([busy.status, busy.json]).toEqual([1, { error: { code: 'library-busy', message: expect.stringContaining(library) } }]);

    serving.child.kill('SIGTERM');
    expect((await serving.ended).status).toBe(0);
    expect((await runCli(['doctor', '--library', library, '--json'])).json).toMatchObject({ ok: true });
  });

  it('takes its address down when it ends', async () => {
    const serving = startCli(['serve', '--library', library, '--port', '0', '--json']);
    await serving.line();
    serving.child.kill('SIGINT');
    expect((await serving.ended).status).toBe(0);
    expect(await stat(path.join(library, 'server.json')).catch(() => undefined)).toBeUndefined();
  });
});
