/** @file The box in a real browser: a part of a picture, picture or edit, steps, searches that are kept, facts, and what should not be dropped on it. */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type App, root, startApp } from './app.ts';
import { launchBrowser, noBrowser, openWindow } from './browser.ts';
import { Box } from './pages/box.ts';
import { SearchPage, until } from './pages/search-page.ts';

const samples = path.join(root, 'samples');
/** Set to keep screenshots of the states of the box. */
const keep = process.env.ONEWORD_SCREENSHOTS;
const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(noBrowser)(`the box${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let app: App;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let search: SearchPage;
  let box: Box;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-box-'));
    if (keep) await mkdir(keep, { recursive: true });
    app = await startApp(path.join(place, 'library'), samples);
    browser = await launchBrowser();
    ({ context } = await openWindow(browser, app.url, { ...desk, scheme: 'light' }));
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(app.address);
    search = new SearchPage(page);
    box = new Box(page);
    await until(async () => (await search.names()).length === 15 || 'the samples are still being indexed');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    if (place) await rm(place, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await search.open(app.url);
    await page.evaluate(() => {
      localStorage.removeItem('oneword-recent-searches');
      sessionStorage.removeItem('oneword-steps');
    });
    await search.open(app.url);
    await search.wall.waitFor();
  });

  /** Axe in both sizes and schemes, and a screenshot of each. */
  async function look(name: string): Promise<void> {
    for (const size of [desk, phone]) {
      for (const scheme of ['light', 'dark'] as const) {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: scheme });
        await page.mouse.move(size.width / 2, size.height - 80);
        await page.waitForFunction(() => [...document.images].every((image) => image.complete));
        // Dialogs and tiles fade; what is judged is what stays.
        await page.waitForTimeout(250);
        if (keep) await page.screenshot({ path: path.join(keep, `box-${name}-${size.width}-${scheme}.png`) });
        await expectAccessible(page, `${name} at ${size.width}, ${scheme}`);
      }
    }
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: 'light' });
  }

  /** Puts a result into the box by key: `m` for more like it, `e` for an edit of it. */
  async function takeResult(words: string, name: string, key: 'm' | 'e'): Promise<void> {
    await search.type(words);
    await search.expectFirst(name);
    await search.box.press('ArrowDown');
    await page.keyboard.press(key);
    await page.getByLabel('Picture in the query').first().waitFor();
  }

  const expectAddress = (name: string, value: string) =>
    until(async () => box.address(name) === value || `${name} in the address is "${box.address(name)}", not "${value}"`);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const expectFocus = (name: string) => until(async () => (await focused()) === name || 'the focus is elsewhere');
  const says = (text: string | RegExp) => box.notice.filter({ hasText: text }).waitFor();

  describe('a part of the picture', () => {
    it('is drawn with the mouse, searched with, and gone back from', async () => {
      await takeResult('a cat', 'chelsea.jpg', 'm');
      await box.button('Choose a part of the picture').click();
      await box.frame().waitFor();
      await box.drawFrame([0.1, 0.2], [0.6, 0.7]);
      await look('crop');
      await box.button('Search with this part').click();
      await until(async () => /^0\.(10?|09\d|10\d) /.test(box.address('crop')) || `the crop is "${box.address('crop')}"`);
      await page.getByText('Part of a picture').first().waitFor();
      const crop = box.address('crop');
      await page.goBack();
      await expectAddress('crop', '');
      await page.goForward();
      await expectAddress('crop', crop);
      await page.reload();
      await box.button('Change the part of the picture').click();
      await box.button('Whole picture').click();
      await box.button('Search with the whole picture').click();
      await expectAddress('crop', '');
      await search.expectFirst('chelsea.jpg');
    });

    it('is moved by dragging it and resized by its corner', async () => {
      await page.goto(new URL('/?like=item:1&crop=0.2+0.2+0.4+0.4', app.url).href);
      await box.button('Change the part of the picture').click();
      await box.frame().waitFor();
      await box.drawFrame([0.4, 0.4], [0.5, 0.3]);
      await box.drawFrame([0.7, 0.5], [0.9, 0.9]);
      await box.button('Search with this part').click();
      await until(async () => {
        const [x = 0, y = 0, width = 0, height = 0] = box.address('crop').split(' ').map(Number);
        const isThere = [x - 0.3, y - 0.1, width - 0.6, height - 0.8].every((off) => Math.abs(off) < 0.02);
        return isThere || `the crop is "${box.address('crop')}"`;
      });
    });

    it('is chosen with keys alone, and left with Escape', async () => {
      await takeResult('a cat', 'chelsea.jpg', 'm');
      await box.button('Choose a part of the picture').focus();
      await page.keyboard.press('Enter');
      await expectFocus('Frame');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Shift+ArrowDown');
      await box.notice.filter({ hasText: '60% wide, 62% high, 22% from the left, 20% from the top' }).waitFor();
      await page.keyboard.press('Enter');
      await box.dialog.waitFor({ state: 'hidden' });
      await expectAddress('crop', '0.22 0.2 0.6 0.62');
      await expectFocus('What should be different?');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      await expectFocus('Change the part of the picture');
      await page.keyboard.press('Enter');
      await expectFocus('Frame');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Escape');
      await box.dialog.waitFor({ state: 'hidden' });
      await expectFocus('Change the part of the picture');
      expect(box.address('crop')).toBe('0.22 0.2 0.6 0.62');
    });

    it('can be chosen of a picture that was dropped', async () => {
      await search.drop(path.join(samples, 'horse.jpg'), 'Find like this');
      await box.button('Choose a part of the picture').click();
      await box.drawFrame([0.4, 0.4], [1.2, 1.2]);
      await box.button('Search with this part').click();
      await until(
        async () => /^0\.4\d* 0\.4\d* 0\.[56]\d* 0\.[56]\d*$/.test(box.address('crop')) || `the crop is "${box.address('crop')}"`,
      );
      await search.wall.waitFor();
    });

    it('shows the whole picture where the address is mistyped', async () => {
      await page.goto(new URL('/?like=item:1&crop=7&strength=much&way=magic', app.url).href);
      await search.wall.waitFor();
      await box.button('Choose a part of the picture').waitFor();
    });
  });

  describe('picture or edit', () => {
    it('is weighed with keys, in one step of the history', async () => {
      await takeResult('a cat', 'chelsea.jpg', 'e');
      await page.keyboard.type('a horse instead');
      await page.keyboard.press('Enter');
      await search.expectFirst('horse.jpg');
      await box.slider.focus();
      for (let at = 0; at < 6; at++) await page.keyboard.press('ArrowLeft');
      await expectAddress('strength', '0.2');
      expect(await box.slider.getAttribute('aria-valuetext')).toBe('80% picture');
      await page.goBack();
      await expectAddress('strength', '');
      await page.goForward();
      await expectAddress('strength', '0.2');
      await box.slider.focus();
      await page.keyboard.press('Home');
      await expectAddress('strength', '');
    });

    it('is weighed with the mouse, and a double click goes to the middle', async () => {
      await page.goto(new URL('/?like=item:1&edit=at+night', app.url).href);
      // The slider stands where it stays as soon as the engine is known.
      await box.button('Arithmetic').waitFor();
      const thumb = await box.slider.boundingBox();
      if (!thumb) throw new Error('there is no slider');
      const [x, y] = [thumb.x + thumb.width / 2, thumb.y + thumb.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 30, y, { steps: 5 });
      await page.mouse.move(x + 200, y, { steps: 5 });
      await page.mouse.up();
      await expectAddress('strength', '1');
      await look('compose');
      await box.slider.dblclick();
      await expectAddress('strength', '');
    });

    it('says why the engine has only one way', async () => {
      await page.goto(new URL('/?like=item:1&edit=at+night&way=learned', app.url).href);
      const learned = box.button('Learned');
      await learned.waitFor();
      expect(await learned.getAttribute('aria-disabled')).toBe('true');
      const reason = await learned.getAttribute('aria-describedby');
      expect(await page.locator(`[id="${reason}"]`).textContent()).toContain('has not learned to read a picture and an edit together');
      await learned.focus();
      await page.getByRole('tooltip').filter({ hasText: 'has not learned' }).waitFor();
      expect(await box.button('Arithmetic').getAttribute('aria-pressed')).toBe('true');
      await page.keyboard.press('Enter');
      expect(await box.button('Arithmetic').getAttribute('aria-pressed')).toBe('true');
    });
  });

  describe('the steps', () => {
    const night = 'Step 2: at night';
    const snow = 'Step 3: at night, in snow';

    beforeEach(async () => {
      await takeResult('a cat', 'chelsea.jpg', 'e');
      for (const edit of ['at night', 'in snow']) {
        await box.input.fill(edit);
        await box.input.press('Enter');
      }
      await box.step(snow).waitFor();
    });

    it('branch where a new edit begins at an earlier one, and are kept', async () => {
      await box.step('Step 1: Picture').click();
      await expectAddress('edit', '');
      await box.input.fill('in fog');
      await box.input.press('Enter');
      const names = ['Step 1: Picture', night, snow, 'Step 4, a branch of step 1: in fog'];
      await until(async () => (await box.stepNames()).join() === names.join() || `the steps are ${await box.stepNames()}`);
      await look('steps');
      await page.reload();
      await box.steps.waitFor();
      expect(await box.stepNames()).toEqual(names);
      expect(await box.currentStep().getAttribute('aria-label')).toBe(names[3]);
    });

    it('are undone and redone with buttons', async () => {
      await box.button('Undo').click();
      await expectAddress('edit', 'at night');
      await box.button('Undo').click();
      await expectAddress('edit', '');
      expect(await box.button('Undo').getAttribute('aria-disabled')).toBe('true');
      await box.button('Redo').click();
      await expectAddress('edit', 'at night');
    });

    it('are undone and redone with keys, except in text', async () => {
      await page.keyboard.press('Control+z');
      await expectAddress('edit', 'at night');
      await page.keyboard.press('Control+z');
      await expectAddress('edit', '');
      await page.keyboard.press('Control+Shift+Z');
      await expectAddress('edit', 'at night');
      await page.keyboard.type('abc');
      await page.keyboard.press('Control+z');
      expect(box.address('edit')).toBe('at night');
      await box.input.fill('');
      await box.button('Clear').click();
      await expectAddress('like', '');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+z');
      await expectAddress('edit', 'at night');
    });

    it('are walked with arrows, and a result goes on from where it was found', async () => {
      await box.currentStep().focus();
      await page.keyboard.press('ArrowLeft');
      await expectFocus(night);
      await page.keyboard.press('Enter');
      await expectAddress('edit', 'at night');
      // Before this answer the wall shows that of an earlier step, with the picture itself.
      await until(async () => !(await search.names()).includes('chelsea.jpg') || 'the wall is still that of an earlier step');
      await search.tile('horse.jpg').focus();
      await page.keyboard.press('e');
      await box.step('Step 4, a branch of step 2: Picture').waitFor();
    });
  });

  describe('searches that are kept', () => {
    const isRemembered = (words: string) =>
      until(async () => {
        const kept = await page.evaluate(() => localStorage.getItem('oneword-recent-searches') ?? '');
        return kept.includes(words) || `${words} is not among the recent searches`;
      });

    it('are the recent ones, walked and removed with keys', async () => {
      for (const words of ['coffee', 'rocket']) {
        await search.type(words);
        await isRemembered(words);
      }
      await search.type('');
      await box.list.waitFor();
      expect(await box.searchNames('Recent')).toEqual(['rocket', 'coffee']);
      await search.box.press('ArrowDown');
      await page.keyboard.press('Delete');
      await until(async () => (await box.searchNames('Recent')).join() === 'coffee' || 'it is still there');
      await box.button('Undo').click();
      await search.box.click();
      expect(await box.searchNames('Recent')).toEqual(['rocket', 'coffee']);
      await search.box.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expectAddress('q', 'coffee');
      await expectFocus('Search');
    });

    it('are cleared, and the list is closed with Escape', async () => {
      await search.type('coffee');
      await isRemembered('coffee');
      await search.type('');
      await box.list.waitFor();
      await search.box.press('ArrowDown');
      await page.keyboard.press('Escape');
      await box.list.waitFor({ state: 'hidden' });
      await expectFocus('Search');
      await search.box.click();
      await box.button('Clear recent').click();
      await box.list.waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => localStorage.getItem('oneword-recent-searches'))).toBeNull();
    });

    it('are saved under a name, opened, and removed with a way back', async () => {
      await search.type('a cup of coffee');
      await box.button('Save this search').click();
      await box.dialog.waitFor();
      expect(await box.dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('a cup of coffee');
      await look('save');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('Morning');
      await page.keyboard.press('Enter');
      await says('Saved as “Morning”');
      await box.button('Save this search').click();
      await box.dialog.getByRole('textbox', { name: 'Name' }).fill('MORNING');
      await box.dialog.getByText('There is a saved search of this name').waitFor();
      await page.keyboard.press('Escape');
      await box.button('Clear').click();
      await box.list.waitFor();
      await look('list');
      await box.list.getByText('Morning').click();
      await expectAddress('q', 'a cup of coffee');
      await search.expectFirst('coffee.jpg');
      await box.button('Clear').click();
      await box.button('Remove Morning').click();
      await says('“Morning” was removed.');
      await box.button('Undo').click();
      await search.box.click();
      await until(async () => (await box.searchNames('Saved')).join() === 'Morning' || 'it is not back');
    });
  });

  describe('a picture from outside of the library', () => {
    const outside = async (): Promise<string> => {
      const file = path.join(place, 'outside.jpg');
      await sharp(path.join(samples, 'horse.jpg')).flop().jpeg().toFile(file);
      return file;
    };
    const thumbnails = (where: Page) =>
      where
        .locator('img[src^="/query-picture/"]')
        .evaluateAll((images) => images.filter((image) => image instanceof HTMLImageElement && image.naturalWidth > 0).length);
    const uploads = path.join('library', 'queries');

    it('is shown on its chip and steps, also after a reload and in another tab', async () => {
      await search.drop(await outside(), 'Find like this');
      await until(async () => (await thumbnails(page)) === 2 || `${await thumbnails(page)} thumbnails are shown`);
      await page.reload();
      await until(async () => (await thumbnails(page)) === 2 || `${await thumbnails(page)} thumbnails are shown after a reload`);
      const tab = await context.newPage();
      await tab.goto(page.url());
      await until(async () => (await thumbnails(tab)) === 2 || `${await thumbnails(tab)} thumbnails are shown in another tab`);
      await tab.getByRole('button', { name: 'Choose a part of the picture' }).click();
      await tab.getByRole('dialog').locator('img').waitFor();
      await tab.close();
    });

    it('says that it is gone, and is there again when it is given once more', async () => {
      await search.drop(await outside(), 'Find like this');
      await search.wall.waitFor();
      const id = box.address('like').replace('upload:', '');
      for (const name of await readdir(path.join(place, uploads))) if (name.startsWith(id)) await rm(path.join(place, uploads, name));
      await app.stop(); // what is remembered of the answer goes with it
      app = await startApp(path.join(place, 'library'), '--port', new URL(app.url).port);
      await page.goto(app.address);
      await page.goto(new URL(`/?like=upload:${id}`, app.url).href);
      await box.chips.getByText('This picture is gone').waitFor();
      await page.getByRole('alert').getByText('kept for two weeks after it was used last', { exact: false }).waitFor();
      await box.steps.getByRole('button', { name: /This picture is gone/ }).waitFor();
      await look('gone');
      await search.drop(await outside(), 'Find like this');
      await search.wall.waitFor();
      await box.chips.getByText('This picture is gone').waitFor({ state: 'hidden' });
      await until(async () => (await thumbnails(page)) === 2 || `${await thumbnails(page)} thumbnails are shown`);
    });
  });

  describe('facts', () => {
    it.each([
      ['cat starred:no', 'Filter: not starred'],
      ['cat collection:"summer house"', 'Filter: in the collection summer house'],
      ['cat in july 2023', 'Filter: July 2023'],
      ['cat camera:nikon', 'Filter: camera nikon'],
    ])('"%s" becomes a chip with Tab and words again with Backspace', async (words, chip) => {
      await search.type(words);
      await box.button(/^Filter by/).waitFor();
      await search.box.press('Tab');
      await page.getByLabel(chip, { exact: true }).waitFor();
      await search.box.press('Home');
      await search.box.press('Backspace');
      await page.getByLabel(chip, { exact: true }).waitFor({ state: 'hidden' });
      expect(await search.box.inputValue()).toContain(words.replace(/^cat (in )?/, ''));
      expect(box.address('literal')).toBe('1');
    });
  });

  describe('what should not be in it', () => {
    it('is a word of 500 letters, which stands and is searched for', async () => {
      await search.type('ab'.repeat(250));
      await expectAddress('q', 'ab'.repeat(250));
      await page.goto(new URL(`/?like=item:1&edit=${'ab'.repeat(250)}`, app.url).href);
      await search.wall.waitFor();
      await look('long');
    });

    it('is text from right to left, which is written as such', async () => {
      await search.type('שקיעה בחוף');
      expect(await search.box.evaluate((input) => input.matches(':dir(rtl)'))).toBe(true);
      await page.goto(new URL('/?like=item:1&edit=%D7%A9%D7%A7%D7%99%D7%A2%D7%94', app.url).href);
      await page.getByLabel('Edit: שקיעה', { exact: true }).waitFor();
    });

    it('is a pasted file that is no picture', async () => {
      await box.paste([{ name: 'notes.txt', type: 'text/plain' }]);
      await says('notes.txt is not a picture that Oneword can read');
      expect(box.address('like')).toBe('');
    });

    it('is a dropped document', async () => {
      const bill = path.join(place, 'bill.pdf');
      await writeFile(bill, '%PDF-1.7');
      await box.dropPaths([bill]);
      await says('bill.pdf is a document, and a search takes no documents yet.');
    });

    it('is all but the first of 200 pictures', async () => {
      const many = path.join(place, 'many');
      await mkdir(many);
      const files = Array.from({ length: 200 }, (_, at) => path.join(many, `${String(at).padStart(3, '0')}.jpg`));
      for (const file of files) await cp(path.join(samples, 'horse.jpg'), file);
      await box.dropPaths(files);
      await says('A search takes one picture. The first of 200 is in the box.');
      await search.expectFirst('horse.jpg');
    });

    it('is a folder, which can be watched instead', async () => {
      const trips = path.join(place, 'Trips');
      await mkdir(trips);
      await box.dropPaths([trips]);
      await box.dialog.getByText('Oneword can watch “Trips” and search in it').waitFor();
      await look('folder');
      await page.keyboard.press('Escape');
      await box.dialog.waitFor({ state: 'hidden' });
      await box.dropPaths([trips, path.join(samples, 'coffee.jpg')]);
      await box.button('Watch the folder').click();
      await box.dialog.getByText('Oneword can watch “Trips”').waitFor();
      await page.keyboard.press('Escape');
      await search.expectFirst('coffee.jpg');
    });

    it('is nothing that is lost when nobody answers', async () => {
      await takeResult('a cat', 'chelsea.jpg', 'e');
      await app.kill();
      await page.getByText('Oneword does not answer.', { exact: false }).first().waitFor();
      await search.type('at night');
      await box.dropPaths([path.join(samples, 'coffee.jpg')]);
      await says('Oneword does not answer.');
      expect(await search.box.inputValue()).toBe('at night');
      app = await startApp(path.join(place, 'library'), '--port', new URL(app.url).port);
      await page.getByText('Oneword does not answer. What you typed', { exact: false }).first().waitFor({ state: 'hidden' });
      expect(await search.box.inputValue()).toBe('at night');
      await search.wall.waitFor();
    });
  });

  it('threw no error in the page', () => {
    expect(problems).toEqual([]);
  });
});
