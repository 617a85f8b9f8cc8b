/** @file The search page as a person sees it: the box, the wall, the viewer. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';

export type Half = 'Find like this' | 'Start an edit';

export class SearchPage {
  readonly page: Page;
  readonly box: Locator;
  readonly wall: Locator;
  readonly viewer: Locator;

  constructor(page: Page) {
    this.page = page;
    this.box = page.getByRole('searchbox');
    this.wall = page.getByRole('grid', { name: 'Results' });
    this.viewer = page.getByRole('dialog', { name: /^Picture / });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(new URL('/', url).href);
    await this.box.waitFor();
  }

  async type(words: string): Promise<void> {
    await this.box.fill(words);
  }

  /** The picture of this file on the wall. */
  tile(name: string): Locator {
    return this.wall.getByRole('button', { name: new RegExp(`^${name.replaceAll('.', '\\.')}\\b`) });
  }

  /** File names in the order of the wall. */
  async names(): Promise<string[]> {
    // In one look: the wall may be drawn anew between two.
    const labels = await this.wall
      .locator('[data-tile]')
      .evaluateAll((tiles) =>
        tiles.map((tile) => ({ at: Number(tile.getAttribute('data-tile')), label: tile.getAttribute('aria-label') ?? '' })),
      );
    return labels.toSorted((a, b) => a.at - b.at).map(({ label }) => /^.*?\.\w+/.exec(label)?.[0] ?? label);
  }

  /** Waits until the wall begins with these files. */
  async expectFirst(...wanted: string[]): Promise<void> {
    await until(async () => {
      const names = await this.names();
      return wanted.every((name, i) => names[i] === name) || `the wall begins with ${names.slice(0, 5).join(', ') || 'nothing'}`;
    });
  }

  /** Drags a file from outside over the window and lets it go on one half, with the events that a browser sends. */
  async drop(file: string, half: Half): Promise<void> {
    const bytes = (await readFile(file)).toString('base64');
    const transfer = await this.page.evaluateHandle(
      ({ bytes, name }) => {
        const data = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([data], name, { type: 'image/jpeg' }));
        return transfer;
      },
      { bytes, name: path.basename(file) },
    );
    await this.page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
    const target = this.page.getByRole('group', { name: half });
    await target.dispatchEvent('dragover', { dataTransfer: transfer });
    await target.dispatchEvent('drop', { dataTransfer: transfer });
    await this.page
      .getByRole('listitem', { name: 'Picture in the query' })
      .or(this.page.getByLabel('Picture in the query'))
      .first()
      .waitFor();
  }
}

/** Waits until `check` answers true; a string is why not yet, for the error. */
export async function until(check: () => Promise<true | string>, milliseconds = 60_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  let why = '';
  for (;;) {
    const answer = await check();
    if (answer === true) return;
    why = answer;
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds / 1000} s, and still ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
