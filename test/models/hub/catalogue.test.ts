/** @file What the catalogue promises: ids that can be folders, memory that follows from the shape, honest lines. */
import { expect, it } from 'vitest';
import { architectures, openModel } from '../../../models/arch/index.ts';
import type { ConfigJson } from '../../../models/arch/settings.ts';
import { type CatalogueEntry, catalogue, catalogueEntry, describeEntry } from '../../../models/hub/catalogue.ts';
import { dimensionOf, memoryNeed, memoryTable, type Shape, shapeOf } from '../../../models/hub/memory.ts';
import { isEngineId, modelsHome } from '../../../models/hub/models-home.ts';

it('has an id, a source, limits and published scores with their source for every engine', () => {
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  for (const entry of catalogue) {
    expect(isEngineId(entry.id), entry.id).toBe(true);
    expect(describeEntry(entry)).toMatchObject({
      source: `https://huggingface.co/${entry.repo}`,
      scores: entry.published ? expect.stringMatching(/(COCO|Flickr30K) .*\((arXiv|open_clip)/) : '',
      dimension: dimensionOf(entry.shape),
      kind: entry.shape.kind,
    });
    expect(entry.limits.every((limit) => limit.endsWith('.'))).toBe(true);
    expect(entry.description.endsWith('.')).toBe(true);
  }
});

it('names only architectures that can be run, and of the kind that they are', () => {
  const kinds = new Map(architectures.map(({ modelType }) => [modelType, modelType === 'clip' || modelType === 'siglip' ? 'dual' : 'vlm']));
  for (const { id, architecture, shape } of catalogue) expect([id, kinds.get(architecture)]).toEqual([id, shape.kind]);
});

it('asks for consent where no licence is stated, and only there', () => {
  for (const { id, licence, consent } of catalogue) expect([id, consent !== null]).toEqual([id, licence.startsWith('None stated')]);
  expect(catalogue.filter(({ consent }) => consent !== null).map(({ id }) => id)).toEqual(['e5v', 'clip-l14', 'clip-b32-q8']);
});

it('says of every dual encoder that it adds vectors up, and of no other', () => {
  for (const { id, shape, limits } of catalogue) {
    expect([id, limits.some((limit) => limit.includes('vector arithmetic'))]).toEqual([id, shape.kind === 'dual']);
  }
});

it('computes the memory of eight billion weights', () => {
  const { shape } = catalogueEntry('e5v') as CatalogueEntry;
  if (shape.kind !== 'vlm') throw new Error('E5-V is a language model.');
  expect(memoryTable(shape)).toEqual({ exact: 1.5e9, int8: 10.5e9, int4: 8e9, fp16: 16.5e9 });
  // 218.1 million weights a layer, as the checkpoint has them.
  expect(memoryNeed({ ...shape, layers: 33 }, 'int8') - memoryNeed(shape, 'int8')).toBeCloseTo((218_103_808 * 8.3) / 8);
  expect(describeEntry(catalogueEntry('e5v') as CatalogueEntry).memoryBytes).toBe(10.5e9);
});

it('computes the memory of two encoders, which are held whole and are not quantised', () => {
  const { shape, memory } = {
    ...(catalogueEntry('clip-b32') as CatalogueEntry),
    ...describeEntry(catalogueEntry('clip-b32') as CatalogueEntry),
  };
  // 85 million weights in the layers of the one tower, 38 million in those of the other.
  const weights = 12 * (4 * 768 * 768 + 2 * 768 * 3072) + 12 * (4 * 512 * 512 + 2 * 512 * 2048);
  expect(memoryNeed(shape, 'exact') - memoryNeed(shape, 'fp16')).toBe(weights * 2);
  expect(Object.keys(memory).toSorted()).toEqual(['exact', 'fp16']);
});

it('takes less memory for one tile than for all of them', () => {
  const { shape } = catalogueEntry('smolvlm-256m') as CatalogueEntry;
  expect(memoryNeed(shape, 'exact', 'base')).toBeLessThan(memoryNeed(shape, 'exact', 'anyres'));
});

it('has the sizes in its entries that the published configurations give', () => {
  const sizes = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 };
  const published: Record<string, ConfigJson> = {
    e5v: {
      model_type: 'llava_next',
      image_token_index: 128_256,
      text_config: {
        model_type: 'llama',
        hidden_size: 4096,
        intermediate_size: 14_336,
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        vocab_size: 128_256,
      },
    },
    'phi-3-vision': {
      model_type: 'phi3_v',
      embd_layer: { use_hd_transform: true, with_learnable_separator: true, hd_transform_order: 'sub_glb', projection_cls: 'mlp' },
      hidden_size: 3072,
      intermediate_size: 8192,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 32,
    },
    'smolvlm-500m': {
      model_type: 'idefics3',
      scale_factor: 4,
      text_config: {
        model_type: 'llama',
        hidden_size: 960,
        intermediate_size: 2560,
        num_hidden_layers: 32,
        num_attention_heads: 15,
        num_key_value_heads: 5,
        head_dim: 64,
        vocab_size: 49_280,
      },
      vision_config: { ...sizes, image_size: 512, patch_size: 16 },
    },
    'siglip2-base': { model_type: 'siglip', text_config: { vocab_size: 256_000 }, vision_config: { image_size: 256 } },
    'siglip-base': { model_type: 'siglip', text_config: {}, vision_config: {} },
    'clip-b32': {
      model_type: 'clip',
      projection_dim: 512,
      text_config: { hidden_act: 'gelu' },
      vision_config: { ...sizes, hidden_act: 'gelu', patch_size: 32 },
    },
  };
  for (const [id, config] of Object.entries(published)) {
    const model = openModel({ modelType: config.model_type as string, config });
    expect([id, withoutEnds(shapeOf(model))]).toEqual([id, withoutEnds((catalogueEntry(id) as CatalogueEntry).shape)]);
  }
});

/** Products at the ends of a tower are told about, not exactly. */
function withoutEnds(shape: Shape): object {
  const { ends: _, ...vision } = shape.vision;
  return { ...shape, vision };
}

it('has a home on every platform', () => {
  expect(modelsHome({ ONEWORD_MODELS: '/data/models' }, 'linux')).toBe('/data/models');
  expect(modelsHome({ XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/oneword/models');
  expect(modelsHome({}, 'darwin')).toMatch(/Library\/Application Support\/Oneword\/models$/);
  expect(modelsHome({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/Oneword/models');
});
