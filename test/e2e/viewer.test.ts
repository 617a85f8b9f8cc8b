/** @file The viewer in a real browser, by mouse, finger and keyboard: zoom, panel, stars, collections, what is done with a file, two compared. */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { SearchPage, until } from './pages/search-page.ts';
import { ComparePage, patience, ViewerPage } from './pages/viewer-page.ts';

const keep = process.env.ONEWORD_SCREENSHOTS;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const looks: readonly Look[] = [
  desk,
  { ...desk, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];
const names = ['chelsea.jpg', 'coffee.jpg', 'flower.jpg', 'large.jpg', 'rocket.jpg'];

describe.skipIf(noBrowser)(`the viewer${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let search: SearchPage;
  let viewer: ViewerPage;
  let comparison: ComparePage;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    pictures = path.join(place, 'pictures');
    await mkdir(pictures);
    if (keep) await mkdir(keep, { recursive: true });
    for (const name of ['chelsea.jpg', 'coffee.jpg', 'flower.jpg', 'rocket.jpg']) {
      await cp(path.join(root, 'samples', name), path.join(pictures, name));
    }
    await sharp(path.join(root, 'samples/china.jpg')).resize(3200, 2136).jpeg().toFile(path.join(pictures, 'large.jpg'));
    for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) vi.stubEnv(name, '');
    app = await startApp(path.join(place, 'library'), pictures);
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, desk));
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(app.url).origin });
    page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => problems.push(error.message));
    search = new SearchPage(page);
    viewer = new ViewerPage(page);
    comparison = new ComparePage(page);
    await page.goto(app.address);
    await until(async () => (await search.names()).length === names.length || 'the pictures are still being indexed');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    vi.unstubAllEnvs();
    if (place) await rm(place, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await search.open(app.url);
    await search.wall.waitFor();
  });

  /** Opens a picture by keyboard, as the last step of walking to it. */
  async function open(name: string, words = ''): Promise<void> {
    if (words) {
      await search.type(words);
      await search.expectFirst(name);
    }
    await search.tile(name).focus();
    await page.keyboard.press('Enter');
    await viewer.expectName(name);
    await viewer.zoomTools.waitFor();
  }

  async function check(name: string, look: Look): Promise<void> {
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    if (keep) await page.screenshot({ path: path.join(keep, `${name}-${look.width}-${look.scheme}.png`) });
    await expectAccessible(page, `${name} at ${look.width}, ${look.scheme}`);
  }

  it('zooms by keys, wheel, double click and buttons, and goes back to the whole', async () => {
    await open('large.jpg');
    const whole = await viewer.level();
    expect(whole).toBeLessThan(60);
    await page.keyboard.press('1');
    await viewer.expectLevel(100);
    await page.keyboard.press('0');
    await viewer.expectLevel(whole);
    await page.keyboard.press('+');
    await viewer.expectLevel(Math.round(whole * 1.5));
    await page.keyboard.press('-');
    await viewer.expectLevel(whole);

    await viewer.zoomTools.getByRole('button', { name: 'Zoom in' }).click();
    await viewer.expectLevel(Math.round(whole * 1.5));
    await viewer.zoomTools.getByRole('button', { name: 'Fit' }).click();
    await viewer.expectLevel(whole);

    const box = await viewer.picture('large.jpg').boundingBox();
    if (!box) throw new Error('the picture is not drawn');
    const corner = { x: box.x + box.width * 0.25, y: box.y + box.height * 0.25 };
    await page.mouse.dblclick(corner.x, corner.y);
    await viewer.expectLevel(100);
    const near = await viewer.picture('large.jpg').boundingBox();
    if (!near) throw new Error('the picture is not drawn');
    expect((corner.x - near.x) / near.width, 'what is under the pointer stays there').toBeCloseTo(0.25, 2);
    await page.mouse.dblclick(corner.x, corner.y);
    await viewer.expectLevel(whole);
    await page.mouse.move(corner.x, corner.y);
    await page.mouse.wheel(0, -300);
    await until(async () => (await viewer.level()) > whole || 'the wheel did nothing', patience);
  });

  it('moves an enlarged picture by drag and by arrows, not past its edges, and shows the original then', async () => {
    await open('large.jpg');
    await page.keyboard.press('1');
    await viewer.expectLevel(100);
    expect(await viewer.offset('large.jpg')).toEqual({ x: 0, y: 0 });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await until(async () => (await viewer.offset('large.jpg')).x < 0 || 'the arrow did nothing', patience);
    expect((await viewer.offset('large.jpg')).y).toBeLessThan(0);
    await viewer.expectName('large.jpg');
    const before = await viewer.offset('large.jpg');
    await page.mouse.move(500, 400);
    await page.mouse.down();
    await page.mouse.move(560, 430, { steps: 3 });
    await page.mouse.up();
    await until(async () => {
      const { x, y } = await viewer.offset('large.jpg');
      return (x === before.x + 60 && y === before.y + 30) || `the picture was moved from ${before.x}, ${before.y} to ${x}, ${y}`;
    }, patience);
    await page.mouse.down();
    await page.mouse.move(560 + 3000, 430, { steps: 2 });
    await page.mouse.up();
    await until(async () => {
      const left = Math.round((await viewer.picture('large.jpg').boundingBox())?.x ?? -1);
      return left === 16 || `the left edge of the picture is at ${left}, its box begins at 16`;
    }, patience);
    await viewer.dialog.locator('img[src^="/media/"][data-loaded]').waitFor({ state: 'attached' });
  });

  it('walks by arrows, page keys and buttons, and gives the focus to the tile that was seen last', async () => {
    const order = await search.names();
    await search.tile(order[0] ?? '').click();
    await viewer.expectName(order[0] ?? '');
    await page.keyboard.press('ArrowRight');
    await viewer.expectName(order[1] ?? '');
    await viewer.dialog.getByRole('button', { name: 'Next picture' }).click();
    await viewer.expectName(order[2] ?? '');
    await page.keyboard.press('PageUp');
    await viewer.expectName(order[1] ?? '');
    await page.keyboard.press('Escape');
    await viewer.dialog.waitFor({ state: 'hidden' });
    await until(async () => {
      const focus = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? 'nothing');
      return focus.startsWith(order[1] ?? '') || `the focus is on ${focus}`;
    }, patience);
  });

  it('follows a finger: a swipe is the next picture, two fingers zoom', async () => {
    const order = await search.names();
    await search.tile(order[0] ?? '').click();
    await viewer.expectName(order[0] ?? '');
    await viewer.zoomTools.waitFor();
    const fingers = await context.newCDPSession(page);
    await swipe(fingers, [600, 450], [400, 455]);
    await viewer.expectName(order[1] ?? '');
    await swipe(fingers, [400, 450], [600, 445]);
    await viewer.expectName(order[0] ?? '');
    const whole = await viewer.level();
    await pinch(fingers, [500, 450], 60, 180);
    await until(async () => (await viewer.level()) > 2 * whole || `the zoom is ${await viewer.level()} %`, patience);
    await fingers.detach();
  });

  it('says in full why a picture is here, and how to read it', async () => {
    await open('chelsea.jpg', 'a cat');
    const why = viewer.panel.getByRole('region', { name: 'Why it is here' });
    await why.getByRole('list', { name: 'The picture says' }).getByText('cat', { exact: false }).first().waitFor();
    await why.getByRole('list', { name: 'You asked' }).waitFor();
    await why.getByRole('row', { name: /What it shows/ }).waitFor();
    await why.getByText('Rank 1 is the best match', { exact: false }).waitFor();
    await viewer.panel.getByText(path.join(pictures, 'chelsea.jpg')).waitFor();
    await viewer.panel.getByText('451 × 300', { exact: false }).waitFor();
  });

  it('remembers whether details are shown', async () => {
    await open('coffee.jpg');
    await page.keyboard.press('i');
    await viewer.panel.waitFor({ state: 'hidden' });
    await page.reload();
    await viewer.expectName('coffee.jpg');
    expect(await viewer.panel.count()).toBe(0);
    await viewer.dialog.getByRole('button', { name: 'Show details' }).click();
    await viewer.panel.waitFor();
  });

  it('stars by key and by button, and takes it back by key', async () => {
    await open('coffee.jpg');
    await page.keyboard.press('s');
    await viewer.dialog.getByRole('button', { name: 'Remove the star' }).waitFor();
    await viewer.expectNotice('1 picture starred.');
    await page.keyboard.press('Control+z');
    await viewer.dialog.getByRole('button', { name: 'Star', exact: true }).waitFor();
    await viewer.dialog.getByRole('button', { name: 'Star', exact: true }).click();
    await viewer.expectNotice('1 picture starred.');
    await page.reload();
    await viewer.dialog.getByRole('button', { name: 'Remove the star' }).click();
    await viewer.expectNotice('The star was removed.');
  });

  it('collects into a new collection and an old one, shows where a picture is, and takes it out', async () => {
    await open('coffee.jpg');
    await page.keyboard.press('c');
    await viewer.collectDialog.waitFor();
    await check('collect-first', desk);
    await page.keyboard.type('Cups');
    await viewer.collectDialog.getByRole('option', { name: 'Make “Cups”' }).waitFor();
    await page.keyboard.press('Enter');
    await viewer.expectNotice('1 picture added to “Cups”.');
    await viewer.panel.getByRole('button', { name: 'Show “Cups”' }).waitFor();

    await page.keyboard.press('ArrowRight');
    await viewer.choose('Add to a collection');
    await viewer.collectDialog.getByRole('option', { name: 'Cups' }).click();
    await viewer.expectNotice('1 picture added to “Cups”.');
    await viewer.panel.getByRole('button', { name: 'Take out of “Cups”' }).click();
    await viewer.expectNotice('1 picture taken out of “Cups”.');
    await viewer.panel.getByText('In no collection yet.').waitFor();

    await page.keyboard.press('c');
    await viewer.collectDialog.waitFor();
    await page.keyboard.press('Escape');
    await viewer.collectDialog.waitFor({ state: 'hidden' });
    expect(await viewer.dialog.isVisible(), 'Escape closes the dialog alone').toBe(true);
  });

  it('leads on: more like it, an edit from it, and as the picture under the same words', async () => {
    await open('rocket.jpg', 'rocket');
    await page.keyboard.press('u');
    await viewer.dialog.waitFor({ state: 'hidden' });
    await page.getByLabel('Picture in the query').first().waitFor();
    expect(await search.box.inputValue()).toBe('rocket');
    await page.goBack();
    await viewer.expectName('rocket.jpg');
    await page.keyboard.press('m');
    await viewer.dialog.waitFor({ state: 'hidden' });
    await search.expectFirst('rocket.jpg');
    expect(await search.box.inputValue()).toBe('');
    await page.goBack();
    await viewer.expectName('rocket.jpg');
    await viewer.dialog.getByRole('button', { name: 'Edit from here' }).click();
    await until(async () => (await search.box.evaluate((box) => box === document.activeElement)) || 'the box has no focus', patience);
  });

  it('copies the path and the picture, downloads the file, and says that there is no desktop', async () => {
    await open('flower.jpg');
    await page.keyboard.press('Control+Shift+c');
    await viewer.expectNotice('The path was copied.');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(path.join(pictures, 'flower.jpg'));
    await viewer.choose('Copy picture');
    await viewer.expectNotice('The picture was copied.');
    const size = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const bitmap = await createImageBitmap((await item?.getType('image/png')) ?? new Blob());
      return [bitmap.width, bitmap.height];
    });
    const { width, height } = await sharp(path.join(pictures, 'flower.jpg')).metadata();
    expect(size).toEqual([width, height]);

    const downloading = page.waitForEvent('download');
    await page.keyboard.press('d');
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('flower.jpg');
    expect(await readFile(await download.path())).toEqual(await readFile(path.join(pictures, 'flower.jpg')));
    await viewer.choose('Show in folder');
    await viewer.expectNotice('There is no desktop here');
  });

  it('compares two by keys: side by side, in place of each other, the other way round, zoomed as one', async () => {
    await open('large.jpg');
    await page.keyboard.press('v');
    await comparison.dialog.waitFor();
    await comparison.zoomTools.waitFor();
    expect(page.url()).toMatch(/compare=\d+%2C\d+/);
    const [first, second] = await comparison.seen();
    expect(first).toBe('large.jpg');
    await comparison.differences.getByText('large.jpg has more pixels', { exact: false }).waitFor();
    await comparison.differences.getByRole('row', { name: /Pixels 3,200 × 2,136/ }).waitFor();

    await page.keyboard.press('+');
    await until(async () => (await comparison.scales()).every((scale) => scale > 1.4) || `drawn at ${await comparison.scales()}`, patience);
    expect(new Set((await comparison.scales()).map((scale) => scale.toFixed(2))).size, 'both are zoomed alike').toBe(1);
    await page.keyboard.press('0');

    await page.keyboard.press('Space');
    await until(async () => (await comparison.seen()).join() === first || `one sees ${await comparison.seen()}`, patience);
    await page.keyboard.press('Space');
    await until(async () => (await comparison.seen()).join() === second || `one sees ${await comparison.seen()}`, patience);
    await comparison.dialog.getByRole('button', { name: 'Side by side' }).click();
    await page.keyboard.press('x');
    await until(async () => (await comparison.seen()).join() === `${second},${first}` || `one sees ${await comparison.seen()}`, patience);

    await page.keyboard.press('Shift+S');
    await comparison.dialog.getByRole('button', { name: 'Remove the star of large.jpg' }).click();
    await comparison.dialog.getByRole('button', { name: 'Star large.jpg' }).waitFor();
    await page.reload();
    await comparison.dialog.waitFor();
    await until(async () => (await comparison.seen()).join() === `${second},${first}` || `one sees ${await comparison.seen()}`, patience);
    await page.keyboard.press('Escape');
    await comparison.dialog.waitFor({ state: 'hidden' });
    await viewer.expectName('large.jpg');
  });

  it('has an address for a comparison that is mistyped: none', async () => {
    await page.goto(new URL('/?compare=1,1', app.url).href);
    await search.wall.waitFor();
    expect(await comparison.dialog.count()).toBe(0);
    await page.goto(new URL('/?compare=1,999999', app.url).href);
    await comparison.dialog.getByText('One of the two pictures is no longer in the library.').waitFor();
    await page.keyboard.press('Escape');
    await comparison.dialog.waitFor({ state: 'hidden' });
  });

  for (const look of looks) {
    it(`is accessible at ${look.width}x${look.height}, ${look.scheme}`, async () => {
      await page.setViewportSize(look);
      await page.emulateMedia({ colorScheme: look.scheme });
      await page.locator(`html[data-mantine-color-scheme=${look.scheme}]`).waitFor();
      await open('chelsea.jpg', 'a cat');
      const isWide = look.width > 640;
      if (!isWide) await check('viewer-without-panel', look);
      if (!(await viewer.panel.isVisible())) await page.keyboard.press('i');
      await viewer.panel.getByRole('heading', { name: 'Collections' }).waitFor();
      await check('viewer', look);
      await page.keyboard.press('+');
      await page.keyboard.press('i');
      await check('viewer-zoomed', look);
      await viewer.dialog.getByRole('button', { name: 'More actions' }).click();
      await viewer.menu.waitFor();
      await check('viewer-menu', look);
      await page.keyboard.press('Escape');
      await viewer.menu.waitFor({ state: 'hidden' });
      if (isWide) await page.keyboard.press('i');
      await page.keyboard.press('c');
      await viewer.collectDialog.waitFor();
      await check('collect', look);
      await page.keyboard.press('Escape');
      await viewer.collectDialog.waitFor({ state: 'hidden' });
      await page.keyboard.press('v');
      await comparison.differences.waitFor();
      await check('compare', look);
      await page.keyboard.press('Space');
      await check('compare-flip', look);
      await page.keyboard.press('Escape');
      await comparison.dialog.waitFor({ state: 'hidden' });
      await page.setViewportSize(desk);
      await page.emulateMedia({ colorScheme: desk.scheme });
    });
  }

  it('says of a picture that is deleted while it is shown that it is gone', async () => {
    await open('rocket.jpg');
    await rm(path.join(pictures, 'rocket.jpg'));
    await viewer.dialog.getByText('This picture is no longer in the library.').waitFor();
    await check('viewer-gone', desk);
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});

type At = readonly [x: number, y: number];

async function swipe(fingers: CDPSession, from: At, to: At): Promise<void> {
  const at = (share: number) => ({ x: from[0] + (to[0] - from[0]) * share, y: from[1] + (to[1] - from[1]) * share });
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0)] });
  for (const share of [0.3, 0.6, 1]) await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(share)] });
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

async function pinch(fingers: CDPSession, [x, y]: At, from: number, to: number): Promise<void> {
  const at = (apart: number) => [
    { x: x - apart / 2, y, id: 0 },
    { x: x + apart / 2, y, id: 1 },
  ];
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(from) });
  for (const share of [0.25, 0.5, 0.75, 1]) {
    await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(from + (to - from) * share) });
  }
  await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
