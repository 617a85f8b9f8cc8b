/** @file Judges the words on a page: whether they are all to be seen, and all in its language. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Language } from '../../../renderer/messages/languages.ts';
import { loadMessages } from '../../../renderer/messages/messages.ts';

/** What says something in a place of its own: words there that do not fit are lost. */
const spoken = 'button, label, summary, h1, h2, h3, h4, dt, th, [role=tab], [role=menuitem], [role=option], kbd';

export async function expectNothingCutOff(page: Page, name: string): Promise<void> {
  const cut = await page.locator(spoken).evaluateAll((elements) =>
    elements
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && getComputedStyle(element).display !== 'inline')
      .flatMap((element) => [element, ...element.querySelectorAll('span, p')])
      .filter((element) => {
        const { display, position } = getComputedStyle(element);
        // What is only for the ear is one pixel wide.
        const isSeen = display !== 'inline' && !(position === 'absolute' && element.clientWidth <= 1);
        // A name of a file or folder may be of any length.
        const says = (element.textContent ?? '').trim() !== '';
        return (
          says && isSeen && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && !element.closest('[data-tile], bdi')
        );
      })
      .map((element) => `${element.textContent} (${element.scrollWidth} in ${element.clientWidth})`),
  );
  expect(cut, `${name}: does not fit`).toEqual([]);
}

/** No English message, and no run of English words that came from elsewhere; what is marked as English may be. */
export async function expectAllIn(page: Page, language: Language, name: string): Promise<void> {
  const said = await page.evaluate(() => {
    const texts: string[] = [];
    const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = all.nextNode(); node; node = all.nextNode()) {
      const element = node.parentElement;
      if (element && !element.closest('[lang=en], script, style')) texts.push(node.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]')) {
      for (const key of ['aria-label', 'placeholder', 'title']) texts.push(element.getAttribute(key) ?? '');
    }
    return texts;
  });
  const [own, english] = [textsOf(await loadMessages(language)), textsOf(await loadMessages('en'))];
  const foreign = said.filter((text) => english.has(text.trim()) && !own.has(text.trim()));
  expect(foreign, `${name} in ${language}: English messages`).toEqual([]);
  const sentences = said.filter((text) => /\b(the|of|is|are|and|with|not|has|for|to)\b [a-z]+/.test(text));
  expect(sentences, `${name} in ${language}: English sentences`).toEqual([]);
}

function textsOf(messages: object): Set<string> {
  const texts = Object.values(messages).flatMap((value) =>
    typeof value === 'string' ? [value] : typeof value === 'object' ? [...textsOf(value)] : [],
  );
  return new Set(texts);
}
