/** @file What can be opened, and what is said when it cannot. */
import { expect, it } from 'vitest';
import { defaultModel } from '../../models/default-model.ts';
import { listModels, openEmbedder } from '../../models/registry.ts';

it('lists the embedded engine with what a person needs to know', async () => {
  const models = await listModels();
  const lite = models.find(({ id }) => id === defaultModel);
  expect(lite).toMatchObject({ id: 'lite', installed: true, dimension: 464 });
  expect(lite?.bytes).toBeGreaterThan(40e6);
  expect(lite?.limits.length).toBeGreaterThan(0);
});

it('names the known models when asked for another', async () => {
  for (const id of ['clip', '', '__proto__', 'constructor']) {
    await expect(openEmbedder(id)).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('Known: lite') });
  }
});

it('refuses a number of threads that is none', async () => {
  for (const threads of [0, -1, 1.5, Number.NaN])
    await expect(openEmbedder('lite', { threads })).rejects.toMatchObject({ code: 'bad-request' });
});

it('opens and closes without having loaded a network', async () => {
  const embedder = await openEmbedder('lite');
  expect(embedder.space.id).toBe('lite@1');
  await embedder.close();
});
