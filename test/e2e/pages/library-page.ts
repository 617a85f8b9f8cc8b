/** @file The library page as a person sees it: folders, work, failures. */
import type { Locator, Page } from 'playwright-core';

export class LibraryPage {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog');
  }

  async open(url: string): Promise<void> {
    await this.page.goto(new URL('/library', url).href);
    await this.page.getByRole('heading', { name: 'Library', level: 1 }).waitFor();
  }

  folder(path: string): Locator {
    return this.page.getByLabel(`Folder ${path}`, { exact: true });
  }

  /** One of the files that could not be read. */
  failure(name: string): Locator {
    return this.page.getByRole('region', { name: 'Files that could not be read' }).getByRole('listitem').filter({ hasText: name });
  }

  /** What goes on, and the button to pause it. */
  work(): Locator {
    return this.page.getByRole('region', { name: 'Work' });
  }

  async addFolder(path: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add a folder' }).first().click();
    const field = this.dialog.getByRole('textbox', { name: 'Folder' });
    await field.fill(path);
    await this.dialog.getByRole('button', { name: 'Add this folder' }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Excludes by pattern, after reading the preview of what that removes. */
  async exclude(folder: string, pattern: string): Promise<string> {
    await this.folder(folder).getByRole('button', { name: 'Exclusions' }).click();
    await this.dialog.getByRole('textbox', { name: 'Leave out' }).fill(pattern);
    const save = this.dialog.getByRole('button', { name: /^Save and remove/ });
    await save.waitFor();
    const preview = await this.dialog.getByRole('status').innerText();
    await save.click();
    await this.dialog.waitFor({ state: 'hidden' });
    return preview;
  }
}
