/** @file Texts as vectors of the sentence encoder, the nouns of short ones explained by their dictionary glosses. */
import type { Glosses } from './glosses.ts';
import type { TextEncoder } from './text-encoder.ts';
import { addScaled, unit } from './vector.ts';

/** Longer texts explain themselves. */
const maxExpandedWords = 12;

/** One unit vector per text: the text's own plus the mean of "<noun>: <gloss>" for its nouns. */
export async function encodeSentences(encoder: TextEncoder, glosses: Glosses, texts: readonly string[]): Promise<Float32Array[]> {
  const explanations = texts.map((text) =>
    wordCount(text) <= maxExpandedWords ? glosses.nouns(text).map(({ name, gloss }) => `${name}: ${gloss}`) : [],
  );
  const encoded = await encoder.encode([...texts, ...explanations.flat()]);
  let next = texts.length;
  return texts.map((_, i) => {
    const own = encoded[i] ?? new Float32Array();
    const count = explanations[i]?.length ?? 0;
    for (const explanation of encoded.slice(next, next + count)) addScaled(own, explanation, 1 / count);
    next += count;
    return count > 0 ? unit(own) : own;
  });
}

function wordCount(text: string): number {
  return text.split(/\s+/).filter(Boolean).length;
}
