/** @file What is around every page, as a person sees it: pages, palette, keys, tour, notices. */
import type { Locator, Page } from 'playwright-core';

export class Frame {
  readonly page: Page;
  readonly pages: Locator;
  readonly palette: Locator;
  readonly keySheet: Locator;
  readonly tour: Locator;
  readonly notices: Locator;

  constructor(page: Page) {
    this.page = page;
    this.pages = page.getByRole('navigation', { name: 'Pages' });
    this.palette = page.getByRole('dialog', { name: 'Find a command' });
    this.keySheet = page.getByRole('dialog', { name: 'Keys' });
    this.tour = page.getByRole('region', { name: 'Tour' });
    this.notices = page.getByRole('region', { name: 'Notices' });
  }

  async openPalette(): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.palette.getByRole('combobox').waitFor();
  }

  /** Names of the commands that are offered, in their order. */
  async commands(): Promise<string[]> {
    return this.palette
      .getByRole('option')
      .evaluateAll((options) => options.map((option) => option.querySelector('span')?.textContent ?? ''));
  }

  /** Finds a command and does it, by keys alone. */
  async command(typed: string): Promise<void> {
    await this.openPalette();
    await this.page.keyboard.type(typed);
    await this.page.keyboard.press('Enter');
    await this.palette.waitFor({ state: 'hidden' });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { name, level: 1 });
  }

  /** The name of what has the focus. */
  async focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  }
}
