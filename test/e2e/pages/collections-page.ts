/** @file The page of stars and collections as a person sees it. */
import type { Locator, Page } from 'playwright-core';

export class CollectionsPage {
  readonly page: Page;
  readonly list: Locator;
  readonly dialog: Locator;
  readonly make: Locator;

  constructor(page: Page) {
    this.page = page;
    this.list = page.getByRole('list', { name: 'Collections' });
    this.dialog = page.getByRole('dialog');
    this.make = page.getByRole('button', { name: 'New collection' });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(new URL('/collections', url).href);
    await this.list.waitFor();
  }

  card(name: string): Locator {
    return this.list.getByRole('link', { name: new RegExp(`^${name} `) });
  }

  /** What the cards say, in their order. */
  async cards(): Promise<string[]> {
    return this.list
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => (link as HTMLElement).innerText.trim().replace(/\s*\n\s*/g, ', ')));
  }

  async choose(name: string, action: string): Promise<void> {
    await this.list.getByRole('button', { name: `More for ${name}` }).click();
    await this.page.getByRole('menuitem', { name: action }).click();
  }

  async enterName(name: string, confirm: string): Promise<void> {
    await this.dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await this.dialog.getByRole('button', { name: confirm }).click();
  }
}
