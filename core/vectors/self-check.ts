/** @file Whether a new segment is what it should be: all rows counted, and a sample of its own vectors found at no distance. */
import { AppError } from '../api/errors.ts';
import type { Segment } from './segment.ts';

export type Sample = { readonly key: number; readonly vector: Float32Array };

/** A graph may overlook one of its own rows; vectors that went to the wrong rows miss in great numbers. */
const overlooked = 0.02;
/** Squared distance below which two stored vectors are one, relative to their squared length. */
const noDistance = 1e-4;
const nearest = 10;

/** Throws AppError('internal') with what is wrong. */
export function checkSegment(segment: Segment, rows: number, samples: readonly Sample[]): void {
  const held = segment.count();
  if (held !== rows) throw new AppError('internal', `A new segment holds ${held} vectors instead of ${rows}.`);
  const missing = samples.filter((sample) => !findsItself(segment, sample));
  if (missing.length > overlooked * samples.length) {
    const keys = missing.slice(0, 5).map(({ key }) => key);
    throw new AppError(
      'internal',
      `A new segment does not find ${missing.length} of ${samples.length} of its own vectors (${keys.join(', ')}, ...).`,
    );
  }
}

/** Copies of a picture have equal vectors, so one that is equal counts as well. */
function findsItself(segment: Segment, { key, vector }: Sample): boolean {
  const hits = segment.search(vector, nearest);
  const squaredLength = vector.reduce((sum, value) => sum + value * value, 0);
  const best = hits[0];
  return (
    best !== undefined && (best.score >= -noDistance * squaredLength || hits.some((hit) => hit.key === key && hit.score >= best.score))
  );
}
