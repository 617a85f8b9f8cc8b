/** @file What the catalogue promises: ids that can be folders, memory that follows from the shape, honest lines. */
import { expect, it } from 'vitest';
import { catalogue, describeEntry } from '../../../models/hub/catalogue.ts';
import { memoryNeed, memoryTable } from '../../../models/hub/memory.ts';
import { isEngineId, modelsHome } from '../../../models/hub/models-home.ts';

it('has an id, a source, limits and published scores for every engine', () => {
  expect(catalogue.map(({ id }) => id)).toEqual(['e5v', 'llava-1.6-mistral']);
  for (const entry of catalogue) {
    expect(isEngineId(entry.id)).toBe(true);
    expect(describeEntry(entry)).toMatchObject({
      source: `https://huggingface.co/${entry.repo}`,
      scores: expect.stringContaining('arXiv 2407.12580'),
      dimension: entry.shape.hidden,
    });
    expect(entry.limits.every((limit) => limit.endsWith('.'))).toBe(true);
  }
});

it('asks for consent where no licence is stated, and only there', () => {
  expect(catalogue.map(({ id, consent }) => [id, consent !== null])).toEqual([
    ['e5v', true],
    ['llava-1.6-mistral', false],
  ]);
});

it('computes the memory of eight billion weights', () => {
  const shape = { layers: 32, hidden: 4096, mlp: 14_336, kvHeads: 8, headDim: 128, vision: { layers: 23, hidden: 1024, mlp: 4096 } };
  expect(memoryTable(shape)).toEqual({ exact: 1.5e9, int8: 10.5e9, int4: 8e9, fp16: 16.5e9 });
  // 218.1 million weights a layer, as the checkpoint has them.
  expect(memoryNeed({ ...shape, layers: 33 }, 'int8') - memoryNeed(shape, 'int8')).toBeCloseTo((218_103_808 * 8.3) / 8);
});

it('has a home on every platform', () => {
  expect(modelsHome({ ONEWORD_MODELS: '/data/models' }, 'linux')).toBe('/data/models');
  expect(modelsHome({ XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/oneword/models');
  expect(modelsHome({}, 'darwin')).toMatch(/Library\/Application Support\/Oneword\/models$/);
  expect(modelsHome({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/Oneword/models');
});
