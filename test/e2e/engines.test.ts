/** @file Another engine in a real browser: imported, taken into use while searches go on, given back, removed, downloaded. */
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fault, type Hub, startHub, wrongBytes } from '../models/hub/hub-server.ts';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { EnginesPage } from './pages/engines-page.ts';
import { SearchPage, until } from './pages/search-page.ts';

/** A LLaVA-NeXT of random numbers in a megabyte: it runs like a large one and knows nothing. Named after its folder. */
const checkpoint = path.join(root, 'test/fixtures/llava-next-llama3/checkpoint');
const small = 'checkpoint';
const pictures = 15;

const largest = 'model-00001-of-00002.safetensors';

/** Some bytes, then silence on an open line. */
function stalling(bytes: number): Fault {
  return (response, { content }) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, bytes));
  };
}

const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };

describe.skipIf(noBrowser)(`a change of engine${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let hub: Hub;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let engines: EnginesPage;
  let search: SearchPage;
  let strangers: string[];
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    await mkdir(path.join(place, 'no checkpoint'));
    hub = await startHub('royokong/e5-v', checkpoint);
    vi.stubEnv('HF_ENDPOINT', hub.url);
    vi.stubEnv('ONEWORD_MODELS', path.join(place, 'models'));
    app = await startApp(path.join(place, 'library'), path.join(root, 'samples'));
    browser = await launchBrowser();
    ({ context, strangers } = await openWindow(browser, app.url, desk));
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    engines = new EnginesPage(page);
    search = new SearchPage(page);
    await page.goto(app.address);
    await until(async () => (await search.names()).length === pictures || 'the samples are still being indexed');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await hub?.close();
    vi.unstubAllEnvs();
    if (place) await rm(place, { recursive: true, force: true });
  });

  const factsLine = (): Promise<string> => page.getByRole('region', { name: 'Library and work' }).innerText();

  it('shows the engine in use with its numbers, and asks before a download with something to agree to', async () => {
    await engines.open(app.url);
    const lite = await engines.card('Lite').innerText();
    expect(lite).toContain('In use');
    expect(lite).toContain(`Has read ${pictures} of ${pictures} pictures`);
    expect(lite).toMatch(/\d\s(ms|sec)\S*\s+measured/);
    expect(await engines.card('E5-V').innerText()).toContain('arXiv');
    await engines.button('Download E5-V').press('Enter');
    await engines.dialog.getByText('Meta Llama 3 Community License', { exact: false }).first().waitFor();
    await expectAccessible(page, 'the terms');
    await page.keyboard.press('Escape');
    await engines.dialog.waitFor({ state: 'hidden' });
    await until(async () => {
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      return focused === 'Download E5-V' || `the focus is on ${focused}`;
    });
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  it('says why a folder is no engine, and takes one that is', async () => {
    await engines.button('Import from a folder').click();
    await engines.chooseFolder(path.join(place, 'no checkpoint'));
    await engines.dialog.getByRole('alert').waitFor();
    await expectAccessible(page, 'a folder that is refused');
    await engines.chooseFolder(checkpoint);
    await engines.dialog.waitFor({ state: 'hidden' });
    await engines.button(`Use ${small}`).waitFor();
  });

  it('measures how fast it would be here, and says that this is an estimate', async () => {
    await engines.button(`Measure the speed of ${small}`).click();
    await engines.card(small).getByText('estimated', { exact: true }).waitFor();
  });

  it('goes on searching with the old engine while the new one reads, and says so', async () => {
    // Paused, so that the change is still under way when it is looked at.
    await (await fetch(new URL('/api/pause', app.url), { method: 'POST', headers: headersOf(app), body: '{}' })).text();
    await engines.button(`Use ${small}`).click();
    const change = engines.change(small, 'Lite');
    await change.waitFor();
    expect(await change.innerText()).toContain(`0 of ${pictures}`);
    expect(await change.innerText()).toContain('Searches go on meanwhile');
    expect(await change.getByRole('progressbar').count()).toBe(2);
    await expectAccessible(page, 'a change of engine');
    await page.setViewportSize(phone);
    await page.emulateMedia({ colorScheme: phone.scheme });
    await expectAccessible(page, 'a change of engine on a phone');
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: desk.scheme });
    await search.open(app.url);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
    expect(await factsLine()).toContain(`${small} takes over: 0 of ${pictures}`);
    expect(await factsLine()).toContain('Lite');
  });

  it('lets the old engine stay, and starts the change once more', async () => {
    await engines.open(app.url);
    await engines.button('Keep Lite').click();
    await engines.change(small, 'Lite').waitFor({ state: 'hidden' });
    await engines.button(`Use ${small}`).click();
    await engines.change(small, 'Lite').waitFor();
  });

  it('hands over as soon as the new engine has read everything', async () => {
    await engines.change(small, 'Lite').getByRole('button', { name: 'Resume' }).click();
    await until(async () => {
      const card = await engines.card(small).innerText();
      return card.includes('In use') || `the card reads "${card}"`;
    });
    await engines.button('Use Lite').waitFor();
    expect(await engines.card(small).innerText()).toContain(`Has read ${pictures} of ${pictures} pictures`);
    await search.open(app.url);
    await search.type('a cat');
    await until(async () => (await factsLine()).includes(`${small}, CPU`) || `the line reads "${await factsLine()}"`);
    await until(async () => (await search.names()).length === pictures || `${(await search.names()).length} pictures on the wall`);
    await search.box.press('ArrowDown');
    await page.keyboard.press('Enter');
    await search.viewer.getByText('The picture says').waitFor();
    await search.viewer.getByText('You asked').waitFor();
    await page.keyboard.press('Escape');
  });

  it('lets two engines answer together, each with its own rank', async () => {
    await engines.open(app.url);
    await engines.fromMenu('Lite', `Use beside ${small}`);
    await until(async () => {
      const card = await engines.card('Lite').innerText();
      return card.includes('In use') || `the card reads "${card}"`;
    });
    // On a busy machine the second engine comes up, or answers, too late for the first answer: the next one has both.
    await until(async () => {
      await search.open(app.url);
      await search.type('a cat');
      await until(async () => (await search.names()).length === pictures || `${(await search.names()).length} pictures on the wall`);
      await search.box.press('ArrowDown');
      await page.keyboard.press('Enter');
      await search.viewer.getByText('The picture says').waitFor();
      const ranks = await search.viewer.getByRole('row', { name: /^What it shows, by / }).count();
      if (ranks === 0) await page.keyboard.press('Escape');
      return ranks > 0 || 'one engine answered alone';
    });
    await search.viewer.getByRole('row', { name: /^What it shows, by Lite/ }).waitFor();
    await search.viewer.getByRole('row', { name: new RegExp(`^What it shows, by ${small}`) }).waitFor();
    await expectAccessible(page, 'ranks by two engines');
    await page.keyboard.press('Escape');
  });

  it('goes back to the built-in engine, which has lost nothing', async () => {
    await engines.open(app.url);
    await engines.fromMenu('Lite', 'Use alone');
    await engines.button(`Use ${small}`).waitFor();
    await search.open(app.url);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
  });

  it('removes the engine after saying what goes and what stays, and leaves the imported folder alone', async () => {
    await engines.open(app.url);
    await engines.fromMenu(small, 'Remove');
    await engines.dialog.waitFor();
    await page.keyboard.press('Escape');
    await engines.dialog.waitFor({ state: 'hidden' });
    await until(async () => {
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      return focused === `More for ${small}` || `the focus is on ${focused}`;
    });
    await engines.fromMenu(small, 'Remove');
    const said = await engines.dialog.innerText();
    expect(said).toContain(`What it knows of ${pictures} pictures`);
    expect(said).toContain('The folder that it was imported from');
    await expectAccessible(page, 'the removal');
    await engines.dialog.getByRole('button', { name: 'Remove engine' }).click();
    await engines.dialog.waitFor({ state: 'hidden' });
    await engines.card(small).waitFor({ state: 'detached' });
    await access(path.join(checkpoint, 'config.json'));
  });

  it('downloads an engine, stops half way, and goes on from there', async () => {
    hub.faults.set(largest, [stalling(100_000)]);
    await engines.button('Download E5-V').click();
    await engines.dialog.getByRole('button', { name: 'Agree and download' }).click();
    const card = engines.card('E5-V');
    await card.getByRole('progressbar', { name: 'Download of E5-V' }).waitFor();
    await until(async () => hub.seen.some((file) => file.path === largest) || 'the largest file has not been asked for');
    await expectAccessible(page, 'a download');
    await engines.button('Stop the download of E5-V').click();
    await card.getByText('The download was stopped. It goes on where it was.').waitFor({ state: 'attached' });
    hub.faults.set(largest, [wrongBytes, wrongBytes]);
    await engines.button('Go on with the download of E5-V').click();
    await card.getByText('came with wrong bytes twice', { exact: false }).waitFor({ state: 'attached' });
    await expectAccessible(page, 'a download that stands still');
    await engines.button('Go on with the download of E5-V').click();
    await engines.button('Use E5-V').waitFor();
    const asked = hub.seen.filter((file) => file.path === largest).map(({ range }) => range ?? 'all of it');
    expect(asked[0]).toBe('all of it');
    expect(asked[1]).toMatch(/^bytes=[1-9]/);
  });

  it('gives back the disk of a downloaded engine', async () => {
    await engines.fromMenu('E5-V', 'Remove');
    expect(await engines.dialog.innerText()).toMatch(/Its files, \S+ MB/);
    await engines.dialog.getByRole('button', { name: 'Remove engine' }).click();
    await engines.button('Download E5-V').waitFor();
  });

  it('threw no error in the page and asked nothing of another host', () => {
    expect(problems).toEqual([]);
    expect(strangers).toEqual([]);
  });
});

function headersOf({ url, token }: App): Record<string, string> {
  return { 'content-type': 'application/json', origin: new URL(url).origin, authorization: `Bearer ${token}` };
}
