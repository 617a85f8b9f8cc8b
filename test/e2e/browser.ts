/** @file Windows of the browser tests, each of a fresh profile, in which nothing may be asked of another host; and what a suite opens them on. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type App, root, startApp } from './app.ts';
import { launchBrowser } from './chromium.ts';

export { launchBrowser, noBrowser } from './chromium.ts';

export type Look = { readonly width: number; readonly height: number; readonly scheme: 'light' | 'dark' };

export const desk: Look = { width: 1440, height: 900, scheme: 'light' };
export const phone: Look = { width: 390, height: 844, scheme: 'dark' };

/** The folder to keep screenshots in, where somebody wants to look at them. */
export const keep = process.env.ONEWORD_SCREENSHOTS;

type WindowOptions = { firstTime?: boolean; touch?: boolean; locale?: string };

/** A window of its own, of somebody who has seen the tour unless `firstTime`. Whatever it asks of another host is refused and remembered: the app must not. */
export async function openWindow(
  browser: Browser,
  url: string,
  look: Look,
  more: WindowOptions = {},
): Promise<{ context: BrowserContext; strangers: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    locale: more.locale ?? 'en-GB',
    hasTouch: more.touch ?? false,
  });
  // The tour greets whoever is here for the first time: only tests of the tour are.
  if (!more.firstTime) await context.addInitScript(() => location.protocol === 'http:' && localStorage.setItem('oneword-tour-seen', '1'));
  const strangers: string[] = [];
  await context.route(
    (address) => address.origin !== new URL(url).origin && !['blob:', 'data:'].includes(address.protocol),
    (route) => {
      strangers.push(route.request().url());
      return route.abort();
    },
  );
  return { context, strangers };
}

export type OpenedLibrary = {
  /** Where everything lies, gone with `close`. */
  readonly place: string;
  /** The folder that is watched. */
  readonly pictures: string;
  readonly app: App;
  readonly browser: Browser;
  /** What went wrong in the pages that were opened here. */
  readonly problems: readonly string[];
  /** A page at the app's address, in a window of its own. */
  openPage(look?: Look, more?: WindowOptions): Promise<Page>;
  /** Starts the app at its address once more after it was stopped or killed. */
  startAgain(): Promise<App>;
  close(): Promise<void>;
};

type Contents = {
  /** Names of samples, `samples` for the folder of all, or what makes others in an empty folder. */
  readonly pictures: 'samples' | readonly string[] | ((folder: string) => Promise<void>);
  /** More folders to watch, by their name beside that of the pictures. They are made here. */
  readonly folders?: readonly string[];
};

/** A library in a temporary folder, the app on it, and a browser. */
export async function openLibrary({ pictures: wanted, folders = [] }: Contents): Promise<OpenedLibrary> {
  const place = await mkdtemp(path.join(tmpdir(), 'oneword-e2e-'));
  const samples = path.join(root, 'samples');
  const pictures = wanted === 'samples' ? samples : path.join(place, 'pictures');
  const library = path.join(place, 'library');
  const problems: string[] = [];
  let app: App | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await app?.stop();
    await rm(place, { recursive: true, force: true });
  };
  try {
    if (keep) await mkdir(keep, { recursive: true });
    const more = folders.map((name) => path.join(place, name));
    for (const folder of wanted === 'samples' ? more : [pictures, ...more]) await mkdir(folder);
    if (typeof wanted === 'function') await wanted(pictures);
    else if (wanted !== 'samples') for (const name of wanted) await cp(path.join(samples, name), path.join(pictures, name));
    app = await startApp(library, pictures, ...more);
    browser = await launchBrowser();
  } catch (error) {
    await close();
    throw error;
  }
  let running = app;
  const opened = browser;
  return {
    place,
    pictures,
    get app() {
      return running;
    },
    browser,
    problems,
    async openPage(look = desk, options = {}) {
      const { context } = await openWindow(opened, running.url, look, options);
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(running.address);
      return page;
    },
    async startAgain() {
      running = await startApp(library, '--port', new URL(running.url).port);
      app = running;
      return running;
    },
    close,
  };
}
