/** @file The wall as a person walks it: tiles by their place, what is selected, stacks, the cut line, the timeline. */
import type { Locator, Page } from 'playwright-core';
import { until } from './search-page.ts';

export class WallPage {
  readonly page: Page;
  readonly grid: Locator;
  readonly bar: Locator;
  readonly line: Locator;
  readonly scrubber: Locator;
  readonly headings: Locator;

  constructor(page: Page) {
    this.page = page;
    this.grid = page.getByRole('grid', { name: 'Results' });
    this.bar = page.getByRole('region', { name: 'Selection' });
    this.line = page.getByRole('slider', { name: 'Line between matches and chance' });
    this.scrubber = page.getByRole('slider', { name: 'Go to a month' });
    this.headings = this.grid.getByRole('rowheader');
  }

  tile(place: number): Locator {
    return this.grid.locator(`[data-tile="${place}"]`);
  }

  /** What a screen reader says of the picture at this place. */
  async said(place: number): Promise<string> {
    return (await this.tile(place).getAttribute('aria-label')) ?? '';
  }

  /** Places that are drawn and selected. */
  async selected(): Promise<number[]> {
    return this.grid
      .getByRole('gridcell', { selected: true })
      .locator('[data-tile]')
      .evaluateAll((tiles) => tiles.map((tile) => Number(tile.getAttribute('data-tile'))).toSorted((a, b) => a - b));
  }

  async expectSelected(count: number): Promise<void> {
    await this.bar.getByRole('status').getByText(`${count} selected`, { exact: true }).waitFor();
  }

  /** How many pictures are drawn at all. */
  drawn(): Promise<number> {
    return this.grid.locator('[data-tile]').count();
  }

  /** The place that has the focus; -1 where something else has it. */
  focused(): Promise<number> {
    return this.page.evaluate(() => Number(document.activeElement?.getAttribute('data-tile') ?? -1));
  }

  async expectFocus(place: number): Promise<void> {
    await until(async () => (await this.focused()) === place || `the focus is at ${await this.focused()}, not ${place}`, 15_000);
  }

  scroller(): Locator {
    return this.page.locator('[data-scroller]');
  }

  scrollTop(): Promise<number> {
    return this.scroller().evaluate((element) => Math.round(element.scrollTop));
  }

  isAtEnd(): Promise<boolean> {
    return this.scroller().evaluate((element) => element.scrollTop >= element.scrollHeight - element.clientHeight - 1);
  }

  async scrollTo(share: number): Promise<void> {
    await this.scroller().evaluate((element, share) => {
      element.scrollTop = share * (element.scrollHeight - element.clientHeight);
    }, share);
  }

  async lineAt(): Promise<number> {
    return Number(await this.line.getAttribute('aria-valuenow'));
  }

  async expectLine(at: number): Promise<void> {
    await until(async () => (await this.lineAt()) === at || `the line is at ${await this.lineAt()}, not ${at}`, 15_000);
  }

  /** Places that are drawn below the line. */
  async dimmed(): Promise<number[]> {
    return this.grid
      .locator('[data-tile][data-dim]')
      .evaluateAll((tiles) => tiles.map((tile) => Number(tile.getAttribute('data-tile'))).toSorted((a, b) => a - b));
  }

  async expectMonth(month: string): Promise<void> {
    await until(
      async () =>
        (await this.scrubber.getAttribute('aria-valuetext')) === month ||
        `the timeline is at ${await this.scrubber.getAttribute('aria-valuetext')}`,
      15_000,
    );
  }
}
