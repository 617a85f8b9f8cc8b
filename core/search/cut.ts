/**
 * @file The cut line: the score from which on a result is better than chance, for this query in this library. See docs/decisions/0005.
 */

export type Null = { readonly median: number; readonly spread: number };

/** Middle and spread of scores, neither moved by the few that really match. Spread is on the scale of a standard deviation. */
export function nullOf(scores: Float32Array): Null {
  const sorted = Float32Array.from(scores).sort();
  const median = middle(sorted);
  const deviations = sorted.map((score) => Math.abs(score - median)).sort();
  return { median, spread: 1.4826 * middle(deviations) };
}

/** Results with at least this score lie above the line. */
export function cutScore(sample: Float32Array, items: number): number {
  const { median, spread } = nullOf(sample);
  return median + spread * Math.sqrt(2 * Math.log(Math.max(2, items)));
}

function middle(sorted: Float32Array): number {
  const at = sorted.length >> 1;
  const upper = sorted[at] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[at - 1] ?? upper) + upper) / 2;
}
