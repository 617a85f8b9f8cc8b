/** @file Something that happens at most every so often. */
import { expect, it } from 'vitest';
import { atMostEvery } from '../../renderer/app/at-most.ts';

it('is due at once, then not before its time has passed since it was last due', () => {
  let time = 0;
  const isDue = atMostEvery(60, () => time);
  const answers = [0, 10, 59, 60, 119, 121].map((at) => {
    time = at;
    return isDue();
  });
  expect(answers).toEqual([true, false, false, true, false, true]);
});
