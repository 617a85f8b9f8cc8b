/** @file The pool with real reader processes: order, limits, deaths, thumbnails, the end. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import { createReaders, type ReadersOptions } from '../../core/readers/pool.ts';
import type { Readers, ReadJob } from '../../core/readers/reader.ts';
import { fixture, sample, squash, temporaryFolder } from './pictures.ts';
import { dngBytes } from './raw-bytes.ts';

const folder = temporaryFolder();
const slow = slowDrawing('slow.svg', 8);
const slower = slowDrawing('slower.svg', 25);
const open: Readers[] = [];
const lines: string[] = [];

function readers(options: Partial<ReadersOptions> = {}): Readers {
  const made = createReaders({ processes: 1, log: (line) => lines.push(line), ...options });
  open.push(made);
  return made;
}

/** Polls for as long as a busy machine may need. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

const job = (path: string): ReadJob => ({ path, rasters: [{ ...squash, width: 200, height: 200 }] });

afterEach(async () => {
  await Promise.all(open.splice(0).map((pool) => pool.close()));
  lines.length = 0;
});

test('reads pictures of every decoder in processes of their own, thumbnail included', async () => {
  const pool = readers({ processes: 2 });
  const raw = join(folder, 'camera.dng');
  writeFileSync(raw, dngBytes(readFileSync(sample('coffee.jpg')), 6));
  const thumbnail = { path: join(folder, 'thumbs', 'ab', 'abcd-320.webp'), side: 320 };
  const [jpeg, heic, dng] = await Promise.all([
    pool.read({ ...job(sample('coffee.jpg')), thumbnail }),
    pool.read(job(fixture('coffee.heic'))),
    pool.read(job(raw)),
  ]);
  expect(jpeg.facts).toMatchObject({ type: 'jpeg', width: 600, height: 400 });
  expect(jpeg.picture.rasters[0]).toMatchObject({ width: 200, height: 200 });
  expect(jpeg.picture.rasters[0]?.data).toHaveLength(200 * 200 * 3);
  expect(heic.facts.type).toBe('heic');
  expect(dng.facts).toMatchObject({ type: 'raw', width: 400, height: 600 });
  expect(await sharp(thumbnail.path).metadata()).toMatchObject({ format: 'webp', width: 320, height: 213 });
  expect(readdirSync(join(folder, 'thumbs', 'ab'))).toEqual(['abcd-320.webp']); // nothing temporary stays
});

test('a thumbnail is never larger than its picture', async () => {
  const small = join(folder, 'small.png');
  writeFileSync(small, await sharp(sample('horse.jpg')).resize(100, 60, { fit: 'fill' }).png().toBuffer());
  const path = join(folder, 'small.webp');
  await readers().read({ ...job(small), thumbnail: { path, side: 320 } });
  expect(await sharp(path).metadata()).toMatchObject({ width: 100, height: 60 });
});

test('a preview is written on demand, upright', async () => {
  const pool = readers();
  const target = join(folder, 'previews', 'one.webp');
  await pool.preview(sample('china.jpg'), target, 500);
  expect(await sharp(target).metadata()).toMatchObject({ format: 'webp', width: 500, height: 334 });
  const turned = join(folder, 'turned.jpg');
  writeFileSync(turned, await sharp(sample('coffee.jpg')).withMetadata({ orientation: 8 }).jpeg().toBuffer());
  await pool.preview(turned, target, 300);
  expect(await sharp(target).metadata()).toMatchObject({ width: 200, height: 300 });
});

test('hashes files of any kind without decoding them', async () => {
  const path = join(folder, 'noise.bin');
  const bytes = Buffer.alloc(9 * 1024 ** 2 + 7, 'abc');
  writeFileSync(path, bytes);
  expect(await readers().hash(path)).toEqual({ bytes: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') });
});

describe('order', () => {
  test('is first come, first served, but a query overtakes what has not started', async () => {
    const pool = readers();
    const done: string[] = [];
    const note = (name: string, work: Promise<unknown>) => work.then(() => done.push(name));
    await Promise.all([
      note('running', pool.read(job(slow))),
      note('first', pool.read(job(sample('coffee.jpg')))),
      note('second', pool.hash(sample('horse.jpg'))),
      note('query', pool.read(job(sample('chelsea.jpg')), undefined, 'query')),
    ]);
    expect(done).toEqual(['running', 'query', 'first', 'second']);
  });

  test('a job that was cancelled ends at once, running or waiting, and the others go on', async () => {
    const pool = readers();
    const abort = new AbortController();
    const running = pool.read(job(slow), abort.signal);
    const waiting = pool.read(job(sample('coffee.jpg')), abort.signal);
    const other = pool.read(job(sample('horse.jpg')));
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(pool.hash(slow, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect((await other).facts.type).toBe('jpeg');
  });
});

describe('limits', () => {
  test('a file that takes too long is given up and its process replaced', async () => {
    const pool = readers({ limits: { milliseconds: 150 } });
    await expect(pool.read(job(slow))).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringMatching(/slow\.svg.*limit of 0\.15 s/),
    });
    await expect(pool.hash(sample('coffee.jpg'))).resolves.toMatchObject({ bytes: 56_196 });
  });

  test('are those that were given', async () => {
    const pool = readers({ limits: { megapixels: 0.2 } });
    await expect(pool.read(job(sample('coffee.jpg')))).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('limit is 0.2 megapixels'),
    });
    await expect(pool.read(job(join(folder, 'missing.jpg')))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe.runIf(process.platform === 'linux')('processes', () => {
  test('that grew beyond the memory limit are replaced after their file', async () => {
    const pool = readers({ limits: { memoryMiB: 1 } });
    await pool.read(job(sample('coffee.jpg')));
    await eventually(readerPids).toEqual([]); // the next one starts with the next job
    expect((await pool.read(job(sample('horse.jpg')))).facts.type).toBe('jpeg');
    expect(lines).toEqual([]); // a planned end is no news
  });

  test('that die once are forgiven', async () => {
    const pool = readers();
    await pool.hash(sample('coffee.jpg'));
    const [pid = 0] = readerPids();
    const reading = pool.read(job(slow));
    process.kill(pid, 'SIGKILL');
    expect((await reading).facts).toMatchObject({ type: 'svg', width: 400 });
  });

  test('that die twice of a file make it a failed file, and the next one is read', async () => {
    const pool = readers();
    await pool.hash(sample('coffee.jpg'));
    const toStart = cpuTicks(readerPids()[0] ?? 0);
    let over = false;
    const reading = pool.read(job(slower)).finally(() => {
      over = true;
    });
    const killing = (async () => {
      const killed = new Set<number>();
      while (!over) {
        for (const pid of readerPids()) {
          if (cpuTicks(pid) > toStart + 40 && !killed.has(pid)) process.kill(killed.add(pid) && pid, 'SIGKILL'); // it has started and decodes
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(/slower\.svg.*down twice \(signal SIGKILL\)/),
    });
    await killing;
    expect((await pool.read(job(sample('horse.jpg')))).facts.type).toBe('jpeg');
  });

  test('end with the pool, exiftool included', async () => {
    const pool = readers();
    const raw = join(folder, 'last.dng');
    writeFileSync(raw, dngBytes(readFileSync(sample('coffee.jpg')), 1));
    await pool.read(job(raw));
    const [pid = 0] = readerPids();
    const [perl = 0] = childrenOf(pid);
    expect(perl).toBeGreaterThan(0);
    await pool.close();
    expect(readerPids()).toEqual([]);
    await eventually(() => existsSync(`/proc/${perl}`)).toBe(false);
    await expect(pool.hash(raw)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('take their exiftool along when they are killed', async () => {
    const pool = readers();
    const raw = join(folder, 'killed.dng');
    writeFileSync(raw, dngBytes(readFileSync(sample('coffee.jpg')), 1));
    await pool.read(job(raw));
    const [pid = 0] = readerPids();
    const [perl = 0] = childrenOf(pid);
    process.kill(pid, 'SIGKILL');
    await eventually(() => existsSync(`/proc/${perl}`)).toBe(false);
  });
});

const smallDisk = mountSmallDisk();
test.skipIf(smallDisk === undefined)('a full disk is said to be one, and leaves nothing half-written', async () => {
  if (smallDisk === undefined) return;
  try {
    writeFileSync(join(smallDisk, 'filler'), Buffer.alloc(60 * 1024));
    const thumbnail = { path: join(smallDisk, 'thumb.webp'), side: 320 };
    const pool = readers();
    await expect(pool.read({ ...job(sample('grass.jpg')), thumbnail })).rejects.toMatchObject({ code: 'disk-full' });
    await expect(pool.preview(sample('grass.jpg'), thumbnail.path, 500)).rejects.toMatchObject({ code: 'disk-full' });
    expect(readdirSync(smallDisk)).toEqual(['filler']);
  } finally {
    execFileSync('umount', [smallDisk]);
  }
});

/** A tiny file whose filters take a tenth of a second each. */
function slowDrawing(name: string, filters: number): string {
  const path = join(folder, name);
  const noise = '<feTurbulence baseFrequency="0.05" numOctaves="9"/>'.repeat(filters);
  const body = `<filter id="f" width="100%" height="100%">${noise}</filter><rect width="400" height="400" filter="url(#f)"/>`;
  writeFileSync(path, `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400">${body}</svg>`);
  return path;
}

/** 64 KiB of tmpfs, where this user may mount one. */
function mountSmallDisk(): string | undefined {
  const at = join(folder, 'small-disk');
  mkdirSync(at);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], { stdio: 'ignore' });
    return at;
  } catch {
    rmSync(at, { recursive: true });
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function readerPids(): number[] {
  return childrenOf(process.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('reader-process'));
}

/** Processor time so far, in ticks of 10 ms. */
function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
