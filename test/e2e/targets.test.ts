/** @file Every screen as fingers and large letters need it: targets of 44 pixels on a phone, and all of it at 200 %. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { Frame } from './pages/frame.ts';
import { SearchPage } from './pages/search-page.ts';
import { smallTargets } from './pages/targets.ts';
import { ComparePage, ViewerPage } from './pages/viewer-page.ts';
import { WallPage } from './pages/wall-page.ts';

const keep = process.env.ONEWORD_SCREENSHOTS;
const phone: Look = { width: 390, height: 844, scheme: 'dark' };
/** 200 % of 1280x720. */
const zoomed: Look = { width: 640, height: 360, scheme: 'light' };

describe.skipIf(noBrowser)(`fingers and large letters${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext | undefined;
  let page: Page;
  let frame: Frame;
  let search: SearchPage;
  let wall: WallPage;
  let viewer: ViewerPage;

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    const pictures = path.join(place, 'pictures');
    await mkdir(path.join(pictures, 'drafts'), { recursive: true });
    for (const name of ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg', 'horse.jpg', 'china.jpg', 'flower.jpg']) {
      await cp(path.join(root, 'samples', name), path.join(pictures, name));
    }
    await cp(path.join(root, 'samples/brick.jpg'), path.join(pictures, 'drafts/brick.jpg'));
    await writeFile(path.join(pictures, 'broken.jpg'), 'no picture at all');
    app = await startApp(path.join(place, 'library'), pictures);
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function open(look: Look, more: { firstTime?: boolean; touch?: boolean } = {}): Promise<void> {
    ({ context } = await openWindow(browser, app.url, look, more));
    page = await context.newPage();
    frame = new Frame(page);
    search = new SearchPage(page);
    wall = new WallPage(page);
    viewer = new ViewerPage(page);
    await page.goto(app.address);
    await page.getByText('7 pictures', { exact: false }).first().waitFor();
    await wall.tile(0).waitFor();
  }

  async function go(address: string): Promise<void> {
    await page.goto(new URL(address, app.url).href);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  }

  async function judge(name: string): Promise<void> {
    if (keep) await page.screenshot({ path: path.join(keep, `targets-${name}.png`) });
    expect.soft(await smallTargets(page), name).toEqual([]);
  }

  async function judgeZoomed(name: string): Promise<void> {
    if (keep) await page.screenshot({ path: path.join(keep, `zoomed-${name}.png`) });
    await expectAccessible(page, name);
  }

  it('has targets of 44 pixels in the box and on the wall', async () => {
    await open(phone, { firstTime: true, touch: true });
    await frame.tour.waitFor();
    await judge('tour');
    await frame.tour.getByRole('button', { name: 'Skip the tour' }).click();
    await search.type('a cat');
    await wall.line.waitFor();
    await wall.line.press('ArrowLeft');
    await page.getByRole('button', { name: 'Put back' }).waitFor();
    await judge('search');
    await search.type('a cat type:jpeg');
    await page.getByRole('button', { name: /^Filter by/ }).waitFor();
    await judge('fact');
    await search.box.press('Tab');
    await page.getByRole('listitem', { name: 'Filter: JPEG' }).waitFor();
    await page.getByRole('button', { name: 'Save this search' }).click();
    await judge('save-search');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Saved as' }).waitFor();
    await judge('notice');
    await search.tile('chelsea.jpg').focus();
    await page.keyboard.press('e');
    await page.keyboard.type('at night');
    await page.getByRole('slider', { name: 'Between the picture and the edit' }).waitFor();
    await page.keyboard.press('Enter');
    await judge('edit');
    await page.getByRole('button', { name: 'Choose a part of the picture' }).click();
    await page
      .getByRole('dialog')
      .locator('img')
      .evaluate((image: HTMLImageElement) => image.decode());
    await judge('crop');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear' }).first().click();
    await page.getByRole('region', { name: 'Saved and recent searches' }).waitFor();
    await judge('searches');
    await page.keyboard.press('Escape');
    await wall.tile(0).focus();
    await page.keyboard.press('x');
    await wall.bar.waitFor();
    await judge('selection');
    await page.keyboard.press('c');
    await viewer.collectDialog.getByRole('textbox', { name: 'Collection' }).fill('Cups');
    await viewer.collectDialog.getByRole('option').waitFor();
    await judge('collect');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'added to' }).waitFor();
  });

  it('has targets of 44 pixels in the viewer and in a comparison', async () => {
    await open(phone, { touch: true });
    await wall.tile(0).click();
    await viewer.dialog.waitFor();
    await judge('viewer');
    await page.keyboard.press('i');
    await viewer.panel.getByRole('heading', { name: 'Collections' }).waitFor();
    await judge('viewer-panel');
    await viewer.dialog.getByRole('button', { name: 'More actions' }).click();
    await viewer.menu.waitFor();
    await judge('viewer-menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('v');
    await new ComparePage(page).differences.waitFor();
    await judge('compare');
  });

  it('has targets of 44 pixels on every other page', async () => {
    await open(phone, { touch: true });
    for (const name of ['timeline', 'collections', 'library', 'engines', 'settings', 'licences', 'nowhere']) {
      await go(`/${name}`);
      if (name === 'library') await page.getByText('Files that could not be read').waitFor();
      if (name === 'collections') await page.getByRole('button', { name: 'More for Cups' }).waitFor();
      if (name === 'engines') await page.getByRole('listitem', { name: 'Lite', exact: true }).waitFor();
      await judge(name);
      const menu = page.getByRole('main').getByRole('button', { name: /^More for / });
      if ((await menu.count()) > 0) {
        await menu.first().click();
        await page.getByRole('menuitem').first().waitFor();
        await judge(`${name}-menu`);
        await page.keyboard.press('Escape');
      }
    }
  });

  it('has targets of 44 pixels in dialogs, in the palette and behind More', async () => {
    await open(phone, { touch: true });
    for (const [address, button] of [
      ['/library', 'Add a folder'],
      ['/library', 'Exclusions'],
      ['/collections', 'New collection'],
      ['/engines', 'Import from a folder'],
    ] as const) {
      await go(address);
      await page.getByRole('button', { name: button }).first().click();
      await page.getByRole('dialog').waitFor();
      await judge(`dialog-${button.replaceAll(' ', '-')}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await page.keyboard.press('?');
    await frame.keySheet.waitFor();
    await judge('keys');
    await page.keyboard.press('Escape');
    await frame.keySheet.waitFor({ state: 'hidden' });
    await frame.openPalette();
    await judge('palette');
    await page.keyboard.press('Escape');
    await frame.palette.waitFor({ state: 'hidden' });
    await frame.pages.getByRole('button', { name: 'More' }).click();
    await frame.pages.getByRole('menuitem').first().waitFor();
    await judge('more');
  });

  it('is whole at 200 %: wall, viewer, comparison, library, engines and settings', async () => {
    await open(zoomed);
    await search.type('a cat');
    await search.expectFirst('chelsea.jpg');
    await judgeZoomed('wall');
    const tile = await search.tile('chelsea.jpg').boundingBox();
    if (!tile) throw new Error('the first picture is not on the page');
    expect(Math.min(tile.y + tile.height, zoomed.height) - tile.y, 'most of the first row can be seen').toBeGreaterThan(tile.height * 0.6);
    await search.tile('chelsea.jpg').click();
    await viewer.dialog.waitFor();
    await viewer.zoomTools.waitFor();
    await judgeZoomed('viewer');
    const picture = await viewer.picture('chelsea.jpg').boundingBox();
    expect(Math.min(picture?.width ?? 0, picture?.height ?? 0), 'the picture has room').toBeGreaterThan(100);
    await page.keyboard.press('v');
    await new ComparePage(page).differences.waitFor();
    await judgeZoomed('compare');
    const sides = await new ComparePage(page).dialog
      .getByRole('figure')
      .evaluateAll((all) => all.map((side) => Math.round(side.getBoundingClientRect().top)));
    expect(new Set(sides).size, 'two lie beside each other where there is more width than height').toBe(1);
    for (const name of ['library', 'engines', 'settings', 'collections', 'timeline']) {
      await go(`/${name}`);
      await judgeZoomed(name);
    }
  });
});
