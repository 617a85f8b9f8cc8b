/** @file Texts to measure with: ids that are nobody's words, the same for the same numbers. */

/** [count, tokens], one after the other; the last id of each is the highest of the vocabulary, CLIP's end token, and stands nowhere else. */
export function sampleTexts(count: number, tokens: number, vocabulary: number): BigInt64Array {
  // A prime walks through the vocabulary without coming back soon.
  const id = (at: number): number => ((at % tokens) + 1 === tokens ? vocabulary - 1 : (at * 7919 + 13) % (vocabulary - 1));
  return BigInt64Array.from({ length: count * tokens }, (_, at) => BigInt(id(at)));
}
