/** @file A person who has a keyboard and nothing else: presses keys, walks by Tab, and must see at any time where they are. */
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { until } from './search-page.ts';
import { patience } from './viewer-page.ts';

/** What has the focus, and how that is seen. */
type Focus = {
  readonly name: string;
  /** Null where it is well: it can be seen, and that it has the focus too. */
  readonly problem: string | null;
};

/** Anything that a mouse, a pen or a finger does. A key that presses a button clicks too, with a detail of 0. */
const pointerEvents = ['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'mouseup', 'wheel', 'touchstart', 'dragstart', 'click'];

/** Every pointer or mouse event of this context's pages that a device made, from now on. */
export async function watchMouse(context: BrowserContext): Promise<readonly string[]> {
  const seen: string[] = [];
  await context.exposeFunction('tellOfMouse', (type: string) => void seen.push(type));
  await context.addInitScript((types) => {
    const { tellOfMouse } = globalThis as unknown as { tellOfMouse(type: string): void };
    for (const type of types) {
      const tell = (event: Event): void => {
        if (event.isTrusted && !(type === 'click' && (event as MouseEvent).detail === 0)) tellOfMouse(type);
      };
      window.addEventListener(type, tell, { capture: true, passive: true });
    }
  }, pointerEvents);
  return seen;
}

export class Keyboard {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** One after the other; after each the focus must be somewhere and be seen. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
      await this.expectFocus(`after ${key}`);
    }
  }

  async write(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    await this.expectFocus(`after writing ${text}`);
  }

  /** In place of what stands in the field. */
  async replace(text: string): Promise<void> {
    await this.page.keyboard.press('Control+a');
    await this.write(text);
  }

  async tabTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await target.waitFor({ state: 'attached' });
    const passed: string[] = [];
    for (let at = 0; at < 80; at++) {
      if (await hasFocus(target)) return;
      await this.press(key);
      passed.push((await this.focus()).name.slice(0, 40));
    }
    throw new Error(`80 times ${key} do not lead to ${target}, but to ${[...new Set(passed)].join(' | ')}`);
  }

  /** Walks there and presses it. */
  async choose(target: Locator, key = 'Enter'): Promise<void> {
    await this.tabTo(target);
    await this.press(key);
  }

  /** It comes by itself, as by a key that leads there. */
  async expectOn(target: Locator): Promise<void> {
    await until(async () => (await hasFocus(target)) || `the focus is on ${(await this.focus()).name}, not on ${target}`, patience);
    await this.expectFocus(`on ${target}`);
  }

  async expectFocus(when: string): Promise<void> {
    await until(async () => {
      const { name, problem } = await this.focus();
      return problem === null || `${when} the focus on ${name || 'nobody'} ${problem}`;
    }, patience);
  }

  focus(): Promise<Focus> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return { name: '', problem: 'is lost' };
      const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
      const name =
        (element.ariaLabel ?? labels[0]?.textContent ?? element.textContent ?? '').trim().slice(0, 80) || element.outerHTML.slice(0, 120);
      // What is drawn for a hidden field is its label, or stands beside it.
      const drawn = [element, ...labels, ...(element.nextElementSibling ? [element.nextElementSibling] : [])];

      const isSeen = drawn.some((part) => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        const [x, y] = [(Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
        if (Math.min(right, innerWidth) <= Math.max(left, 0) || Math.min(bottom, innerHeight) <= Math.max(top, 0)) return false;
        const above = document.elementFromPoint(x, y);
        return above !== null && (part.contains(above) || above.contains(part));
      });
      if (!isSeen) return { name, problem: 'cannot be seen' };

      // The picture that fills the window has the keys: there is nothing else that could have them.
      const { width, height } = element.getBoundingClientRect();
      if (element.closest('[role="dialog"]') && width >= innerWidth && height >= innerHeight) return { name, problem: null };

      const width2 = (value: string): boolean => Number.parseFloat(value) >= 2;
      const isClear = (colour: string): boolean => /transparent|, 0\)|\/ 0\)/.test(colour);
      const hasOutline = (style: CSSStyleDeclaration): boolean =>
        style.outlineStyle !== 'none' && width2(style.outlineWidth) && !isClear(style.outlineColor);
      const around = [element.parentElement, element.parentElement?.parentElement, element.parentElement?.parentElement?.parentElement];
      const outlined = [...drawn, ...around.filter((part) => part != null)].some((part) => hasOutline(getComputedStyle(part)));
      const edged = ['::before', '::after'].some((pseudo) => {
        const style = getComputedStyle(element, pseudo);
        return style.content !== 'none' && (hasOutline(style) || (width2(style.borderTopWidth) && style.borderTopStyle !== 'none'));
      });
      const shadowed = getComputedStyle(element).boxShadow !== 'none';
      return { name, problem: outlined || edged || shadowed ? null : `has no ring: ${element.outerHTML.slice(0, 160)}` };
    });
  }
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.count()) === 1 && (await target.evaluate((element) => element === document.activeElement));
}
