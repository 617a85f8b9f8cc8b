/** @file Stars and collections in a real browser: made, opened on the wall, given another name, removed and taken back. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { CollectionsPage } from './pages/collections-page.ts';
import { SearchPage, until } from './pages/search-page.ts';
import { patience, ViewerPage } from './pages/viewer-page.ts';

const keep = process.env.ONEWORD_SCREENSHOTS;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };

describe.skipIf(noBrowser)(`stars and collections${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let search: SearchPage;
  let viewer: ViewerPage;
  let collections: CollectionsPage;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    if (keep) await mkdir(keep, { recursive: true });
    app = await startApp(path.join(place, 'library'), path.join(root, 'samples'));
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, desk));
    page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => problems.push(error.message));
    search = new SearchPage(page);
    viewer = new ViewerPage(page);
    collections = new CollectionsPage(page);
    await page.goto(app.address);
    await until(async () => (await search.names()).length === 15 || 'the samples are still being indexed');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function check(name: string): Promise<void> {
    for (const look of [desk, phone]) {
      await page.setViewportSize(look);
      await page.emulateMedia({ colorScheme: look.scheme });
      await page.locator(`html[data-mantine-color-scheme=${look.scheme}]`).waitFor();
      await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState === 'finished'));
      await page.waitForFunction(() => [...document.images].every((image) => image.complete));
      if (keep) await page.screenshot({ path: path.join(keep, `${name}-${look.width}-${look.scheme}.png`) });
      await expectAccessible(page, `${name} at ${look.width}`);
    }
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: desk.scheme });
  }

  async function expectCards(...wanted: string[]): Promise<void> {
    await until(
      async () => (await collections.cards()).join('|') === wanted.join('|') || `the cards are ${await collections.cards()}`,
      patience,
    );
  }

  async function openPicture(name: string): Promise<void> {
    await search.open(app.url);
    await search.tile(name).focus();
    await page.keyboard.press('Enter');
    await viewer.expectName(name);
  }

  it('says how to begin', async () => {
    await collections.open(app.url);
    await page.getByRole('heading', { name: 'No collection yet' }).waitFor();
    await expectCards('Starred, No star yet. Open a picture and press its star.');
    await check('collections-empty');
  });

  it('makes an empty collection by keyboard, and none of a name that is taken', async () => {
    await collections.make.focus();
    await page.keyboard.press('Enter');
    await collections.dialog.waitFor();
    await page.keyboard.type('Trips');
    await page.keyboard.press('Enter');
    await collections.dialog.waitFor({ state: 'hidden' });
    await expectCards('Starred, No star yet. Open a picture and press its star.', 'Trips, empty');
    await collections.make.click();
    await collections.dialog.getByRole('textbox', { name: 'Name' }).fill('TRIPS');
    await collections.dialog.getByText('There is a collection of this name.', { exact: false }).waitFor();
    expect(await collections.dialog.getByRole('button', { name: 'Make collection' }).isDisabled()).toBe(true);
    await check('collections-name');
    await page.keyboard.press('Escape');
    await collections.dialog.waitFor({ state: 'hidden' });
  });

  it('shows what was starred and collected, with covers', async () => {
    await openPicture('rocket.jpg');
    await page.keyboard.press('s');
    await viewer.expectNotice('1 picture starred.');
    await page.keyboard.press('c');
    await viewer.collectDialog.getByRole('option', { name: 'Trips' }).waitFor();
    await page.keyboard.press('Enter');
    await viewer.expectNotice('1 picture added to “Trips”.');
    await openPicture('china.jpg');
    await page.keyboard.press('c');
    await viewer.collectDialog.getByRole('option', { name: 'Trips' }).click();
    await viewer.expectNotice('1 picture added to “Trips”.');
    await collections.open(app.url);
    await expectCards('Starred, 1 picture', 'Trips, 2 pictures');
    expect(await collections.list.getByRole('listitem').locator('img').count()).toBe(2);
    await check('collections');
  });

  it('opens a collection and the stars on the wall, as a filter that can be taken out', async () => {
    await collections.card('Trips').click();
    await until(
      async () => (await search.names()).toSorted().join() === 'china.jpg,rocket.jpg' || `the wall has ${await search.names()}`,
      patience,
    );
    await page.getByLabel('Filter: in the collection Trips').first().waitFor();
    await page.getByRole('button', { name: 'Remove filter: in the collection Trips' }).click();
    await until(async () => (await search.names()).length === 15 || `the wall has ${await search.names()}`, patience);
    await collections.open(app.url);
    await collections.card('Starred').focus();
    await page.keyboard.press('Enter');
    await until(async () => (await search.names()).join() === 'rocket.jpg' || `the wall has ${await search.names()}`, patience);
  });

  it('opens a collection from the panel of a picture', async () => {
    await openPicture('china.jpg');
    await viewer.panel.getByRole('button', { name: 'Show “Trips”' }).click();
    await viewer.dialog.waitFor({ state: 'hidden' });
    await until(async () => (await search.names()).length === 2 || `the wall has ${await search.names()}`, patience);
  });

  it('gives a collection another name', async () => {
    await collections.open(app.url);
    await collections.choose('Trips', 'Rename');
    expect(await collections.dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Trips');
    await collections.enterName('Journeys', 'Rename');
    await expectCards('Starred, 1 picture', 'Journeys, 2 pictures');
  });

  it('removes a collection, takes that back with all that was in it, and removes it for good when the page is left', async () => {
    await collections.open(app.url);
    await collections.choose('Journeys', 'Remove');
    await expectCards('Starred, 1 picture');
    await viewer.expectNotice('“Journeys” was removed.');
    await until(
      async () => (await collections.make.evaluate((button) => button === document.activeElement)) || 'the focus is lost',
      patience,
    );
    await check('collections-removed');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expectCards('Starred, 1 picture', 'Journeys, 2 pictures');
    await collections.choose('Journeys', 'Remove');
    await expectCards('Starred, 1 picture');
    await until(async () => {
      await collections.open(app.url);
      return (await collections.cards()).length === 1 || 'the collection is still there';
    }, patience);
    await openPicture('china.jpg');
    await viewer.panel.getByText('In no collection yet.').waitFor();
  });

  it('follows a star that is set in another window', async () => {
    await collections.open(app.url);
    const other = await context.newPage();
    const otherSearch = new SearchPage(other);
    await otherSearch.open(app.url);
    await otherSearch.tile('coffee.jpg').focus();
    await other.keyboard.press('Enter');
    await new ViewerPage(other).expectName('coffee.jpg');
    await other.keyboard.press('s');
    await expectCards('Starred, 2 pictures');
    await other.close();
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
