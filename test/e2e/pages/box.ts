/** @file The box as a person sees it: chips, the part of a picture, picture or edit, steps, saved and recent searches. */
import type { Locator, Page } from 'playwright-core';

export type Given = { readonly name: string; readonly type: string; readonly bytes?: string };

export class Box {
  readonly page: Page;
  readonly input: Locator;
  readonly chips: Locator;
  readonly list: Locator;
  readonly steps: Locator;
  readonly slider: Locator;
  readonly dialog: Locator;
  readonly notice: Locator;

  constructor(page: Page) {
    this.page = page;
    this.input = page.getByRole('searchbox');
    this.chips = page.getByRole('list', { name: 'Query' }).getByRole('listitem');
    this.list = page.getByRole('region', { name: 'Saved and recent searches' });
    this.steps = page.getByRole('region', { name: 'Steps' });
    this.slider = page.getByRole('slider', { name: 'Between the picture and the edit' });
    this.dialog = page.getByRole('dialog');
    this.notice = page.getByRole('status');
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** What stands behind `?` in the address, by name; empty where it does not. */
  address(name: string): string {
    return new URL(this.page.url()).searchParams.get(name) ?? '';
  }

  frame(): Locator {
    return this.dialog.getByRole('button', { name: 'Frame' });
  }

  /** Draws a frame with the mouse, in fractions of the picture. */
  async drawFrame(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    const image = this.dialog.locator('img');
    // Its place is known only when its size is.
    await image.evaluate((element: HTMLImageElement) => element.decode());
    const picture = await image.boundingBox();
    if (!picture) throw new Error('there is no picture to draw on');
    const at = ([x, y]: readonly [number, number]): [number, number] => [picture.x + x * picture.width, picture.y + y * picture.height];
    await this.page.mouse.move(...at(from));
    await this.page.mouse.down();
    await this.page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
    await this.page.mouse.move(...at(to));
    await this.page.mouse.up();
  }

  step(name: string): Locator {
    return this.steps.getByRole('button', { name, exact: true });
  }

  /** Names of the steps in their order. */
  async stepNames(): Promise<string[]> {
    return this.steps
      .getByRole('listitem')
      .getByRole('button')
      .evaluateAll((steps) => steps.map((step) => step.getAttribute('aria-label') ?? ''));
  }

  currentStep(): Locator {
    return this.steps.locator('[aria-current="step"]');
  }

  /** Names of the searches in the list under the box. */
  async searchNames(group: 'Saved' | 'Recent'): Promise<string[]> {
    return this.list.getByRole('list', { name: group }).locator('[data-entry]').allInnerTexts();
  }

  /** Pastes files, as a browser hands them on. */
  async paste(files: readonly Given[]): Promise<void> {
    await this.page.evaluate((files) => {
      const clipboardData = new DataTransfer();
      for (const { name, type } of files) clipboardData.items.add(new File(['not a picture'], name, { type }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, files);
  }

  /** Drops files and folders of this machine on one half of the window, as the system does. */
  async dropPaths(paths: readonly string[], half: 'Find like this' | 'Start an edit' = 'Find like this'): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    await session.send('Input.dispatchDragEvent', { type: 'dragEnter', x: 700, y: 400, data });
    await session.send('Input.dispatchDragEvent', { type: 'dragOver', x: 700, y: 400, data });
    const target = await this.page.getByRole('group', { name: half }).boundingBox();
    if (!target) throw new Error('there is nothing to drop on');
    const [x, y] = [target.x + target.width / 2, target.y + target.height / 2];
    await session.send('Input.dispatchDragEvent', { type: 'dragOver', x, y, data });
    await session.send('Input.dispatchDragEvent', { type: 'drop', x, y, data });
    await session.detach();
  }
}
