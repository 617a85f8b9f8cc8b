/**
 * @file The tokens that a hidden state says, by the language model's head. The head of a large model is a gigabyte once it is float32,
 * so its rows are taken in slices; the probabilities are over the whole vocabulary all the same.
 */
import type { Stage } from '../compile/stage.ts';
import { blocksOf, matrix, type RunStage } from './stage-run.ts';

export type Token = { readonly id: number; readonly logit: number; readonly probability: number };

export type Head = { readonly rows: number; slice(firstRow: number, rows: number): Stage };

/** Rows of the head at once: 4,096 wide they are 128 MB of float32. */
export const sliceRows = 8192;

export function wordRuns({ rows }: Head): number {
  return blocksOf(rows, sliceRows).length;
}

/** @param hidden [count, width], after the final norm. Answers the `k` best of each, best first. */
export async function runWords(head: Head, hidden: Float32Array, count: number, k: number, run: RunStage): Promise<Token[][]> {
  const readouts = Array.from({ length: count }, () => createReadout(k));
  for (const slice of blocksOf(head.rows, sliceRows)) {
    const { logits } = await run(head.slice(slice.first, slice.count), { hidden: matrix(hidden, count) }, ['logits']);
    for (const [row, readout] of readouts.entries()) readout.add(logits.subarray(row * slice.count, (row + 1) * slice.count), slice.first);
  }
  return readouts.map((readout) => readout.best());
}

/** Keeps the k largest of ever more logits, and the sum of all their exponentials relative to the largest (so that none overflows). */
function createReadout(k: number): { add(logits: Float32Array, firstId: number): void; best(): Token[] } {
  const top: { id: number; logit: number }[] = [];
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;

  function insert(id: number, logit: number): void {
    if (top.length === k && logit <= (top.at(-1)?.logit ?? Number.POSITIVE_INFINITY)) return;
    const place = top.findIndex((other) => other.logit < logit);
    top.splice(place < 0 ? top.length : place, 0, { id, logit });
    if (top.length > k) top.pop();
  }

  return {
    add(logits, firstId) {
      let peak = largest;
      for (const logit of logits) peak = Math.max(peak, logit);
      sum *= Math.exp(largest - peak);
      largest = peak;
      let id = firstId;
      for (const logit of logits) {
        sum += Math.exp(logit - largest);
        insert(id, logit);
        id += 1;
      }
    },
    best: () => top.map(({ id, logit }) => ({ id, logit, probability: Math.exp(logit - largest) / sum })),
  };
}
