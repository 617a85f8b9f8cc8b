/** @file What a finger can press: every control of the page, and how large it is. */
import type { Page } from 'playwright-core';

/** In pixels of the page, WCAG 2.5.5. */
const least = 44;

const controls =
  'button, a[href], input, textarea, select, summary, [role="slider"], [role="option"], [role="menuitem"], [role="menuitemradio"]';

/** Controls that are smaller, as `name: width × height`. Links in a line of text are exempt, as in WCAG 2.5.8. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(
    ({ controls, least }) => {
      const isShown = (element: Element): boolean =>
        element.checkVisibility({ visibilityProperty: true }) && !getComputedStyle(element).clipPath.includes('inset(50%)');

      /** What takes the press: of a hidden field its label or itself, of a slider's thumb all of the slider, of a text field the frame around it. */
      const areaOf = (control: Element): DOMRect => {
        if (control instanceof HTMLInputElement && ['radio', 'checkbox', 'file'].includes(control.type)) {
          const areas = [control, ...(control.labels ?? [])];
          return areas.map((area) => area.getBoundingClientRect()).reduce((a, b) => (a.width * a.height > b.width * b.height ? a : b));
        }
        if (control instanceof HTMLInputElement && control.type === 'search') {
          return (control.closest('search > div') ?? control).getBoundingClientRect();
        }
        return (control.closest('.mantine-Slider-root') ?? control).getBoundingClientRect();
      };

      const isInText = (control: Element): boolean =>
        control instanceof HTMLAnchorElement &&
        getComputedStyle(control).display === 'inline' &&
        (control.parentElement?.textContent ?? '').trim() !== (control.textContent ?? '').trim();

      return [...document.querySelectorAll(controls)].flatMap((control) => {
        if (!isShown(control) || isInText(control)) return [];
        const { width, height } = areaOf(control);
        // A rounding is no fault.
        if (width === 0 || height === 0 || (width >= least - 0.5 && height >= least - 0.5)) return [];
        const name = control.ariaLabel ?? control.textContent?.trim() ?? '';
        return [`${name.slice(0, 40) || control.outerHTML.slice(0, 80)}: ${Math.round(width)} × ${Math.round(height)}`];
      });
    },
    { controls, least },
  );
}
