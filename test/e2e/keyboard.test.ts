/** @file A whole session with the keyboard alone: nothing is ever pointed at, and at every step one sees where one is. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type App, root, startApp } from './app.ts';
import { launchBrowser, noBrowser, openWindow } from './browser.ts';
import { Box } from './pages/box.ts';
import { CollectionsPage } from './pages/collections-page.ts';
import { EnginesPage } from './pages/engines-page.ts';
import { Frame } from './pages/frame.ts';
import { Keyboard, watchMouse } from './pages/keyboard.ts';
import { LibraryPage } from './pages/library-page.ts';
import { SearchPage, until } from './pages/search-page.ts';
import { ComparePage, patience, ViewerPage } from './pages/viewer-page.ts';
import { WallPage } from './pages/wall-page.ts';

const samples = path.join(root, 'samples');
/** A CLIP of random numbers: it runs like a real one and knows nothing. */
const checkpoint = path.join(root, 'test/fixtures/clip/checkpoint');

describe.skipIf(noBrowser)(`by keyboard alone${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let place: string;
  let pictures: string;
  let app: App;
  let browser: Browser;
  let page: Page;
  let mouse: readonly string[];
  let keys: Keyboard;
  let frame: Frame;
  let search: SearchPage;
  let box: Box;
  let wall: WallPage;
  let viewer: ViewerPage;
  let comparison: ComparePage;
  const problems: string[] = [];

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
    vi.stubEnv('ONEWORD_MODELS', path.join(place, 'models'));
    pictures = path.join(place, 'pictures');
    await mkdir(path.join(pictures, 'drafts'), { recursive: true });
    for (const name of ['astronaut.jpg', 'chelsea.jpg', 'china.jpg', 'flower.jpg', 'horse.jpg', 'rocket.jpg', 'text.jpg']) {
      await cp(path.join(samples, name), path.join(pictures, name));
    }
    for (const name of ['brick.jpg', 'grass.jpg', 'gravel.jpg']) await cp(path.join(samples, name), path.join(pictures, 'drafts', name));
    app = await startApp(path.join(place, 'library'));
    browser = await launchBrowser();
    const { context } = await openWindow(browser, app.url, { width: 1440, height: 900, scheme: 'light' }, { firstTime: true });
    mouse = await watchMouse(context);
    page = await context.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    keys = new Keyboard(page);
    frame = new Frame(page);
    search = new SearchPage(page);
    box = new Box(page);
    wall = new WallPage(page);
    viewer = new ViewerPage(page);
    comparison = new ComparePage(page);
    await page.goto(app.address);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    vi.unstubAllEnvs();
    if (place) await rm(place, { recursive: true, force: true });
  });

  /** Through the palette. */
  async function command(typed: string): Promise<void> {
    await keys.press('Control+k');
    await frame.palette.waitFor();
    await keys.write(typed);
    await keys.press('Enter');
    await frame.palette.waitFor({ state: 'hidden' });
    await keys.expectFocus(`after the command ${typed}`);
  }

  /** Everything, walked from its first picture. */
  async function toTheWall(): Promise<void> {
    await keys.press('/');
    await keys.expectOn(search.box);
    // Saved and recent searches lie between the empty box and the wall.
    if (await box.list.isVisible()) await keys.press('Escape');
    await keys.press('ArrowDown');
    await until(async () => (await wall.focused()) >= 0 || 'no picture has the focus', patience);
  }

  async function searchFor(words: string): Promise<void> {
    await keys.press('/');
    await keys.expectOn(search.box);
    await keys.replace(words);
  }

  async function expectTheme(wanted: 'light' | 'dark'): Promise<void> {
    const scheme = () => page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
    await until(async () => (await scheme()) === wanted || `the theme is ${await scheme()}`, patience);
  }

  it('takes the tour', async () => {
    const adding = page.getByRole('button', { name: 'Add a folder' });
    await adding.waitFor();
    for (const [step, button] of [
      ['1 of 3', 'Next'],
      ['2 of 3', 'Next'],
      ['3 of 3', 'Done'],
    ] as const) {
      await frame.tour.getByText(step).waitFor();
      await keys.expectOn(frame.tour.getByRole('button', { name: button }));
      await keys.press('Enter');
    }
    await frame.tour.waitFor({ state: 'hidden' });
    await keys.expectOn(adding);
  });

  it('adds a folder by its path, and watches how it is indexed', async () => {
    const library = new LibraryPage(page);
    await keys.press('Enter');
    await keys.expectOn(library.dialog.getByRole('textbox', { name: 'Folder' }));
    await keys.replace(path.join(place, 'no such folder'));
    await keys.choose(library.dialog.getByRole('button', { name: 'Add this folder' }));
    await library.dialog.getByText('There is no such folder.').first().waitFor();
    await keys.tabTo(library.dialog.getByRole('textbox', { name: 'Folder' }), 'Shift+Tab');
    await keys.replace(pictures);
    await keys.choose(library.dialog.getByRole('button', { name: 'Add this folder' }));
    await library.dialog.waitFor({ state: 'hidden' });
    await command('library');
    const row = library.folder(pictures);
    await until(async () => (await row.innerText()).includes('10 pictures') || `the row reads "${await row.innerText()}"`);
    await page.getByText('Nothing to do.', { exact: false }).waitFor();
    await keys.expectFocus('on the library page');
  });

  it('searches by words and walks the wall', async () => {
    await searchFor('a cat');
    await search.expectFirst('chelsea.jpg');
    await keys.press('ArrowDown');
    await wall.expectFocus(0);
    await keys.press('ArrowRight', 'ArrowRight', 'ArrowLeft');
    await wall.expectFocus(1);
    await keys.press('End');
    await wall.expectFocus(9);
    await keys.press('PageUp', 'Home');
    await wall.expectFocus(0);
    await keys.press('Space');
    await page.getByRole('figure', { name: 'Peek: chelsea.jpg' }).waitFor();
    await keys.press('Space');
  });

  it('opens the viewer, looks at the details, and has the keys and the palette above it', async () => {
    await keys.press('Enter');
    await viewer.expectName('chelsea.jpg');
    await viewer.panel.waitFor();
    await keys.press('i');
    await viewer.panel.waitFor({ state: 'hidden' });
    await keys.press('i');
    await keys.tabTo(viewer.panel.getByRole('button', { name: 'Copy path' }));
    await keys.press('?');
    await frame.keySheet.waitFor();
    await keys.press('Escape');
    await frame.keySheet.waitFor({ state: 'hidden' });
    await keys.expectOn(viewer.panel.getByRole('button', { name: 'Copy path' }));
    await command('theme dark');
    await expectTheme('dark');
    await keys.press('Control+k', 'Escape');
    await frame.palette.waitFor({ state: 'hidden' });
    expect(await viewer.dialog.isVisible(), 'Escape closes the palette alone').toBe(true);
  });

  it('edits from the picture twice, goes back, branches, undoes and redoes', async () => {
    await keys.press('e');
    await keys.expectOn(search.box);
    await keys.write('a horse instead');
    await search.expectFirst('horse.jpg');
    await keys.press('Enter');
    await keys.write('at night');
    await keys.press('Enter');
    await until(async () => (await box.stepNames()).length === 3 || `the steps are ${await box.stepNames()}`, patience);
    await keys.tabTo(box.currentStep());
    await keys.press('ArrowLeft', 'Enter');
    await keys.expectOn(box.currentStep());
    expect(await box.currentStep().getAttribute('aria-label')).toBe('Step 2: a horse instead');
    await keys.press('/');
    await keys.expectOn(search.box);
    await keys.replace('as a drawing');
    await keys.press('Enter');
    const branch = /^Step 4, a branch of step 2: .*as a drawing/;
    const current = () => box.currentStep().getAttribute('aria-label');
    await until(async () => branch.test((await current()) ?? '') || `one is at ${await current()}`, patience);
    await keys.press('Control+z');
    await until(async () => (await current()) === 'Step 2: a horse instead' || `one is at ${await current()}`, patience);
    await keys.press('Control+Shift+z');
    await until(async () => branch.test((await current()) ?? '') || `one is at ${await current()}`, patience);
    await keys.choose(box.button('Clear'));
    await keys.expectOn(search.box);
  });

  it('makes a filter of a recognised fact, and words of it again', async () => {
    await keys.write('rocket type:jpeg');
    await page.getByRole('button', { name: /^Filter by/ }).waitFor();
    await keys.press('Tab');
    await until(async () => (await box.chips.count()) === 1 || `${await box.chips.count()} chips`, patience);
    await keys.expectOn(search.box);
    await search.expectFirst('rocket.jpg');
    await keys.press('Home', 'Backspace');
    await until(async () => (await box.chips.count()) === 0 || `${await box.chips.count()} chips`, patience);
    expect(await search.box.inputValue()).toContain('type:jpeg');
  });

  it('stars, collects into a new collection, and opens it', async () => {
    await search.expectFirst('rocket.jpg');
    await keys.press('ArrowDown');
    await wall.expectFocus(0);
    await keys.press('s');
    await until(async () => (await wall.said(0)).includes('Starred') || `the picture is ${await wall.said(0)}`, patience);
    await keys.press('c');
    await keys.expectOn(viewer.collectDialog.getByRole('textbox', { name: 'Collection' }));
    await keys.write('Machines');
    await viewer.collectDialog.getByRole('option', { name: 'Make “Machines”' }).waitFor();
    await keys.press('Enter');
    await viewer.expectNotice('1 picture added to “Machines”.');
    await wall.expectFocus(0);
    await command('collections');
    await keys.choose(new CollectionsPage(page).card('Machines'));
    await page.getByRole('listitem', { name: /^Filter: .*Machines/ }).waitFor();
    await until(async () => (await search.names()).join() === 'rocket.jpg' || `the wall has ${await search.names()}`, patience);
    await keys.expectFocus('in the collection');
  });

  it('selects several, stars them, and compares two', async () => {
    await command('clear the search');
    await until(async () => (await search.names()).length === 10 || `${(await search.names()).length} pictures`, patience);
    await toTheWall();
    await keys.press('Home', 'x', 'Shift+ArrowRight', 'Shift+ArrowRight');
    await wall.expectSelected(3);
    await keys.press('v');
    await viewer.expectNotice('Two pictures can be compared, and 3 are selected.');
    const choice = wall.bar.getByRole('button', { name: 'Compare' });
    expect(await choice.getAttribute('aria-disabled')).toBe('true');
    await keys.press('s');
    await until(async () => (await wall.grid.getByRole('button', { name: /Starred/ }).count()) >= 3 || 'they are not starred', patience);
    await keys.press('x');
    await wall.expectSelected(2);
    const both = (await search.names()).slice(0, 2);
    await keys.press('v');
    await comparison.dialog.waitFor();
    await until(async () => (await comparison.seen()).join() === both.join() || `one sees ${await comparison.seen()}`, patience);
    await keys.press('Escape');
    await comparison.dialog.waitFor({ state: 'hidden' });
    await wall.expectFocus(2);
    await keys.choose(choice);
    await comparison.dialog.waitFor();
    await keys.press('Space', 'x', '?');
    await frame.keySheet.waitFor();
    await keys.press('Escape');
    await frame.keySheet.waitFor({ state: 'hidden' });
    await keys.press('Escape');
    await comparison.dialog.waitFor({ state: 'hidden' });
    await keys.expectOn(choice);
    await keys.press('Escape');
    await wall.bar.waitFor({ state: 'hidden' });
    await keys.expectFocus('on the wall again');
  });

  it('saves the search and finds it under the empty box', async () => {
    await searchFor('a cat');
    await keys.choose(box.button('Save this search'));
    await keys.expectOn(box.dialog.getByRole('textbox', { name: 'Name' }));
    await keys.replace('Cats');
    await keys.press('Enter');
    await viewer.expectNotice('Saved as “Cats”.');
    await keys.expectOn(box.button('Save this search'));
    await keys.press('/', 'Delete', 'ArrowDown', 'Enter');
    await keys.expectOn(search.box);
    expect(await search.box.inputValue()).toBe('a cat');
  });

  it('leaves a subfolder out after it has seen what that removes', async () => {
    const library = new LibraryPage(page);
    await command('library');
    await keys.choose(library.folder(pictures).getByRole('button', { name: 'Exclusions' }));
    await keys.expectOn(library.dialog.getByRole('textbox', { name: 'Leave out' }));
    await keys.write('drafts');
    await library.dialog.getByRole('status').getByText('This removes 3 pictures', { exact: false }).waitFor();
    await keys.choose(library.dialog.getByRole('button', { name: /^Save and remove 3/ }));
    await library.dialog.waitFor({ state: 'hidden' });
    await keys.expectOn(library.folder(pictures).getByRole('button', { name: 'Exclusions' }));
    const row = library.folder(pictures);
    await until(async () => (await row.innerText()).includes('7 pictures') || `the row reads "${await row.innerText()}"`);
  });

  it('changes to an engine from a folder, and back', async () => {
    const engines = new EnginesPage(page);
    await command('engines');
    await keys.choose(engines.button('Import from a folder'));
    await keys.expectOn(engines.dialog.getByRole('textbox', { name: 'Folder' }));
    await keys.replace(checkpoint);
    await keys.choose(engines.dialog.getByRole('button', { name: 'Import this folder' }));
    await engines.dialog.waitFor({ state: 'hidden' });
    for (const [next, before] of [
      ['checkpoint', 'Lite'],
      ['Lite', 'checkpoint'],
    ] as const) {
      await keys.choose(engines.button(`Use ${next}`));
      await engines.card(next).getByText('In use').waitFor({ timeout: 60_000 });
      await engines.button(`Use ${before}`).waitFor();
      await keys.expectFocus(`when ${next} is in use`);
    }
  });

  it('changes settings and keeps its place on the page', async () => {
    await command('settings');
    const closer = page.getByRole('switch', { name: 'Look closer in the background' });
    const was = await closer.isChecked();
    await keys.choose(closer, 'Space');
    await until(async () => (await closer.isChecked()) !== was || 'the switch is as it was', patience);
    await keys.expectOn(closer);
    const cap = page.getByRole('textbox', { name: 'Thumbnail cache, at most' });
    await keys.tabTo(cap);
    await keys.replace('512');
    await keys.press('Enter');
    await keys.expectOn(cap);
    await page.reload();
    await until(async () => (await cap.inputValue()) === '512 MiB' || `the cap is ${await cap.inputValue()}`, patience);
    await keys.tabTo(page.getByRole('radio', { name: 'Dark' }));
    await keys.press('ArrowLeft');
    await expectTheme('light');
  });

  it('looks its keys up, and does what they do', async () => {
    await keys.press('?');
    await frame.keySheet.getByText('Compare the two selected').waitFor();
    await keys.press('Escape');
    await frame.keySheet.waitFor({ state: 'hidden' });
    await command('dark');
    await expectTheme('dark');
    await command('timeline');
    await frame.heading('Timeline').waitFor({ state: 'attached' });
    await keys.expectFocus('on the timeline');
  });

  it('never pointed at anything, and would have been seen to', async () => {
    expect(mouse).toEqual([]);
    await page.mouse.move(200, 200);
    await until(async () => mouse.length > 0 || 'a mouse goes unseen', patience);
    expect(problems).toEqual([]);
  });
});
