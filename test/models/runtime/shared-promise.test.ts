/** @file One opening for all who ask; a failed one is forgotten. */
import { expect, it } from 'vitest';
import { shared } from '../../../models/runtime/shared-promise.ts';

it('opens once for all who ask', async () => {
  let opened = 0;
  const thing = shared(async () => ++opened);
  expect(await Promise.all([thing.get(), thing.get(), thing.get()])).toEqual([1, 1, 1]);
  expect(await thing.get()).toBe(1);
});

it('forgets a failure, so that the next one who asks tries again', async () => {
  let attempts = 0;
  const thing = shared(async () => {
    attempts++;
    if (attempts === 1) throw new Error('not yet');
    return attempts;
  });
  const first = await Promise.allSettled([thing.get(), thing.get()]);
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await thing.get()).toBe(2);
});

it('tells whether it was opened without opening it', async () => {
  const thing = shared(async () => 'open');
  expect(await thing.opened()).toBeUndefined();
  await thing.get();
  expect(await thing.opened()).toBe('open');

  const broken = shared(async () => Promise.reject(new Error('broken')));
  const asked = broken.get();
  expect(await broken.opened()).toBeUndefined();
  await expect(asked).rejects.toThrow('broken');
});
