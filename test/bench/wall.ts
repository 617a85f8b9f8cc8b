/**
 * @file The interface on a library of 100,000 pictures, as a person has it: the real server, the real page in Chromium. First paint, frames while
 * scrolling, from the last key to painted results, what the page weighs. docs/benchmarks/interface.md says what came out.
 */
import { appendFile, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { type App, startApp } from '../e2e/app.ts';
import { launchBrowser, noBrowser } from '../e2e/chromium.ts';
import { budget, pageSize } from './page-size.ts';
import { type Figure, median } from './report.ts';
import { emptyPage, type Frames, frameFigures, measureFrames, scrollPhases, scrubPhase } from './wall-frames.ts';
import { makeWallLibrary } from './wall-library.ts';
import { measureTyping, typingFigures } from './wall-typing.ts';

export const wallParts = ['size', 'paint', 'typing', 'frames', 'job'] as const;
export type WallPart = (typeof wallParts)[number];

export type WallBench = {
  readonly rows: number;
  readonly isQuick: boolean;
  readonly parts?: readonly WallPart[];
  /** One that `makeWallLibrary` made, to be left as it is. */
  readonly made?: string | undefined;
};

const window = { width: 1440, height: 900 };

export async function benchWall({ rows, isQuick, made, parts = wallParts }: WallBench): Promise<Figure[]> {
  if (noBrowser) throw new Error(noBrowser);
  const { buildPage } = (await import(new URL('../../bin/set-up.mjs', import.meta.url).href)) as { buildPage(node: string): void };
  buildPage(process.execPath);
  const directory = made ?? (await mkdtemp(path.join(tmpdir(), 'oneword-bench-')));
  let app: App | undefined;
  let browser: Browser | undefined;
  const figures: Figure[] = [];
  try {
    if (made === undefined) await makeWallLibrary(directory, rows);
    if (parts.includes('size')) figures.push(...(await sizeFigures()));
    app = await startApp(path.join(directory, 'library'));
    browser = await launchBrowser();
    await atRest(app);
    if (parts.includes('paint')) figures.push(...(await benchPaint(browser, app, isQuick ? 2 : 7)));
    const page = await openPage(browser, app.address);
    await shown(page);
    if (parts.includes('typing')) figures.push(...(await benchTyping(page, app, isQuick ? 8 : 40)));
    const ceiling = parts.includes('frames') || parts.includes('job') ? await emptyFrames(browser, isQuick) : undefined;
    if (ceiling && parts.includes('frames')) figures.push(...(await benchFrames(browser, page, app, ceiling, isQuick)));
    if (ceiling && parts.includes('job')) figures.push(...(await benchJob(browser, page, app, directory, isQuick)));
    return figures;
  } finally {
    await browser?.close();
    await app?.stop();
    if (made === undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ viewport: window, locale: 'en-GB' });
  await context.addInitScript("location.protocol === 'http:' && localStorage.setItem('oneword-tour-seen', '1')");
  await context.addInitScript({ path: path.join(import.meta.dirname, 'wall-probe.js') });
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Until the wall has its pictures and knows all of them: it is as high as a hundred thousand are. */
async function shown(page: Page): Promise<void> {
  await page.locator('[data-scroller] img[data-loaded]').first().waitFor({ timeout: 60_000 });
  await holds(page, "document.querySelector('[role=grid]').offsetHeight > 50_000");
  await page.waitForTimeout(500);
}

/** Asked from outside: the page's own policy forbids Playwright's way of waiting for an expression. */
async function holds(page: Page, expression: string): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; await page.waitForTimeout(50)) {
    if ((await page.evaluate(expression)) === true) return;
  }
  throw new Error(`after a minute it still does not hold that ${expression}`);
}

async function call<T>(app: App, method: string, input: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${app.token}`, origin: app.url };
  const response = await fetch(`${app.url}/api/${method}`, { method: 'POST', headers, body: JSON.stringify({ json: input }) });
  if (!response.ok) throw new Error(`${method}: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { json: T }).json;
}

/** The scan at the start is over, and every folder is watched: from then on what is measured is the page. */
async function atRest(app: App): Promise<void> {
  await call(app, 'settled', undefined);
  for (let calm = 0; calm < 8; ) {
    const asked = performance.now();
    await call(app, 'understand', { text: '' });
    calm = performance.now() - asked < 20 ? calm + 1 : 0;
    await sleep(500);
  }
}

async function sizeFigures(): Promise<Figure[]> {
  const size = await pageSize();
  const names = { firstGzip: 'first load, gzip', firstRaw: 'first load, as served', totalGzip: 'all, gzip', totalRaw: 'all, as served' };
  return Object.entries(size).map(([which, value]) => {
    const most = budget[which as keyof typeof budget];
    return {
      name: `page: ${names[which as keyof typeof budget]}`,
      value,
      unit: 'KiB',
      against: `budget ${most} KiB`,
      ratio: value / most,
      aim: '<= 1',
    };
  });
}

type Paints = { first: number; contentful: number };

/** A browser that has never seen the page, each time. */
async function benchPaint(browser: Browser, app: App, rounds: number): Promise<Figure[]> {
  const paints: (Paints & { pictures: number })[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const empty = await browser.newContext({ viewport: window });
    const blank = await empty.newPage();
    await blank.goto(`${app.url}/icon.svg`);
    bare.push(await contentfulPaint(blank));
    await empty.close();
    const page = await openPage(browser, app.address);
    await page.locator('[data-scroller] img[data-loaded]').first().waitFor({ timeout: 60_000 });
    const pictures = (await page.evaluate('performance.now()')) as number;
    const first = (await page.evaluate("performance.getEntriesByName('first-paint')[0].startTime")) as number;
    paints.push({ first, contentful: await contentfulPaint(page), pictures });
    await page.context().close();
  }
  const against = `a page of one line from the same server, ${median(bare).toFixed(0)} ms`;
  const worst = Math.max(...paints.map(({ contentful }) => contentful));
  return [
    { name: 'cold load: first paint', value: median(paints.map(({ first }) => first)), unit: 'ms', against },
    {
      name: 'cold load: first contentful paint',
      value: median(paints.map(({ contentful }) => contentful)),
      unit: 'ms',
      against: `1000 ms; longest of ${rounds} ${worst.toFixed(0)} ms; ${against}`,
      ratio: median(paints.map(({ contentful }) => contentful)) / 1000,
      aim: '<= 1',
    },
    { name: 'cold load: first picture', value: median(paints.map(({ pictures }) => pictures)), unit: 'ms' },
  ];
}

async function contentfulPaint(page: Page): Promise<number> {
  await holds(page, "performance.getEntriesByName('first-contentful-paint').length > 0");
  return (await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")) as number;
}

async function benchTyping(page: Page, app: App, count: number): Promise<Figure[]> {
  await measureTyping(page, 2); // warm
  await page.goto(app.url);
  await shown(page);
  const bare = (await page.evaluate(`(async () => {
    const times = [];
    for (let at = 0; at < 30; at++) {
      const begun = performance.now();
      await (await fetch('/api/understand', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"json":{"text":""}}' })).text();
      times.push(performance.now() - begun);
    }
    return times;
  })()`)) as number[];
  return typingFigures(await measureTyping(page, count), median(bare) + 1000 / 60);
}

async function emptyFrames(browser: Browser, isQuick: boolean): Promise<Frames> {
  const context = await browser.newContext({ viewport: window });
  await context.addInitScript({ path: path.join(import.meta.dirname, 'wall-probe.js') });
  const page = await context.newPage();
  await page.goto(`data:text/html,${encodeURIComponent(emptyPage)}`);
  const wheel = scrollPhases(isQuick).slice(0, 1);
  await measureFrames(browser, page, wheel);
  const [frames] = await measureFrames(browser, page, wheel);
  await context.close();
  if (!frames) throw new Error('no frames of an empty page');
  return frames;
}

async function benchFrames(browser: Browser, page: Page, app: App, ceiling: Frames, isQuick: boolean): Promise<Figure[]> {
  const figures = frameFigures('empty page', [ceiling], ceiling);
  for (const [name, address] of [
    ['relevance', '/?q=mountains'],
    ['by date', '/timeline'],
  ] as const) {
    await page.goto(app.url + address);
    await shown(page);
    const phases = [...scrollPhases(isQuick), ...(name === 'by date' ? [scrubPhase] : [])];
    await measureFrames(browser, page, scrollPhases(true).slice(0, 2)); // warm
    figures.push(...frameFigures(name, await measureFrames(browser, page, phases), ceiling));
  }
  return figures;
}

/** Pictures that are new are read by the engine while one scrolls; the ceiling is an empty page meanwhile. */
async function benchJob(browser: Browser, page: Page, app: App, directory: string, isQuick: boolean): Promise<Figure[]> {
  await page.goto(`${app.url}/?q=mountains`);
  await shown(page);
  await measureFrames(browser, page, scrollPhases(true).slice(0, 1)); // warm
  const folder = await newPictures(directory, isQuick ? 600 : 4000);
  const { id } = await call<{ id: number }>(app, 'addFolder', { path: folder });
  try {
    await page.waitForTimeout(1500);
    const ceiling = await emptyFrames(browser, true);
    const measured = await measureFrames(browser, page, scrollPhases(isQuick).slice(0, 3));
    const { jobs } = await call<{ jobs: unknown[] }>(app, 'status', undefined);
    if (jobs.length === 0) process.stderr.write('The job was over before the last frame was measured.\n');
    return [...frameFigures('empty page, while indexing', [ceiling], ceiling), ...frameFigures('while indexing', measured, ceiling)];
  } finally {
    await call(app, 'removeFolder', { id });
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same few pictures with another ending each: decoders stop before it, but they are other bytes. */
async function newPictures(directory: string, count: number): Promise<string> {
  const folder = path.join(directory, `new-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const sources = path.join(directory, 'sources');
  const names = (await readdir(sources)).filter((name) => name.endsWith('.jpg'));
  for (let at = 0; at < count; at++) {
    const file = path.join(folder, `new-${at}.jpg`);
    await copyFile(path.join(sources, names[at % names.length] ?? ''), file);
    await appendFile(file, `${process.pid}-${at}`);
  }
  return folder;
}
