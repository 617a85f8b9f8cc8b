/**
 * @file SentencePiece's table of replaced characters (`Precompiled` in tokenizer.json): a trie over UTF-8 bytes, and the replacements.
 * Reference: google/sentencepiece's normalizer.cc, darts-clone's double array, and the tokenizers library's precompiled.rs (spm_precompiled),
 * which looks at clusters of characters first and takes the shortest match.
 */

/** Where a cluster is longer, its characters are looked up one by one. */
const longestCluster = 5;

/** Fails with RangeError for a damaged table. */
export function openCharsmap(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64');
  const trieBytes = bytes.length < 4 ? 0 : bytes.readUInt32LE(0);
  if (trieBytes === 0 || trieBytes % 4 !== 0 || 4 + trieBytes > bytes.length) throw new RangeError('precompiled_charsmap is damaged');
  const trie = Uint32Array.from({ length: trieBytes / 4 }, (_, i) => bytes.readUInt32LE(4 + i * 4));
  const replacements = bytes.subarray(4 + trieBytes);
  const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' });

  function replacementOf(part: Uint8Array): string | undefined {
    const at = shortestMatch(trie, part);
    return at === undefined ? undefined : replacements.toString('utf8', at, replacements.indexOf(0, at));
  }

  return (text) => {
    let result = '';
    for (const { segment } of clusters.segment(text)) {
      const utf8 = Buffer.from(segment);
      const whole = utf8.length <= longestCluster ? replacementOf(utf8) : undefined;
      if (whole !== undefined) result += whole;
      else for (const character of segment) result += replacementOf(Buffer.from(character)) ?? character;
    }
    return result;
  };
}

/**
 * A unit of the double array: the low byte is its label, bit 8 says that a key ends here, bits 10 to 30 are the distance of its children (in
 * steps of 256 with bit 9). The first child of a unit in which a key ends holds the key's value.
 */
function shortestMatch(trie: Uint32Array, key: Uint8Array): number | undefined {
  let at = distance(trie[0] ?? 0);
  for (const byte of key) {
    if (byte === 0) return undefined;
    at ^= byte;
    const unit = trie[at] ?? 0;
    if ((unit & 0x800000ff) !== byte) return undefined;
    at ^= distance(unit);
    if ((unit >>> 8) & 1) return (trie[at] ?? 0) & 0x7fffffff;
  }
  return undefined;
}

function distance(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
