/** @file The wall in a real browser, on an answer of more than one page: selection, stacks, the cut line, the timeline, focus and scrolling. */
import { cp, mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { SearchPage, until } from './pages/search-page.ts';
import { WallPage } from './pages/wall-page.ts';

const keep = process.env.ONEWORD_SCREENSHOTS;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };

/** A page of the wall is 200 pictures: this is more. */
const cuttings = 216;
const total = cuttings + 2;
const sources = ['astronaut.jpg', 'china.jpg', 'coffee.jpg', 'flower.jpg', 'rocket.jpg', 'hubble_deep_field.jpg'];
const months = 72;

/** Parts of the samples, three a month from January 2019 to December 2024, and the cat twice: as it is, and smaller. */
async function makePictures(folder: string): Promise<void> {
  await mkdir(folder);
  for (let at = 0; at < cuttings; at++) {
    const source = sharp(path.join(root, 'samples', sources[at % sources.length] ?? ''));
    const { width, height } = await source.metadata();
    const [column, row] = [Math.floor(at / sources.length) % 6, Math.floor(at / sources.length / 6)];
    const [w, h] = [Math.floor(width / 6), Math.floor(height / 6)];
    const file = path.join(folder, `p${String(at).padStart(3, '0')}.jpg`);
    await source
      .extract({ left: column * w, top: row * h, width: w, height: h })
      .resize(at % 2 === 0 ? 160 : 120, 120, { fit: 'cover' })
      .toFile(file);
    const taken = new Date(2019, at % months, 15, 12);
    await utimes(file, taken, taken);
  }
  await cp(path.join(root, 'samples/chelsea.jpg'), path.join(folder, 'chelsea.jpg'));
  await sharp(path.join(root, 'samples/chelsea.jpg')).resize(400).jpeg({ quality: 70 }).toFile(path.join(folder, 'chelsea-small.jpg'));
  for (const [name, day] of [
    ['chelsea.jpg', 20],
    ['chelsea-small.jpg', 21],
  ] as const) {
    const taken = new Date(2024, 11, day, 12);
    await utimes(path.join(folder, name), taken, taken);
  }
}

describe.skipIf(noBrowser)(`the wall${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let search: SearchPage;
  let wall: WallPage;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    pictures = path.join(place, 'pictures');
    await makePictures(pictures);
    if (keep) await mkdir(keep, { recursive: true });
    app = await startApp(path.join(place, 'library'), pictures);
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, desk));
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(app.url).origin });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => problems.push(error.message));
    search = new SearchPage(page);
    wall = new WallPage(page);
    await page.goto(app.address);
    await page.goto(new URL('/library', app.url).href);
    await page.getByText(`${total} pictures`).first().waitFor({ timeout: 120_000 });
    await page.getByText('Nothing to do.', { exact: false }).waitFor({ timeout: 120_000 });
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await open('/');
  });

  async function open(at: string): Promise<void> {
    await page.goto(new URL(at, app.url).href);
    await wall.tile(0).waitFor();
  }

  it('selects with the mouse: one by one, up to a picture, more by plain clicks, and lets go', async () => {
    await wall.tile(1).click({ modifiers: ['Control'] });
    await wall.expectSelected(1);
    await wall.tile(4).click({ modifiers: ['Shift'] });
    await wall.expectSelected(4);
    await wall.tile(6).click();
    await wall.tile(2).click({ modifiers: ['Control'] });
    await wall.expectSelected(4);
    expect(await wall.selected()).toEqual([1, 3, 4, 6]);
    expect(await search.viewer.count()).toBe(0);
    await wall.bar.getByRole('button', { name: 'Clear selection' }).click();
    await wall.bar.waitFor({ state: 'hidden' });
    await until(async () => (await wall.focused()) >= 0 || 'the focus left the wall with the bar', 5000);
  });

  it('selects with keys, and acts on all that is selected', async () => {
    await wall.tile(2).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowLeft');
    await wall.expectSelected(2);
    expect(await wall.selected()).toEqual([2, 3]);
    await wall.expectFocus(3);
    await page.keyboard.press('s');
    await until(
      async () => ((await wall.said(2)).includes('Starred') && (await wall.said(3)).includes('Starred')) || 'the stars are not shown',
    );
    expect(await wall.said(4)).not.toContain('Starred');
    await wall.expectSelected(2);
    await page.keyboard.press('s');
    await until(async () => !(await wall.said(3)).includes('Starred') || 'the stars are still shown');

    await wall.bar.getByRole('button', { name: 'Collect' }).click();
    await page.getByRole('dialog', { name: /^Collect / }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await wall.expectSelected(2);

    await wall.tile(3).focus();
    await page.keyboard.press('Escape');
    await wall.bar.waitFor({ state: 'hidden' });
    await wall.expectFocus(3);
  });

  it('selects all of an answer of which not all is loaded, and copies every path', async () => {
    await wall.tile(0).focus();
    await page.keyboard.press('Control+a');
    await wall.expectSelected(total);
    await wall.bar.getByRole('button', { name: 'Copy paths' }).click();
    await page.getByText(`${total} paths were copied.`).first().waitFor();
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
    expect(new Set(copied).size).toBe(total);
    expect(copied[0]).toBe(path.join(pictures, 'chelsea-small.jpg'));
    await wall.bar.getByRole('button', { name: 'Copy paths' }).press('Escape');
    await wall.bar.waitFor({ state: 'hidden' });
  });

  it('draws only what is around the screen, however far one scrolls, and loads what is there', async () => {
    for (const share of [0.25, 0.5, 0.75, 1]) {
      await wall.scrollTo(share);
      await until(async () => {
        const labels = await wall.grid.locator('[data-tile]').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label')));
        return (labels.length > 0 && !labels.includes('Loading')) || 'some of it is not loaded';
      });
      expect(await wall.drawn()).toBeLessThan(110);
    }
    await wall.tile(total - 1).waitFor();
    await wall.tile(total - 1).focus();
    await page.keyboard.press('Home');
    await wall.expectFocus(0);
    await page.keyboard.press('End');
    await wall.expectFocus(total - 1);
  });

  it('goes as far as keys are pressed, however quick they are', async () => {
    await wall.tile(0).focus();
    let there = 0;
    for (let presses = 0; presses < 4; presses++) {
      const before = there;
      await page.keyboard.press('PageDown');
      await until(async () => (await wall.focused()) > before || `the focus is at ${await wall.focused()}`, 15_000);
      there = await wall.focused();
    }
    await page.keyboard.press('Home');
    await wall.expectFocus(0);
    // All of them come before the wall is drawn again.
    await Promise.all(Array.from({ length: 4 }, () => page.keyboard.press('PageDown')));
    await wall.expectFocus(there);
  });

  it('unfolds a stack in place, walks through it, and folds it up', async () => {
    await open('/?q=a+cat&group=1');
    await search.expectFirst('chelsea.jpg');
    const stack = wall.tile(0).locator('xpath=..').getByRole('button', { name: 'Unfold 2 pictures alike' });
    const next = await wall.said(1);
    await stack.click();
    await until(async () => (await wall.said(1)).includes('Part of an unfolded stack') || `next to it is ${await wall.said(1)}`);
    expect(await wall.said(1)).toMatch(/^chelsea/);
    expect(await wall.said(2)).toBe(next);
    expect(await search.viewer.count()).toBe(0);
    await wall.tile(0).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await search.viewer.getByRole('heading', { level: 2, name: /^chelsea/ }).waitFor();
    await page.keyboard.press('Escape');
    await wall.expectFocus(1);
    await page.keyboard.press('g');
    await until(async () => (await wall.said(1)) === next || 'the stack is still unfolded');
    await wall.expectFocus(0);
  });

  it('moves the cut line by keys, keeps the focus on it, and puts it back', async () => {
    await open('/?q=a+cat');
    await wall.line.waitFor();
    const engines = await wall.lineAt();
    await wall.line.focus();
    await page.keyboard.press('ArrowRight');
    await wall.expectLine(engines + 1);
    await until(async () => (await wall.dimmed())[0] === engines + 1 || `dimmed from ${(await wall.dimmed())[0]} on`);
    await page.keyboard.press('ArrowDown');
    await until(async () => (await wall.lineAt()) > engines + 1 || 'the line did not go down a row');
    await page.keyboard.press('End');
    await wall.expectLine(total);
    expect(await wall.dimmed()).toEqual([]);
    const isFocused = (): Promise<boolean> => wall.line.evaluate((line) => line === document.activeElement);
    await until(async () => (await isFocused()) || 'the focus did not go with the line', 5000);
    await page.keyboard.press('Home');
    await wall.expectLine(0);
    await until(async () => (await isFocused()) || 'the focus did not go back with the line', 5000);
    await page.keyboard.press('Delete');
    await wall.expectLine(engines);
    await page.keyboard.press('ArrowRight');
    await wall.expectLine(engines + 1);
    await page.getByRole('button', { name: 'Put back' }).click();
    await wall.expectLine(engines);
  });

  it('drags the cut line', async () => {
    await open('/?q=a+cat');
    await wall.line.waitFor();
    const engines = await wall.lineAt();
    const box = await wall.line.boundingBox();
    if (!box) throw new Error('the line is not on the screen');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 100);
    await page.mouse.move(x, y + 250, { steps: 4 });
    await page.mouse.up();
    await until(async () => (await wall.lineAt()) > engines || 'the line is where it was');
    await page.getByRole('button', { name: 'Put back' }).click();
    await wall.expectLine(engines);
  });

  it('scrolls by itself while the cut line is dragged near an edge, to the end and back to the top', async () => {
    await open('/?q=a+cat');
    await wall.line.waitFor();
    const scroller = await wall.scroller().boundingBox();
    const box = await wall.line.boundingBox();
    if (!box || !scroller) throw new Error('the line is not on the screen');
    const x = box.x + box.width / 2;
    await page.mouse.move(x, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(x, scroller.y + scroller.height / 2);
    await page.mouse.move(x, scroller.y + scroller.height - 2);
    await until(async () => (await wall.isAtEnd()) || `it scrolled to ${await wall.scrollTop()} only`);
    await wall.expectLine(total);
    await page.mouse.move(x, scroller.y + scroller.height / 2);
    const rests = await wall.scrollTop();
    await page.waitForTimeout(300);
    expect(await wall.scrollTop()).toBe(rests);
    await page.mouse.move(x, scroller.y - 20);
    await until(async () => (await wall.scrollTop()) === 0 || `it scrolled back to ${await wall.scrollTop()} only`);
    await wall.expectLine(0);
    await page.mouse.up();
    await wall.expectLine(0);
    await page.getByRole('button', { name: 'Put back' }).click();
  });

  it('scrolls by itself under a finger that drags the cut line', async () => {
    const { context: other } = await openWindow(browser, app.url, phone, { touch: true });
    const window = await other.newPage();
    const walls = new WallPage(window);
    await window.goto(app.address);
    await window.goto(new URL('/?q=a+cat', app.url).href);
    await walls.line.scrollIntoViewIfNeeded();
    const [box, scroller] = [await walls.line.boundingBox(), await walls.scroller().boundingBox()];
    if (!box || !scroller) throw new Error('the line is not on the screen');
    const [before, engines] = [await walls.scrollTop(), await walls.lineAt()];
    const finger = await other.newCDPSession(window);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      finger.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: box.x + box.width / 2, y }] });
    await touch('touchStart', box.y + box.height / 2);
    await touch('touchMove', scroller.y + scroller.height / 2);
    await touch('touchMove', scroller.y + scroller.height - 4);
    await until(async () => (await walls.scrollTop()) > before + 600 || `it scrolled from ${before} to ${await walls.scrollTop()}`);
    await touch('touchMove', scroller.y + scroller.height / 2);
    await touch('touchEnd');
    await window.getByRole('button', { name: 'Put back' }).waitFor();
    expect(await walls.lineAt()).toBeGreaterThan(engines + 6);
    await other.close();
  });

  it('orders by date with a timeline to jump on', async () => {
    await open('/?q=a+cat');
    await page.getByRole('button', { name: 'Date', exact: true }).click();
    await wall.scrubber.waitFor();
    await open('/');
    await wall.expectMonth('December 2024');
    await wall.scrubber.focus();
    await page.keyboard.press('End');
    await wall.expectMonth('January 2019');
    await wall.tile(total - 1).waitFor();
    await page.keyboard.press('Home');
    await wall.expectMonth('December 2024');
    expect(await wall.scrollTop()).toBe(0);
    await page.keyboard.press('PageDown');
    await wall.expectMonth('December 2023');
    const track = await wall.scrubber.boundingBox();
    if (!track) throw new Error('there is no timeline');
    await page.mouse.click(track.x + track.width / 2, track.y + track.height / 2);
    const half = await wall.scroller().evaluate((element) => (element.scrollHeight - element.clientHeight) / 2);
    await until(
      async () => Math.abs((await wall.scrollTop()) - half) < half / 10 || `scrolled to ${await wall.scrollTop()}, not about ${half}`,
    );
  });

  it('shows where one is on the timeline beside the years, never over them', async () => {
    await open('/timeline');
    await wall.headings.first().waitFor();
    const years = await wall.scrubber.locator('[data-year]').all();
    expect(years.length).toBeGreaterThan(3);
    const top = (await wall.scrubber.boundingBox())?.y ?? 0;
    for (const [at, year] of years.entries()) {
      const label = await year.boundingBox();
      const track = await wall.scrubber.boundingBox();
      if (!label || !track) throw new Error('the year is not on the screen');
      await wall.scrollTo((label.y + label.height / 2 - top) / track.height);
      // The handle follows in the frame after.
      await until(async () => {
        const thumb = await wall.scrubber.locator('[data-thumb]').boundingBox();
        if (!thumb) return 'there is no handle';
        const isBeside = thumb.y < label.y + label.height && thumb.y + thumb.height > label.y;
        const isApart = thumb.x + thumb.width < label.x || thumb.x > label.x + label.width;
        return (isBeside && isApart) || `the handle of year ${at} at ${JSON.stringify(thumb)}, the label at ${JSON.stringify(label)}`;
      });
      if (keep && at === 1) await page.screenshot({ path: path.join(keep, `timeline-handle-${desk.width}.png`) });
    }
  });

  it('shows everything month by month on the timeline page', async () => {
    await open('/timeline');
    await until(async () => (await wall.headings.first().innerText()) === 'December 2024' || 'the months are not there');
    expect((await wall.headings.allInnerTexts()).slice(0, 3)).toEqual(['December 2024', 'November 2024', 'October 2024']);
    await wall.scrubber.focus();
    await page.keyboard.press('PageDown');
    await wall.grid.getByRole('rowheader', { name: 'December 2023' }).waitFor();
    expect(await wall.drawn()).toBeLessThan(110);
  });

  it('gives focus and place back after the viewer and after another page', async () => {
    await wall.tile(0).focus();
    for (let i = 0; i < 3; i++) {
      const before = await wall.focused();
      await page.keyboard.press('PageDown');
      await until(async () => (await wall.focused()) > before || 'the focus did not go down a page', 15_000);
    }
    await until(async () => (await wall.scrollTop()) > 500 || 'the wall did not scroll');
    const at = await wall.focused();
    const top = await wall.scrollTop();
    await page.keyboard.press('Enter');
    await search.viewer.waitFor();
    await page.keyboard.press('Escape');
    await wall.expectFocus(at);
    expect(await wall.scrollTop()).toBe(top);

    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Library' }).click();
    await page.getByRole('heading', { name: 'Library', level: 1 }).waitFor();
    await page.goBack();
    await wall.tile(at).waitFor();
    await until(async () => (await wall.scrollTop()) === top || `scrolled to ${await wall.scrollTop()}, not ${top}`);
    expect(await wall.tile(at).getAttribute('tabindex')).toBe('0');
  });

  for (const look of [desk, phone]) {
    it(`is accessible with a selection, a stack, a moved line and months at ${look.width}, ${look.scheme}`, async () => {
      const { context: other } = await openWindow(browser, app.url, look);
      const window = await other.newPage();
      const walls = new WallPage(window);
      const check = async (name: string): Promise<void> => {
        await window.waitForFunction(() => [...document.images].every((image) => image.complete));
        await window.waitForTimeout(300); // pictures fade in; what is judged is what stays
        if (keep) await window.screenshot({ path: path.join(keep, `${name}-${look.width}-${look.scheme}.png`) });
        await expectAccessible(window, `${name} at ${look.width}`);
      };
      await window.goto(app.address);
      await walls.tile(1).click({ modifiers: ['Control'] });
      await walls.tile(3).click({ modifiers: ['Shift'] });
      await walls.expectSelected(3);
      await check('selection');
      await window.goto(new URL('/?q=a+cat&group=1', app.url).href);
      await walls.grid
        .getByRole('button', { name: /^Unfold/ })
        .first()
        .click();
      await walls.grid.getByRole('button', { name: /^Fold up/ }).waitFor();
      await walls.line.press('ArrowDown');
      await window.getByRole('button', { name: 'Put back' }).waitFor();
      await check('stack-and-line');
      await window.goto(new URL('/timeline', app.url).href);
      await walls.headings.first().waitFor();
      await check('timeline');
      await other.close();
    });
  }

  it('keeps a picture in focus when the one that had it is deleted', async () => {
    await wall.tile(0).focus();
    await page.keyboard.press('End');
    await wall.expectFocus(total - 1);
    await until(async () => (await wall.said(total - 1)) !== 'Loading' || 'the last picture is not loaded');
    const last = await wall.said(total - 1);
    const name = /^p\d+\.jpg/.exec(last)?.[0];
    if (!name) throw new Error(`the last picture is "${last}"`);
    await rm(path.join(pictures, name));
    await until(
      async () => ((await wall.tile(total - 1).count()) === 0 && (await wall.tile(total - 2).count()) === 1) || 'it is still shown',
    );
    await wall.expectFocus(total - 2);
    expect(await wall.grid.locator('[data-tile][tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('ArrowLeft');
    await wall.expectFocus(total - 3);
  });

  it('reported no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
