/** @file The page in each of its languages: which one it is, all of it in that language, nothing cut off, numbers and dates as they are written there. */
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Language, languages } from '../../renderer/messages/languages.ts';
import { loadMessages, type Messages } from '../../renderer/messages/messages.ts';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { type Look, launchBrowser, noBrowser, openWindow } from './browser.ts';
import { until } from './pages/search-page.ts';
import { expectAllIn, expectNothingCutOff } from './pages/words.ts';

const samples = path.join(root, 'samples');
const keep = process.env.ONEWORD_SCREENSHOTS;
const desk: Look = { width: 1440, height: 900, scheme: 'light' };
const phone: Look = { width: 390, height: 844, scheme: 'dark' };
const locales: Record<Language, string> = { en: 'en-GB', ko: 'ko-KR', de: 'de-DE' };
const pictures = ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg', 'horse.jpg'];

describe.skipIf(noBrowser)(`the languages${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext | undefined;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    const folder = path.join(place, 'pictures');
    await mkdir(folder);
    for (const name of pictures) {
      await cp(path.join(samples, name), path.join(folder, name));
      await utimes(path.join(folder, name), new Date(2023, 6, 14, 9), new Date(2023, 6, 14, 9));
    }
    await writeFile(path.join(folder, 'broken.jpg'), 'no picture at all');
    app = await startApp(path.join(place, 'library'), folder);
    browser = await launchBrowser();
  });

  afterEach(async () => {
    await context?.close();
    context = undefined;
    expect(problems.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  async function open(locale: string, look: Look = desk): Promise<Page> {
    await context?.close();
    ({ context } = await openWindow(browser, app.url, look, { locale }));
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(app.address);
    await page.getByRole('searchbox').waitFor();
    return page;
  }

  async function go(page: Page, where: string): Promise<void> {
    await page.goto(new URL(where, app.url).href);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  }

  describe('the one that is spoken', () => {
    it.each<[string, Language]>([
      ['de-AT', 'de'],
      ['ko-KR', 'ko'],
      ['en-US', 'en'],
      ['fr-FR', 'en'],
    ])('is, on a system that speaks %s, %s, and only its words are fetched', async (locale, language) => {
      await context?.close();
      ({ context } = await openWindow(browser, app.url, desk, { locale }));
      const page = await context.newPage();
      const fetched: string[] = [];
      page.on('request', (request) => fetched.push(/assets\/(en|ko|de)-[^/]*\.js$/.exec(request.url())?.[1] ?? ''));
      await page.goto(app.address);
      const messages = await loadMessages(language);
      await page.getByRole('searchbox', { name: messages.box.label }).waitFor();
      expect(await page.getByRole('searchbox').getAttribute('placeholder')).toBe(messages.box.placeholder);
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
      expect(await page.title()).toBe(messages.title(messages.pages.names.search));
      expect(fetched.filter(Boolean)).toEqual([language]);
    });

    it('changes at once in the settings, in every window, and is kept', async () => {
      const [en, de] = [await loadMessages('en'), await loadMessages('de')];
      const page = await open('en-GB');
      const other = await context?.newPage();
      await other?.goto(new URL('/', app.url).href);
      await other?.getByRole('searchbox', { name: en.box.label }).waitFor();

      await go(page, '/settings');
      await page.getByRole('combobox', { name: en.settings.language }).selectOption('de');
      await page.getByRole('heading', { name: de.settings.title, level: 1 }).waitFor();
      expect(await page.title()).toBe(de.title(de.settings.title));
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
      expect(await page.getByLabel(de.settings.cache).inputValue()).toMatch(/^\d\.\d{3} MiB$/);
      await other?.getByRole('searchbox', { name: de.box.label }).waitFor();

      await page.reload();
      await page.getByRole('heading', { name: de.settings.title, level: 1 }).waitFor();
      await page.getByRole('combobox', { name: de.settings.language }).selectOption('auto');
      await page.getByRole('heading', { name: en.settings.title, level: 1 }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: en.settings.title, level: 1 }).waitFor();
    });

    it('changes in the palette, too', async () => {
      const ko = await loadMessages('ko');
      const page = await open('en-GB');
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').waitFor();
      await page.keyboard.type('language 한국어');
      await page.keyboard.press('Enter');
      await page.getByRole('searchbox', { name: ko.box.label }).waitFor();
      expect(await page.title()).toBe(ko.title(ko.pages.names.search));
    });
  });

  describe.each(languages.flatMap((language) => [desk, phone].map((look) => ({ language, look, width: look.width }))))(
    'in $language at $width pixels',
    ({ language, look }) => {
      const judge = async (page: Page, name: string): Promise<void> => {
        if (keep) await page.screenshot({ path: path.join(keep, `language-${language}-${look.width}-${name}.png`) });
        await expectNothingCutOff(page, `${name} in ${language}`);
        if (language !== 'en') await expectAllIn(page, language, name);
        await expectAccessible(page, `${name} in ${language}`);
      };

      it('a picture is found, with its reasons, its date and what it is part of', async () => {
        const messages: Messages = await loadMessages(language);
        const { box, filters, wall, why, viewer } = messages;
        const page = await open(locales[language], look);
        const tile = page.getByRole('grid', { name: wall.label }).getByRole('button', { name: /chelsea/ });
        await tile.waitFor();
        await page.getByText(messages.facts.pictures(pictures.length), { exact: false }).first().waitFor();
        await judge(page, 'wall');

        await page.getByRole('searchbox').fill('cat date:2023-07');
        const july = { en: 'July 2023', ko: '2023년 7월', de: 'Juli 2023' }[language];
        expect(filters.days('2023-07-01', '2023-07-31')).toBe(july);
        await page.getByRole('button', { name: box.acceptFact(july) }).waitFor();
        await page.getByRole('searchbox').press('Tab');
        await page.getByLabel(box.factChip(july), { exact: true }).waitFor();
        await page.getByText(wall.cut).or(page.getByText(wall.cutAtTop)).first().waitFor();
        await judge(page, 'results');

        await tile.first().click();
        const dialog = page.getByRole('dialog', { name: viewer.label('chelsea.jpg') });
        await dialog.waitFor();
        const reasons = dialog.getByRole('region', { name: why.title });
        if (!(await reasons.isVisible())) await dialog.getByRole('button', { name: viewer.showPanel }).click();
        await reasons.waitFor();
        await reasons.getByText(july).waitFor();
        await judge(page, 'viewer');
      });

      it('every page is in it, and so are the sheet of keys and the palette', async () => {
        const { pages, library, engines, settings, keys, palette, job, problem } = await loadMessages(language);
        const page = await open(locales[language], look);
        await go(page, '/library');
        await page.getByText(problem.codes['unreadable-file'][0]).waitFor();
        await page.getByRole('heading', { name: library.title, level: 1 }).waitFor();
        await until(async () => !(await page.getByText(job.names.indexing, { exact: false }).first().isVisible()) || 'work goes on');
        await judge(page, 'library');

        await go(page, '/engines');
        await page.getByRole('heading', { name: engines.title, level: 1 }).waitFor();
        await page.getByText('E5-V', { exact: true }).first().waitFor();
        if (language !== 'en') await page.getByText(engines.described.lite?.description ?? '', { exact: true }).waitFor();
        expect((await page.getByText(engines.english).count()) > 0).toBe(language !== 'en');
        await judge(page, 'engines');

        await go(page, '/settings');
        await page.getByRole('button', { name: settings.check }).click();
        await page.getByText(settings.checks['picture decoders']).waitFor();
        await judge(page, 'settings');

        await go(page, '/collections');
        await page.getByRole('heading', { name: pages.names.collections, level: 1 }).waitFor();
        await judge(page, 'collections');
        await go(page, '/timeline');
        await judge(page, 'timeline');

        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: keys.title }).waitFor();
        await judge(page, 'keys');
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+k');
        await page.getByRole('dialog', { name: palette.title }).waitFor();
        await judge(page, 'palette');
      });
    },
  );

  it('numbers and sizes are written as the language writes them', async () => {
    const page = await open('de-DE');
    await go(page, '/engines');
    await page
      .getByText(/\d,\d\sGB/)
      .first()
      .waitFor();
    await page.getByText('4.096 Zahlen je Bild').first().waitFor();
    const korean = await open('ko-KR');
    await go(korean, '/engines');
    await korean
      .getByText(/\d\.\d\s?GB/)
      .first()
      .waitFor();
  });
});
