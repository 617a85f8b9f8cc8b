/** @file A first day with the app, in a real browser: add a folder, watch progress, search in every way, exclude, restart. */
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, root, startApp } from './app.ts';
import { launchBrowser, noBrowser, openWindow } from './browser.ts';
import { LibraryPage } from './pages/library-page.ts';
import { SearchPage, until } from './pages/search-page.ts';

const samples = path.join(root, 'samples');

describe.skipIf(noBrowser)(`a first day with the app${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let strangers: string[];
  const problems: string[] = [];

  async function openPage(): Promise<void> {
    ({ context, strangers } = await openWindow(browser, app.url, { width: 1440, height: 900, scheme: 'light' }));
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(app.address);
  }

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    pictures = path.join(place, 'pictures');
    await mkdir(path.join(pictures, 'drafts'), { recursive: true });
    for (const name of ['astronaut.jpg', 'chelsea.jpg', 'china.jpg', 'flower.jpg', 'horse.jpg', 'rocket.jpg', 'text.jpg']) {
      await cp(path.join(samples, name), path.join(pictures, name));
    }
    for (const name of ['brick.jpg', 'grass.jpg', 'gravel.jpg']) await cp(path.join(samples, name), path.join(pictures, 'drafts', name));
    app = await startApp(path.join(place, 'library'));
    browser = await launchBrowser();
    await openPage();
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  it('greets an empty library with the two ways to fill it, and hides the token from the address', async () => {
    await page.getByRole('heading', { name: 'Search your own pictures by what they show' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try the samples' }).isVisible()).toBe(true);
    expect(page.url()).not.toContain('token');
  });

  it('says what is wrong with a folder that does not exist', async () => {
    const library = new LibraryPage(page);
    await library.open(app.url);
    await page.getByRole('button', { name: 'Add a folder' }).first().click();
    await library.dialog.getByRole('textbox', { name: 'Folder' }).fill(path.join(place, 'no such folder'));
    await library.dialog.getByRole('button', { name: 'Add this folder' }).click();
    await library.dialog.getByText('There is no such folder.').first().waitFor();
    await page.keyboard.press('Escape');
    await library.dialog.waitFor({ state: 'hidden' });
    problems.length = 0; // the refused call is logged by the browser
  });

  it('adds a folder through the page and shows how it is being indexed', async () => {
    const library = new LibraryPage(page);
    await library.addFolder(pictures);
    const row = library.folder(pictures);
    await row.waitFor();
    await until(async () => (await row.innerText()).includes('10 pictures') || `the row reads "${await row.innerText()}"`);
    await page.getByText('Nothing to do.', { exact: false }).waitFor();
  });

  it('finds pictures by words, and says why', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
    expect(await search.tile('chelsea.jpg').getAttribute('aria-label')).toMatch(/says: .*cat/);
    expect(page.url()).toContain('cat');
    await page.getByText('Past here it is mostly chance').waitFor();
  });

  it('finds pictures by a picture that is dropped on the window', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await search.drop(path.join(samples, 'flower.jpg'), 'Find like this');
    await search.expectFirst('flower.jpg');
    expect(await search.box.getAttribute('placeholder')).toBe('What should be different?');
  });

  it('finds pictures by a picture with an edit, and leaves the picture itself out', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await search.drop(path.join(samples, 'chelsea.jpg'), 'Start an edit');
    await search.type('a horse instead');
    await search.expectFirst('horse.jpg');
    expect(await search.names()).not.toContain('chelsea.jpg');
    await page.goBack();
    await page.goForward();
    await search.expectFirst('horse.jpg');
  });

  it('opens the viewer with the reasons, finds more like it, and gives the focus back', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await search.type('rocket');
    await search.expectFirst('rocket.jpg');
    await search.box.press('ArrowDown');
    await page.keyboard.press('Enter');
    await search.viewer.waitFor();
    await search.viewer.getByText('Why it is here').waitFor();
    await search.viewer.getByText(path.join(pictures, 'rocket.jpg')).waitFor();
    await page.keyboard.press('Escape');
    await search.viewer.waitFor({ state: 'hidden' });
    await until(async () => {
      const focus = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? 'nothing');
      return focus.startsWith('rocket.jpg') || `the focus is on ${focus}`;
    });
    await page.keyboard.press('m');
    await page.getByLabel('Picture in the query').first().waitFor();
    await search.expectFirst('rocket.jpg');
  });

  it('turns a date in the words into a filter', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await search.type('rocket type:png');
    await page
      .getByRole('button', { name: /^Filter by/ })
      .first()
      .click();
    await page.getByText('No picture passes these filters').or(page.getByText('Nothing was found')).first().waitFor();
  });

  it('finds a file soon after it was saved, keeps it through a rename, and forgets it when it is deleted', async () => {
    const search = new SearchPage(page);
    await search.open(app.url);
    await cp(path.join(samples, 'coffee.jpg'), path.join(pictures, 'coffee.jpg'));
    const saved = Date.now();
    await until(async () => {
      await search.open(app.url);
      await search.type('a cup of coffee');
      await page.waitForTimeout(300);
      return (await search.names())[0] === 'coffee.jpg' || 'the new picture is not first';
    });
    console.warn(`a saved file was found after ${((Date.now() - saved) / 1000).toFixed(1)} s`);
    await rename(path.join(pictures, 'coffee.jpg'), path.join(pictures, 'espresso.jpg'));
    await until(async () => {
      await search.open(app.url);
      await search.type('a cup of coffee');
      await page.waitForTimeout(300);
      return (await search.names())[0] === 'espresso.jpg' || 'the renamed picture is not first';
    });
    await rm(path.join(pictures, 'espresso.jpg'));
    await until(async () => {
      await search.open(app.url);
      await page.waitForTimeout(300);
      return !(await search.names()).includes('espresso.jpg') || 'the deleted picture is still there';
    });
    problems.length = 0; // a thumbnail of the deleted picture may have been asked for
  });

  it('excludes a folder after showing what that removes', async () => {
    const library = new LibraryPage(page);
    await library.open(app.url);
    const preview = await library.exclude(pictures, 'drafts');
    expect(preview).toContain('3 pictures');
    expect(preview).toContain('brick.jpg');
    const row = library.folder(pictures);
    await until(async () => (await row.innerText()).includes('7 pictures') || `the row reads "${await row.innerText()}"`);
    expect(await readFile(path.join(pictures, 'drafts/brick.jpg'))).toEqual(await readFile(path.join(samples, 'brick.jpg')));
    const search = new SearchPage(page);
    await search.open(app.url);
    await until(async () => (await search.names()).length === 7 || `${(await search.names()).length} pictures on the wall`);
  });

  it('keeps everything when the server is killed and started again, and the open page goes on by itself', async () => {
    const search = new SearchPage(page);
    await app.kill();
    await search.type('a cat');
    const banner = page.getByText('Oneword does not answer.', { exact: false }).first();
    await banner.waitFor();
    app = await startApp(path.join(place, 'library'), '--port', new URL(app.url).port);
    await banner.waitFor({ state: 'hidden' });
    await search.expectFirst('chelsea.jpg');
    expect((await search.names()).length).toBe(7);
    problems.length = 0; // calls that failed while nobody answered
    const library = new LibraryPage(page);
    await library.open(app.url);
    await library.folder(pictures).getByRole('button', { name: 'Exclusions' }).click();
    expect(await library.dialog.getByRole('textbox', { name: 'Leave out' }).inputValue()).toBe('drafts');
    await page.keyboard.press('Escape');
  });

  it('reported no error in the page and asked nothing of another host', () => {
    expect(problems).toEqual([]);
    expect(strangers).toEqual([]);
  });
});
