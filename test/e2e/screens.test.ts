/** @file Every screen at two sizes in both colour schemes: no accessibility violation, no sideways scrolling, usable by keyboard. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { SearchPage, until } from './pages/search-page.ts';

/** Set to keep the screenshots, e.g. for docs/screenshots. */
const keep = process.env.ONEWORD_SCREENSHOTS;

const looks: readonly Look[] = [
  { width: 1440, height: 900, scheme: 'light' },
  { width: 1440, height: 900, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];

describe.skipIf(noBrowser)(`the screens${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let empty: App;
  let browser: Browser;

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    if (keep) await mkdir(keep, { recursive: true });
    app = await startApp(path.join(place, 'library'), path.join(import.meta.dirname, '../../samples'));
    empty = await startApp(path.join(place, 'empty'));
    browser = await launchBrowser();
    const { context } = await openWindow(browser, app.url, { width: 1440, height: 900, scheme: 'light' });
    const page = await context.newPage();
    await page.goto(app.address);
    const search = new SearchPage(page);
    await until(async () => (await search.names()).length === 15 || 'the samples are still being indexed');
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await empty?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function check(page: Page, name: string, look: Look): Promise<void> {
    // Pictures fade in; what is judged is what stays.
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await page.waitForTimeout(300);
    if (keep) await page.screenshot({ path: path.join(keep, `${name}-${look.width}-${look.scheme}.png`) });
    await expectAccessible(page, `${name} at ${look.width}`);
  }

  for (const look of looks) {
    it(`are accessible at ${look.width}x${look.height}, ${look.scheme}`, async () => {
      const { context } = await openWindow(browser, app.url, look);
      const page = await context.newPage();
      await page.goto(app.address);
      const search = new SearchPage(page);
      await search.wall.waitFor();
      await check(page, 'wall', look);
      await search.type('a cup of coffee');
      await search.expectFirst('coffee.jpg');
      await check(page, 'search', look);
      await search.box.press('ArrowDown');
      await page.keyboard.press('Enter');
      await search.viewer.waitFor();
      await check(page, 'viewer', look);
      await page.keyboard.press('Escape');
      for (const screen of ['library', 'engines', 'settings']) {
        await page.goto(new URL(`/${screen}`, app.url).href);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await check(page, screen, look);
      }
      await context.close();

      const { context: other } = await openWindow(browser, empty.url, look);
      const first = await other.newPage();
      await first.goto(empty.address);
      await first.getByRole('button', { name: 'Try the samples' }).waitFor();
      await check(first, 'empty', look);
      await other.close();
    });
  }
});
