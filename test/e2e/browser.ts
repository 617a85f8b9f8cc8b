/** @file Windows of the browser tests: each of a fresh profile, in which nothing may be asked of another host. */
import type { Browser, BrowserContext } from 'playwright-core';

export { launchBrowser, noBrowser } from './chromium.ts';

export type Look = { readonly width: number; readonly height: number; readonly scheme: 'light' | 'dark' };

/** A window of its own, of somebody who has seen the tour unless `firstTime`. Whatever it asks of another host is refused and remembered: the app must not. */
export async function openWindow(
  browser: Browser,
  url: string,
  look: Look,
  more: { firstTime?: boolean; touch?: boolean; locale?: string } = {},
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
