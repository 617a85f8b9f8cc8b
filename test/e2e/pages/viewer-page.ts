/** @file The viewer as a person sees it: the picture, what is done with it, its panel; and two pictures compared. */
import type { Locator, Page } from 'playwright-core';
import { until } from './search-page.ts';

/** What a page does at once; in milliseconds, for a machine under load. */
export const patience = 10_000;

export class ViewerPage {
  readonly page: Page;
  readonly dialog: Locator;
  readonly panel: Locator;
  readonly zoomTools: Locator;
  readonly menu: Locator;
  readonly collectDialog: Locator;
  readonly notice: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: /^Picture / });
    this.panel = this.dialog.getByRole('complementary', { name: 'Details' });
    this.zoomTools = this.dialog.getByRole('group', { name: 'Zoom' });
    this.menu = page.getByRole('menu');
    this.collectDialog = page.getByRole('dialog', { name: /^Collect / });
    this.notice = page.getByRole('status');
  }

  picture(name: string): Locator {
    return this.dialog.getByRole('img', { name });
  }

  /** In percent of the picture's own pixels. */
  async level(): Promise<number> {
    return levelOf(this.zoomTools);
  }

  async expectLevel(wanted: number): Promise<void> {
    // Both are rounded.
    await until(
      async () => Math.abs((await this.level()) - wanted) <= 1 || `the zoom is ${await this.level()} %, not ${wanted} %`,
      patience,
    );
  }

  /** How far the middle of the picture lies from the middle of its box. */
  async offset(name: string): Promise<{ x: number; y: number }> {
    return offsetOf(this.picture(name));
  }

  async choose(action: string): Promise<void> {
    await this.dialog.getByRole('button', { name: 'More actions' }).click();
    await this.menu.getByRole('menuitem', { name: action }).click();
    await this.menu.waitFor({ state: 'hidden' });
  }

  async expectNotice(text: string | RegExp): Promise<void> {
    await this.notice.filter({ hasText: text }).first().waitFor();
  }

  async expectName(name: string): Promise<void> {
    await this.dialog.getByRole('heading', { level: 2, name }).waitFor();
  }
}

export class ComparePage {
  readonly page: Page;
  readonly dialog: Locator;
  readonly zoomTools: Locator;
  readonly differences: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole('dialog', { name: /^Compare / });
    this.zoomTools = this.dialog.getByRole('group', { name: 'Zoom' });
    this.differences = this.dialog.getByRole('region', { name: 'Differences' });
  }

  /** Names of the pictures that can be seen, in their order. */
  async seen(): Promise<string[]> {
    return this.dialog
      .getByRole('figure')
      .getByRole('img')
      .evaluateAll((images) =>
        images
          .filter((image) => image.getAttribute('alt') && getComputedStyle(image).visibility === 'visible')
          .map((image) => image.getAttribute('alt') ?? ''),
      );
  }

  level(): Promise<number> {
    return levelOf(this.zoomTools);
  }

  /** How large each picture is drawn, as a share of how it fits. */
  async scales(): Promise<number[]> {
    return this.dialog
      .getByRole('figure')
      .locator('img[alt]:not([alt=""])')
      .evaluateAll((images) => images.map((image) => image.getBoundingClientRect().width / (image as HTMLElement).offsetWidth));
  }
}

async function levelOf(tools: Locator): Promise<number> {
  const label = await tools.getByRole('button', { name: /^Show at 100/ }).getAttribute('aria-label');
  return Number(/Now at ([\d,]+)/.exec(label ?? '')?.[1]?.replaceAll(',', ''));
}

function offsetOf(picture: Locator): Promise<{ x: number; y: number }> {
  return picture.evaluate((image) => {
    const box = image.parentElement?.parentElement?.getBoundingClientRect() ?? new DOMRect();
    const { x, y, width, height } = image.getBoundingClientRect();
    return { x: Math.round(x + width / 2 - box.x - box.width / 2), y: Math.round(y + height / 2 - box.y - box.height / 2) };
  });
}
