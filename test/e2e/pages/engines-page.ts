/** @file The engines page as a person sees it: cards, a change under way, dialogs. */
import type { Locator, Page } from 'playwright-core';

export class EnginesPage {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
  }

  async open(url: string): Promise<void> {
    await this.page.goto(new URL('/engines', url).href);
    await this.page.getByRole('heading', { name: 'Engines', level: 1 }).waitFor();
    await this.card('Lite').waitFor();
  }

  card(name: string): Locator {
    return this.page.getByRole('listitem', { name, exact: true });
  }

  /** What is shown while one engine takes over from another. */
  change(to: string, from: string): Locator {
    return this.page.getByRole('region', { name: `${to} takes over from ${from}` });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async chooseFolder(path: string): Promise<void> {
    await this.dialog.getByRole('textbox', { name: 'Folder' }).fill(path);
    await this.dialog.getByRole('button', { name: 'Import this folder' }).click();
  }

  async fromMenu(engine: string, item: string): Promise<void> {
    await this.button(`More for ${engine}`).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }
}
