/** @file The library page in a real browser: work that is paused and goes on, and files that could not be read, each with what can be done about it. */
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { root } from './app.ts';
import { desk, keep, noBrowser, type OpenedLibrary, openLibrary, phone } from './browser.ts';
import { Frame } from './pages/frame.ts';
import { LibraryPage } from './pages/library-page.ts';
import { SearchPage, until } from './pages/search-page.ts';

const samples = path.join(root, 'samples');

describe.skipIf(noBrowser)(`the library page${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let opened: OpenedLibrary;
  let page: Page;
  let library: LibraryPage;

  beforeAll(async () => {
    // Wherever the tests run: there is nothing to show a folder on.
    for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) vi.stubEnv(name, '');
    opened = await openLibrary({
      pictures: async (folder) => {
        for (const name of ['chelsea.jpg', 'coffee.jpg']) await cp(path.join(samples, name), path.join(folder, name));
        for (const name of ['broken.jpg', 'worse.jpg']) await writeFile(path.join(folder, name), `${name} is no picture`);
      },
    });
    page = await opened.openPage();
    library = new LibraryPage(page);
    await library.open(opened.app.url);
    await library.failure('worse.jpg').waitFor({ timeout: 60_000 });
  });

  afterAll(async () => {
    await opened?.close();
    vi.unstubAllEnvs();
  });

  beforeEach(() => library.open(opened.app.url));

  const attempts = async (name: string): Promise<number> => Number(/(\d+) attempts?/.exec(await library.failure(name).innerText())?.[1]);
  const expectAttempts = (name: string, wanted: number): Promise<void> =>
    until(async () => (await attempts(name)) === wanted || `${name} was read ${await attempts(name)} times, not ${wanted}`);
  const says = (text: string): Promise<void> => page.getByRole('status').filter({ hasText: text }).waitFor();

  async function judge(name: string): Promise<void> {
    for (const look of [desk, phone]) {
      await page.setViewportSize(look);
      await page.emulateMedia({ colorScheme: look.scheme });
      await page.locator(`html[data-mantine-color-scheme=${look.scheme}]`).waitFor();
      if (keep) await page.screenshot({ path: path.join(keep, `library-${name}-${look.width}.png`), fullPage: true });
      await expectAccessible(page, `${name} at ${look.width}`);
    }
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: desk.scheme });
  }

  it('reads one failed file again, or all of them', async () => {
    const [broken, worse] = [await attempts('broken.jpg'), await attempts('worse.jpg')];
    await library.failure('broken.jpg').getByRole('button', { name: 'Retry broken.jpg' }).click();
    await says('1 file is being read again.');
    await expectAttempts('broken.jpg', broken + 1);
    expect(await attempts('worse.jpg')).toBe(worse);
    await page.getByRole('button', { name: 'Retry all' }).click();
    await says('2 files are being read again.');
    await expectAttempts('worse.jpg', worse + 1);
    await expectAttempts('broken.jpg', broken + 2);
    await judge('failures');
  });

  it('shows a failed file in its folder, and says where there is no desktop', async () => {
    await library.failure('broken.jpg').getByRole('button', { name: 'Show in folder: broken.jpg' }).click();
    await says('There is no desktop here to show a folder on.');
  });

  it('excludes a failed file, which is then no failure any more', async () => {
    await library.failure('worse.jpg').getByRole('button', { name: 'Exclude worse.jpg' }).click();
    expect(await library.dialog.getByRole('textbox', { name: 'Leave out' }).inputValue()).toBe('worse.jpg');
    await library.dialog.getByRole('button', { name: /^Save/ }).click();
    await library.failure('worse.jpg').waitFor({ state: 'hidden' });
    expect(await library.failure('broken.jpg').count()).toBe(1);
  });

  it('stays paused through a restart, with nothing to do and with work, until it is resumed', async () => {
    await new Frame(page).command('pause');
    await library.work().getByText('Paused. New and changed files wait until it goes on.').waitFor();
    await library.work().getByRole('button', { name: 'Resume' }).waitFor();
    await cp(path.join(samples, 'rocket.jpg'), path.join(opened.pictures, 'rocket.jpg'));
    const waiting = library.work().getByRole('progressbar');
    await waiting.first().waitFor({ timeout: 30_000 });
    await library
      .work()
      .getByText(/paused$/)
      .first()
      .waitFor();
    await judge('paused');

    await opened.app.stop();
    await opened.startAgain();
    await page.goto(opened.app.address);
    await library.open(opened.app.url);
    await waiting.first().waitFor();
    await library.work().getByRole('button', { name: 'Resume' }).click();
    await library.work().getByText('Nothing to do.', { exact: false }).waitFor({ timeout: 30_000 });
    expect(await library.work().getByRole('button').count()).toBe(0);
    await page.goto(opened.app.url);
    await new SearchPage(page).tile('rocket.jpg').waitFor();
  });

  it('reported no error in the page', () => {
    expect(opened.problems).toEqual([]);
  });
});
