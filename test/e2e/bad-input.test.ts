/** @file What goes wrong around a search: the server gone, pictures that are slow, deleted or offline, two tabs, folders that hold nothing. */
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, root, startApp } from './app.ts';
import { launchBrowser, noBrowser, openWindow } from './browser.ts';
import { Box } from './pages/box.ts';
import { LibraryPage } from './pages/library-page.ts';
import { SearchPage, until } from './pages/search-page.ts';
import { ViewerPage } from './pages/viewer-page.ts';

const samples = path.join(root, 'samples');
const total = 15;

describe.skipIf(noBrowser)(`bad input${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let search: SearchPage;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-bad-'));
    pictures = path.join(place, 'pictures');
    await cp(samples, pictures, { recursive: true });
    app = await startApp(path.join(place, 'library'), pictures);
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, { width: 1440, height: 900, scheme: 'light' }));
    page = await newTab();
    search = new SearchPage(page);
    await until(async () => (await search.names()).length === total || 'the samples are still being indexed');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await search.open(app.url);
    await search.wall.waitFor();
  });

  async function newTab(): Promise<Page> {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => problems.push(error.message));
    await tab.goto(app.address);
    return tab;
  }

  it('keeps what is typed while nobody answers, and goes on when told to try', async () => {
    await search.type('a cup');
    const banner = page.getByText('Oneword does not answer. What you typed is kept', { exact: false });
    await app.kill();
    await banner.waitFor();
    await search.box.press('End');
    await search.box.pressSequentially(' of coffee');
    await page.getByRole('button', { name: 'Try now' }).click();
    await banner.waitFor();
    expect(await search.box.inputValue()).toBe('a cup of coffee');
    app = await startApp(path.join(place, 'library'), '--port', new URL(app.url).port);
    await banner.waitFor({ state: 'hidden' });
    await search.expectFirst('coffee.jpg');
    expect(await search.box.inputValue()).toBe('a cup of coffee');
  });

  it('works before the first thumbnail has come, and nothing moves when it does', async () => {
    const held: Route[] = [];
    let isHeld = true;
    await page.route(/\/(thumb|preview)\//, async (route) => {
      if (isHeld) held.push(route);
      else await route.continue();
    });
    await search.open(app.url);
    await search.type('a cup of coffee');
    await search.expectFirst('coffee.jpg');
    const tile = search.tile('coffee.jpg');
    const before = await tile.boundingBox();
    // In its average colour meanwhile, and no picture in it.
    expect(await tile.evaluate((element) => getComputedStyle(element).backgroundColor)).not.toBe('rgba(0, 0, 0, 0)');
    expect(await hasPicture(tile.locator('img'))).toBe(false);
    await tile.click();
    const viewer = new ViewerPage(page);
    await viewer.expectName('coffee.jpg');
    await viewer.panel.getByText('Why it is here').waitFor();

    isHeld = false;
    await Promise.all(held.map((route) => route.continue()));
    await until(async () => (await hasPicture(viewer.picture('coffee.jpg'))) || 'the picture has not come');
    await page.keyboard.press('Escape');
    await until(async () => (await hasPicture(tile.locator('img'))) || 'the thumbnail has not come');
    expect(await tile.boundingBox()).toEqual(before);
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('takes a deleted result off the wall and leaves the search as it is', async () => {
    await search.type('a rocket');
    await search.expectFirst('rocket.jpg');
    const others = (await search.names()).filter((name) => name !== 'rocket.jpg');
    await rm(path.join(pictures, 'rocket.jpg'));
    await until(async () => !(await search.names()).includes('rocket.jpg') || 'it is still shown');
    expect((await search.names()).toSorted()).toEqual(others.toSorted());
    expect(await search.box.inputValue()).toBe('a rocket');
    await cp(path.join(samples, 'rocket.jpg'), path.join(pictures, 'rocket.jpg'));
    await search.expectFirst('rocket.jpg');
  });

  it('lets two tabs search on their own in one library, and shows in both what one changes', async () => {
    const otherPage = await newTab();
    const other = new SearchPage(otherPage);
    await search.type('a cat');
    await other.type('a cup of coffee');
    await search.expectFirst('chelsea.jpg');
    await other.expectFirst('coffee.jpg');
    await other.tile('coffee.jpg').focus();
    await otherPage.keyboard.press('s');
    await search.wall.getByRole('button', { name: /^coffee\.jpg.*Starred/ }).waitFor();
    expect([await search.box.inputValue(), await other.box.inputValue()]).toEqual(['a cat', 'a cup of coffee']);
    await search.expectFirst('chelsea.jpg');
    await otherPage.close();
  });

  it('does not take a file that is gone for a server that is gone', async () => {
    const file = path.join(place, 'moved.jpg');
    await new Box(page).dropPaths([file]);
    const notice = page.getByRole('status').filter({ hasText: 'moved.jpg cannot be read.' });
    await notice.waitFor();
    expect(await page.getByText('Oneword does not answer', { exact: false }).count()).toBe(0);
  });

  it('shows the thumbnail of a picture whose folder went offline before anybody opened it', async () => {
    const away = path.join(place, 'away');
    await rename(pictures, away);
    await page.getByText('is offline', { exact: false }).first().waitFor();
    await search.type('a horse');
    await search.expectFirst('horse.jpg');
    await search.tile('horse.jpg').click();
    const viewer = new ViewerPage(page);
    await until(async () => (await hasPicture(viewer.picture('horse.jpg'))) || 'nothing is shown');
    await viewer.dialog.getByText('The folder is offline.', { exact: false }).waitFor();
    await rename(away, pictures);
  });

  it('says of folders without pictures that they hold none, and leads on', async () => {
    const bare = await startApp(path.join(place, 'bare'));
    const bareContext = (await openWindow(browser, bare.url, { width: 390, height: 844, scheme: 'dark' })).context;
    try {
      const first = await bareContext.newPage();
      await first.goto(bare.address);
      await first.getByRole('button', { name: 'Add a folder' }).click();
      const { dialog } = new LibraryPage(first);
      const field = dialog.getByRole('textbox', { name: 'Folder' });
      await field.fill(path.join(place, 'no such folder'));
      await dialog.getByRole('button', { name: 'Add this folder' }).click();
      await dialog.getByText('There is no such folder.').waitFor();
      expect(await field.getAttribute('aria-invalid')).toBe('true');

      await mkdir(path.join(place, 'nothing'));
      await field.fill(path.join(place, 'nothing'));
      await dialog.getByRole('button', { name: 'Add this folder' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await first.getByRole('heading', { name: 'No pictures in these folders' }).waitFor();
      await first.getByRole('button', { name: 'Add a folder' }).waitFor();
      await first.getByRole('button', { name: 'Try the samples' }).click();
      await new SearchPage(first).tile('chelsea.jpg').waitFor({ timeout: 60_000 });
    } finally {
      await bareContext.close();
      await bare.stop();
    }
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});

/** Whether pixels have come, not only an element for them. */
function hasPicture(image: Locator): Promise<boolean> {
  return image.evaluate((element) => element instanceof HTMLImageElement && element.complete && element.naturalWidth > 0);
}
