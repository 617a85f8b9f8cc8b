/** @file Debian's Chromium, without background traffic. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.ONEWORD_CHROMIUM ?? '/usr/bin/chromium';

/** Why what needs a browser cannot run here; undefined when it can. */
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
