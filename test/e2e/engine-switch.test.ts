/**
 * @file A library goes over to a CLIP checkpoint and back while somebody searches all the time: in the page as well as through what the page
 * calls, with no moment without an answer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Inputs, Outputs } from '../../core/api/contract.ts';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { EnginesPage } from './pages/engines-page.ts';
import { SearchPage, until } from './pages/search-page.ts';

/** A CLIP of random numbers: it runs like a real one and knows nothing. */
const checkpoint = path.join(root, 'test/fixtures/clip/checkpoint');
const clip = 'checkpoint';
const pictures = 15;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };

/** Asks again as soon as it has an answer, until it is stopped. */
type Searching = { readonly answers: readonly Answer[]; stop(): Promise<void> };
type Answer = { readonly names: string; readonly problem?: string };

describe.skipIf(noBrowser)(`searching while engines change${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let engines: EnginesPage;
  let search: SearchPage;
  /** What each engine answers to the same question. */
  const orders = { lite: '', clip: '' };
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    vi.stubEnv('ONEWORD_MODELS', path.join(place, 'models'));
    app = await startApp(path.join(place, 'library'), path.join(root, 'samples'));
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, desk));
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    engines = new EnginesPage(page);
    search = new SearchPage(page);
    await page.goto(app.address);
    await until(async () => (await search.names()).length === pictures || 'the samples are still being indexed');
    await call('settled', undefined);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    vi.unstubAllEnvs();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function call<
    M extends 'search' | 'importEngine' | 'useEngine' | 'listEngines' | 'status' | 'totals' | 'settled' | 'pause' | 'resume',
  >(method: M, input: Inputs[M]): Promise<Outputs[M]> {
    const headers = { 'content-type': 'application/json', origin: new URL(app.url).origin, authorization: `Bearer ${app.token}` };
    const body = JSON.stringify(input === undefined ? {} : { json: input });
    const response = await fetch(new URL(`/api/${method}`, app.url), { method: 'POST', headers, body });
    const answer = (await response.json()) as { json: Outputs[M] };
    if (!response.ok) throw new Error(`${method} answers ${response.status}: ${JSON.stringify(answer)}`);
    return answer.json;
  }

  const namesOf = ({ hits }: Outputs['search']): string => hits.map(({ name }) => name).join(' ');
  const ask = async (): Promise<string> => namesOf(await call('search', { query: { text: 'a cat', literal: true } }));

  function searchAllTheTime(): Searching {
    const answers: Answer[] = [];
    let isOver = false;
    const loop = (async () => {
      while (!isOver) {
        try {
          answers.push({ names: await ask() });
        } catch (error) {
          answers.push({ names: '', problem: String(error) });
        }
      }
    })();
    return {
      answers,
      stop: () => {
        isOver = true;
        return loop;
      },
    };
  }

  const engine = async (id: string) => (await call('listEngines', undefined)).find((one) => one.id === id);
  const serves = async (id: string): Promise<true | string> => {
    const { engine: now } = await call('status', undefined);
    return now.id === id || `${now.name} answers`;
  };

  /** Changes to an engine while two kinds of people search; the wall of the page must be full whenever it is looked at. */
  async function change(to: string): Promise<readonly Answer[]> {
    const searching = searchAllTheTime();
    const emptyWalls: string[] = [];
    try {
      await until(async () => searching.answers.length >= 3 || 'nobody has searched before the change');
      await call('useEngine', { id: to });
      await until(async () => {
        const shown = await search.names();
        const alerts = await page.getByRole('alert').allInnerTexts();
        if (shown.length !== pictures || alerts.length > 0) emptyWalls.push(`${shown.length} pictures, ${alerts.join(' ')}`);
        return serves(to);
      });
      const before = searching.answers.length;
      await until(async () => searching.answers.length >= before + 3 || 'nobody has searched after the change');
    } finally {
      await searching.stop();
    }
    expect(emptyWalls).toEqual([]);
    return searching.answers;
  }

  /** No error, and every answer has all pictures: nothing is dropped below the cut. */
  function expectUnbroken(answers: readonly Answer[]): void {
    expect(answers.filter(({ problem, names }) => problem !== undefined || names.split(' ').length !== pictures)).toEqual([]);
  }

  it('says what a CLIP is on its card, and how it treats an edit', async () => {
    await call('importEngine', { path: checkpoint });
    await engines.open(app.url);
    const card = await engines.card(clip).innerText();
    expect(card).toContain('Two encoders, one for pictures and one for words');
    expect(card).toContain('vector arithmetic: picture + words added up');
    expect(await engines.card('E5-V').innerText()).toMatch(/A language model that reads pictures[\s\S]*read together/);
    expect(await engines.card('Lite').innerText()).toContain('Built in');
    await expectAccessible(page, 'engines of three kinds');
    await page.setViewportSize(phone);
    await page.emulateMedia({ colorScheme: phone.scheme });
    await expectAccessible(page, 'engines of three kinds on a phone');
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: desk.scheme });
  });

  it('answers every search while CLIP reads the library and takes over', async () => {
    orders.lite = await ask();
    await search.open(app.url);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
    expectUnbroken(await change(clip));
    orders.clip = await ask();
    expect(orders.clip).not.toBe(orders.lite);
    expect(await engine(clip)).toMatchObject({ active: true, covered: pictures, dimension: 40 });
    expect((await call('totals', undefined)).embedded).toBe(2 * pictures);
  });

  it('answers every search while the built-in engine comes back, which has lost nothing', async () => {
    expect(await engine('lite')).toMatchObject({ active: false, covered: pictures });
    const answers = await change('lite');
    expectUnbroken(answers);
    // Whoever answered, it was one of the two, or both together: never a space that is half read.
    expect(answers[0]?.names).toBe(orders.clip);
    expect(answers.at(-1)?.names).toBe(orders.lite);
    expect(await ask()).toBe(orders.lite);
    expect((await call('totals', undefined)).embedded).toBe(2 * pictures);
    expect(await engine(clip)).toMatchObject({ active: false, covered: pictures });
  });

  it('labels a picture with an edit as vector arithmetic in the box', async () => {
    await search.open(app.url);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
    const label = page.getByRole('button', { name: 'Arithmetic', pressed: true });
    expect(await label.count()).toBe(0);
    await search.drop(path.join(root, 'samples/chelsea.jpg'), 'Start an edit');
    await search.type('at night');
    await label.waitFor();
    await expectAccessible(page, 'a picture with an edit');
    await page.setViewportSize(phone);
    await page.emulateMedia({ colorScheme: phone.scheme });
    await label.waitFor();
    await expectAccessible(page, 'a picture with an edit on a phone');
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: desk.scheme });
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
