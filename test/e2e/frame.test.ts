/** @file The frame in a real browser, by keyboard: pages, palette, keys, tour, notices, settings, and what happens when the server changes or goes. */
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { keyBindings } from '../../renderer/app/keys.ts';
import { en } from '../../renderer/messages/en.ts';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { Frame } from './pages/frame.ts';
import { LibraryPage } from './pages/library-page.ts';
import { SearchPage, until } from './pages/search-page.ts';

const samples = path.join(root, 'samples');
const keep = process.env.ONEWORD_SCREENSHOTS;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const dark: Look = { width: 1440, height: 900, scheme: 'dark' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };
const zoomed: Look = { width: 640, height: 360, scheme: 'light' };

describe.skipIf(noBrowser)(`the frame${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let away: string;
  let app: App;
  let empty: App;
  let browser: Browser;
  let context: BrowserContext | undefined;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    pictures = path.join(place, 'pictures');
    away = path.join(place, 'drive');
    await mkdir(pictures);
    await mkdir(away);
    for (const name of ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg']) await cp(path.join(samples, name), path.join(pictures, name));
    await cp(path.join(samples, 'horse.jpg'), path.join(away, 'horse.jpg'));
    await writeFile(path.join(pictures, 'broken.jpg'), 'no picture at all');
    app = await startApp(path.join(place, 'library'), pictures, away);
    empty = await startApp(path.join(place, 'empty'));
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await empty?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function open(where: App, look: Look = desk, more: { firstTime?: boolean; touch?: boolean } = {}): Promise<Page> {
    await context?.close();
    ({ context } = await openWindow(browser, where.url, look, more));
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(where.address);
    await page.getByRole('searchbox').waitFor();
    return page;
  }

  async function judge(page: Page, name: string): Promise<void> {
    if (keep) await page.screenshot({ path: path.join(keep, `frame-${name}.png`) });
    await expectAccessible(page, name);
  }

  async function box(of: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
    const found = await of.boundingBox();
    if (!found) throw new Error('it is not on the page');
    return found;
  }

  /** Once the page has settled: the card follows what it stands beside in the frame after. */
  async function expectApart(one: Locator, other: Locator): Promise<void> {
    await until(async () => {
      const [a, b] = [await box(one), await box(other)];
      const isApart = a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height;
      return isApart || `they overlap: ${JSON.stringify({ a, b })}`;
    }, 10_000);
  }

  it('greets with a tour of three steps, by keyboard, beside what it speaks of and only once', async () => {
    for (const look of [desk, phone]) {
      const page = await open(empty, look, { firstTime: true });
      const frame = new Frame(page);
      await frame.tour.getByText('1 of 3').waitFor();
      await until(async () => (await frame.focused()) === 'Next' || `the focus is on ${await frame.focused()}`);
      await expectApart(frame.tour, page.getByRole('button', { name: 'Try the samples' }));
      await expectApart(frame.tour, page.getByRole('heading', { name: 'Search your own pictures by what they show' }));
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      await expectApart(frame.tour, frame.pages);
      await judge(page, `tour-1-${look.width}`);
      await page.keyboard.press('Enter');
      await frame.tour.getByText('2 of 3').waitFor();
      await expectApart(frame.tour, page.getByRole('searchbox'));
      await judge(page, `tour-2-${look.width}`);
      await page.keyboard.press('Enter');
      await frame.tour.getByText('3 of 3').waitFor();
      await page.keyboard.press('Enter');
      await frame.tour.waitFor({ state: 'hidden' });
      await page.reload();
      await page.getByRole('button', { name: 'Try the samples' }).waitFor();
      expect(await frame.tour.count()).toBe(0);
    }
  });

  it('lets the tour be skipped, and taken again from the palette and the settings', async () => {
    const page = await open(empty, desk, { firstTime: true });
    const frame = new Frame(page);
    await until(async () => (await frame.focused()) === 'Next' || `the focus is on ${await frame.focused()}`);
    await page.keyboard.press('Escape');
    await frame.tour.waitFor({ state: 'hidden' });
    await frame.command('take tour');
    await frame.tour.getByText('1 of 3').waitFor();
    await page.getByRole('button', { name: 'Skip the tour' }).press('Enter');
    await frame.command('settings');
    await page.getByRole('button', { name: 'Take the tour' }).press('Enter');
    await frame.tour.getByText('1 of 3').waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('finds pages, actions, folders and engines in the palette, and has the latest first', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    const search = new SearchPage(page);
    await search.box.focus();
    await frame.openPalette();
    await judge(page, 'palette');
    await page.keyboard.type('nothing like it');
    await frame.palette.getByText('There is no such command.', { exact: false }).waitFor();
    await page.keyboard.press('Escape');
    await until(async () => (await frame.focused()) === 'Search' || `the focus is on ${await frame.focused()}`);

    await frame.command('libr');
    await frame.heading('Library').waitFor();
    await frame.command('dark');
    await until(async () => {
      const scheme = await page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'));
      return scheme === 'dark' || `the theme is ${scheme}`;
    });
    await frame.openPalette();
    expect((await frame.commands()).slice(0, 2)).toEqual(['Theme: Dark', 'Library']);
    expect(await frame.palette.getByRole('option', { name: 'Go to the box' }).innerText()).toContain('/');
    await judge(page, 'palette-recent');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await frame.heading('Library').waitFor();

    await frame.command('search in drive');
    await search.expectFirst('horse.jpg');
    await frame.command('lite');
    await frame.heading('Engines').waitFor();
    await frame.command('add a folder');
    await page.getByRole('dialog', { name: 'Add a folder' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('shows every key of the table on the sheet', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    await page.keyboard.press('?');
    await frame.keySheet.waitFor();
    for (const { where, label } of keyBindings) {
      const group = frame.keySheet.getByRole('region', { name: en.keys.groups[where], exact: true });
      expect(await group.getByText(en.keys.does[label], { exact: true }).count(), `${where}: ${label}`).toBeGreaterThan(0);
    }
    await judge(page, 'keys');
    await page.keyboard.press('Escape');
    await frame.keySheet.waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await until(async () => (await frame.focused()) === 'Search' || `the focus is on ${await frame.focused()}`);
    await page.keyboard.type('?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('?');
    expect(await frame.keySheet.count()).toBe(0);
  });

  it('tells of a file that could not be read, with ways on, until it is sent away', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    const notice = frame.notices.getByText('1 file could not be read.', { exact: false });
    await notice.waitFor();
    await judge(page, 'notices');
    await frame.notices.getByRole('button', { name: 'Open Library' }).press('Enter');
    await frame.heading('Library').waitFor();
    await page.getByRole('button', { name: 'Copy path of broken.jpg' }).waitFor();
    await notice.waitFor();
    await frame.notices.getByRole('button', { name: 'Dismiss' }).first().press('Enter');
    await notice.waitFor({ state: 'hidden' });
    await page.reload();
    await frame.heading('Library').waitFor();
    await page.getByText('Files that could not be read').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('tells of a folder that is offline while it is, and that its pictures stay', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    await rename(away, `${away}-unplugged`);
    await frame.notices.getByText(`${away} is offline.`, { exact: false }).waitFor({ timeout: 30_000 });
    await page.getByText('1 folder offline', { exact: false }).waitFor();
    await new SearchPage(page).tile('horse.jpg').waitFor();
    await judge(page, 'offline');
    await rename(`${away}-unplugged`, away);
    await frame.notices.getByRole('button', { name: 'Look again' }).press('Enter');
    await frame.notices.getByText(`${away} is offline.`, { exact: false }).waitFor({ state: 'hidden', timeout: 30_000 });
  });

  it('counts a folder by type, and leads to just these', async () => {
    const page = await open(app);
    const library = new LibraryPage(page);
    await library.open(app.url);
    const row = library.folder(pictures);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await row.getByText('By type').press('Enter');
    await row.getByRole('button', { name: 'JPEG 3' }).waitFor();
    expect(asked.filter((at) => at === '/api/countTypes' || at === '/api/search')).toEqual(['/api/countTypes']);
    await judge(page, 'library');
    await row.getByRole('button', { name: 'JPEG 3' }).press('Enter');
    const search = new SearchPage(page);
    await until(async () => (await search.names()).length === 3 || `${(await search.names()).length} pictures on the wall`);
  });

  it('has settings with a sentence each, a check that the palette runs, and the licences', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    await frame.command('check library');
    await frame.heading('Settings').waitFor();
    await page.getByText('All is well.').or(page.getByText('Something needs attention.')).waitFor();
    await judge(page, 'settings');
    await page.getByRole('link', { name: 'Show the licences' }).press('Enter');
    await frame.heading('Licences').waitFor();
    await page
      .locator('summary')
      .filter({ has: page.getByText('react', { exact: true }) })
      .press('Enter');
    await page.locator('details[open]').getByText('MIT License', { exact: false }).waitFor();
    await judge(page, 'licences');
  });

  it('begins with a way past the pages, then the pages, then the box; with one first heading and no gap below it', async () => {
    const page = await open(app);
    const frame = new Frame(page);
    await page.keyboard.press('Tab');
    expect(await frame.focused()).toBe('Skip to the page');
    await page.keyboard.press('Tab');
    expect(await frame.focused()).toBe('Search');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
    for (const address of ['/', '/library', '/engines', '/settings', '/licences', '/nowhere']) {
      await page.goto(new URL(address, app.url).href);
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      const levels = await page.getByRole('heading').evaluateAll((all) => all.map((heading) => Number(heading.tagName[1])));
      expect(levels.filter((level) => level === 1).length, address).toBe(1);
      expect(
        levels.every((level, at) => at === 0 || level <= (levels[at - 1] ?? 0) + 1),
        `${address}: ${levels.join()}`,
      ).toBe(true);
    }
  });

  it('is whole at 200 % of 1280x720, with forced colours, and in the dark', async () => {
    for (const [look, name] of [
      [zoomed, 'zoomed'],
      [dark, 'dark'],
    ] as const) {
      const page = await open(app, look);
      const frame = new Frame(page);
      if (look === zoomed) await page.emulateMedia({ forcedColors: 'active' });
      for (const name of ['library', 'settings']) {
        await page.goto(new URL(`/${name}`, app.url).href);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await judge(page, `${name}-${look.width}-${look.scheme}`);
      }
      await frame.openPalette();
      await judge(page, `palette-${name}`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await frame.keySheet.waitFor();
      await judge(page, `keys-${name}`);
    }
  });

  it('has targets of 44 pixels in the frame of a phone', async () => {
    const page = await open(app, phone, { touch: true });
    const frame = new Frame(page);
    for (const name of ['library', 'settings']) {
      await page.goto(new URL(`/${name}`, app.url).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await judge(page, `${name}-phone`);
      const small = await page.locator('nav a:visible, nav button:visible, main button:visible, main summary:visible').evaluateAll((all) =>
        all
          .map((target) => ({
            name: target.textContent || target.getAttribute('aria-label'),
            height: target.getBoundingClientRect().height,
          }))
          .filter(({ height }) => height < 44)
          .map(({ name, height }) => `${name}: ${height}`),
      );
      expect(small, name).toEqual([]);
    }
    // What the bar has no room for.
    expect(await frame.pages.getByRole('link').filter({ visible: true }).count()).toBe(4);
    await frame.pages.getByRole('button', { name: 'More' }).press('Enter');
    await frame.pages.getByRole('menuitem', { name: 'Engines' }).waitFor();
    await judge(page, 'more-phone');
    await frame.pages.getByRole('menuitem', { name: 'Engines' }).press('Enter');
    await frame.heading('Engines').waitFor();
    await page.keyboard.press('Control+k');
    await frame.palette.waitFor();
    await judge(page, 'palette-phone');
  });

  it('keeps two windows on one library in step', async () => {
    const page = await open(empty);
    const other = await (context as BrowserContext).newPage();
    await other.goto(new URL('/library', empty.url).href);
    await other.getByText('No folder yet.').waitFor();
    await new Frame(page).command('samples');
    await other.getByRole('listitem', { name: /^Folder / }).waitFor();
    await new SearchPage(page).tile('chelsea.jpg').waitFor({ timeout: 60_000 });
  });

  it('opens its other pages though nobody answers, and keeps what was typed', async () => {
    const page = await open(empty);
    const frame = new Frame(page);
    const search = new SearchPage(page);
    // Fetched ahead, with all that it needs.
    await page.waitForFunction(() => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name);
      const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="modulepreload"], link[rel="stylesheet"]')];
      return names.some((name) => /settings-page.*\.js$/.test(name)) && links.every(({ href }) => names.includes(href));
    });
    await search.type('a cat');
    await empty.kill();
    const banner = page.getByText('What you typed is kept, and this page goes on by itself', { exact: false });
    await banner.waitFor();
    await frame.command('settings');
    await frame.heading('Settings').waitFor();
    await judge(page, 'gone');
    await frame.command('search');
    expect(await search.box.inputValue()).toBe('a cat');
    empty = await startApp(path.join(place, 'empty'), '--port', new URL(empty.url).port);
    await banner.waitFor({ state: 'hidden' });
    await search.expectFirst('chelsea.jpg');
  });

  it('says that the server was updated, and loads the page again only when asked', async () => {
    await context?.close();
    ({ context } = await openWindow(browser, empty.url, desk));
    const page = await context.newPage();
    // The server as it was before: the answer of this one with another version in it, and no word of anything newer until then.
    let update = (): unknown => null;
    const updated = new Promise<void>((resolve) => {
      update = resolve;
    });
    await page.route('**/api/events', async (route) => {
      await updated;
      await route.continue();
    });
    await page.route('**/api/status', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { json: { version: string } };
      await route.fulfill({ response: answer, json: { ...body, json: { ...body.json, version: '0.0.1' } } });
    });
    await page.goto(empty.address);
    await page.getByText('15 pictures', { exact: false }).first().waitFor();
    await new SearchPage(page).type('a cat');
    const banner = page.getByRole('status').filter({ hasText: `Oneword was updated to ${packageFile.version}.` });
    expect(await banner.count()).toBe(0);
    update();
    await banner.waitFor();
    await judge(page, 'updated');
    await page.unrouteAll();
    await banner.getByRole('button', { name: 'Load again' }).press('Enter');
    await banner.waitFor({ state: 'hidden' });
    expect(await page.getByRole('searchbox').inputValue()).toBe('a cat');
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
