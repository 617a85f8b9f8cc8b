/** @file White space as Unicode has it, and the tokenizers library: JavaScript's own trim takes U+FEFF too, and not U+0085. */

const space = /\p{White_Space}/u;

export function withoutSpaceBefore(text: string): string {
  let from = 0;
  while (from < text.length && space.test(text[from] ?? '')) from++;
  return text.slice(from);
}

export function withoutSpaceAfter(text: string): string {
  let to = text.length;
  while (to > 0 && space.test(text[to - 1] ?? '')) to--;
  return text.slice(0, to);
}
