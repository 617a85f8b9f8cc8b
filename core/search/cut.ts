/**
 * @file The cut line: the score from which on results are better than chance, for this query in this library. See docs/decisions/0005.
 */

/** What a question scores on pictures that have nothing to do with it. */
export type Chance = { readonly mean: number; readonly deviation: number };

/** Of what lies above the line, this part may be chance. */
export const falseShare = 0.25;
/** The same where chance is only guessed from the query's own scores, among which are its matches. */
export const guessedFalseShare = 0.1;
/** A result must also stand out from what this query scores on most of the library, by so many deviations ... */
export const leastStandout = 2;
/** ... unless it is so many deviations beyond chance: half of a library can be about one thing. */
export const farBeyondChance = 3;

export function chanceOf(scores: Float32Array): Chance {
  let sum = 0;
  let squares = 0;
  for (const score of scores) {
    sum += score;
    squares += score * score;
  }
  const mean = sum / (scores.length || 1);
  return { mean, deviation: Math.sqrt(Math.max(0, squares / (scores.length || 1) - mean * mean)) };
}

/** Median and median absolute deviation (on the scale of a standard deviation): the few that really match move neither. */
export function ordinaryOf(scores: Float32Array): Chance {
  const sorted = Float32Array.from(scores).sort();
  const mean = middle(sorted);
  const deviations = sorted.map((score) => Math.abs(score - mean)).sort();
  return { mean, deviation: 1.4826 * middle(deviations) };
}

export type CutInput = {
  /** Scores of the best results, best first: all of them, or as many as are known. */
  readonly best: ArrayLike<number>;
  /** How many results there are in all. */
  readonly total: number;
  /** This query's scores on a sample of the library. */
  readonly sample: Float32Array;
  /** What unrelated questions of this kind score on this library; absent while that is not known. */
  readonly chance: Chance | undefined;
};

/**
 * Results with at least this score lie above the line; Infinity when none does.
 * Benjamini and Hochberg: the longest list of best results of which chance alone would explain no more than a share.
 */
export function cutScore({ best, total, sample, chance }: CutInput): number {
  const ordinary = ordinaryOf(sample);
  const { mean, deviation } = chance ?? ordinary;
  const share = chance ? falseShare : guessedFalseShare;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < best.length; i++) {
    const score = best[i] ?? 0;
    if (total * upperTail((score - mean) / (deviation || 1)) <= share * (i + 1)) lowest = score;
  }
  const standout = ordinary.mean + leastStandout * ordinary.deviation;
  return Math.max(lowest, chance ? Math.min(standout, mean + farBeyondChance * deviation) : standout);
}

/** Probability that a normal variable exceeds z (Abramowitz and Stegun 26.2.17; error below 1e-7). */
export function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z < 0 ? 1 - tail : tail;
}

function middle(sorted: Float32Array): number {
  const at = sorted.length >> 1;
  const upper = sorted[at] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[at - 1] ?? upper) + upper) / 2;
}
