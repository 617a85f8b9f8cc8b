/**
 * @file Shows thumbnails that have come, several at a time: each one alone would have the screen around it painted anew, dozens of times a second
 * while one scrolls. They are decoded before, so that painting does not wait for it.
 */

/** Milliseconds between two paintings. */
const gathers = 60;
/** A thumbnail that is there so soon is not faded in. */
const soon = 150;

let waiting: { readonly image: HTMLImageElement; readonly isSoon: boolean }[] = [];

/** `since`: when it was asked for. */
export function reveal(image: HTMLImageElement, since: number): void {
  const isSoon = performance.now() - since < soon;
  const show = (): void => {
    if (waiting.length === 0) setTimeout(showAll, gathers);
    waiting.push({ image, isSoon });
  };
  // What cannot be decoded ahead is shown all the same.
  image.decode().then(show, show);
}

function showAll(): void {
  const shown = waiting;
  waiting = [];
  for (const { image, isSoon } of shown) image.setAttribute('data-loaded', isSoon ? 'soon' : '');
}
