/** @file Debian's Chromium for the browser tests: fresh profile, no background traffic. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const executablePath = process.env.ONEWORD_CHROMIUM ?? '/usr/bin/chromium';

/** Why the browser tests cannot run here; undefined when they can. */
export const noBrowser = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath} (apt-get install chromium, or set ONEWORD_CHROMIUM)`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Look = { readonly width: number; readonly height: number; readonly scheme: 'light' | 'dark' };

/** A window of its own, of somebody who has seen the tour unless `firstTime`. Whatever it asks of another host is refused and remembered: the app must not. */
export async function openWindow(
  browser: Browser,
  url: string,
  look: Look,
  more: { firstTime?: boolean; touch?: boolean } = {},
): Promise<{ context: BrowserContext; strangers: string[] }> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
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
