/**
 * @file Two encoders that end in one space, one for pictures and one for words. Figures are recall at 1: those of CLIP and of the first SigLIP
 * from open_clip's docs/openclip_retrieval_results.csv, of SigLIP 2 from its paper.
 */
import type { CatalogueEntry } from './catalogue.ts';
import type { DualShape, TowerShape } from './memory.ts';

/** Of a square of `grid` x `grid` patches of 3 x `patch` x `patch` values. */
function tower(
  { layers, hidden, mlp }: Pick<TowerShape, 'layers' | 'hidden' | 'mlp'>,
  grid: number,
  patch: number,
  more: number,
): TowerShape {
  return { layers, hidden, mlp, tokens: grid ** 2 + more, ends: grid ** 2 * 3 * patch ** 2 * hidden };
}

const base = { layers: 12, hidden: 768, mlp: 3072 } as const;
const large = { layers: 24, hidden: 1024, mlp: 4096 } as const;
/** "Shape-optimised", 400 million weights a tower. */
const shapely = { layers: 27, hidden: 1152, mlp: 4304 } as const;

/** A class token beside the patches. */
const clip = (vision: TowerShape, text: { layers: number; hidden: number; mlp: number }, dimension: number): DualShape => ({
  ...{ kind: 'dual', dimension, vision },
  text: { ...text, vocabulary: 49_408, tokens: 77 },
});

/** Both towers have the same sizes. */
const siglip = (size: typeof base | typeof shapely, grid: number, patch: number, vocabulary: number): DualShape => ({
  ...{ kind: 'dual', dimension: size.hidden, vision: tower(size, grid, patch, 0) },
  text: { ...size, vocabulary, tokens: 64 },
});

const arithmetic =
  'A picture with an edit is searched by vector arithmetic, picture and words added up: E5-V, which reads both together, does this better.';
const noReading = 'Reads hardly any text in pictures, and of a text no more than the first sentence or two.';
const roughly = 'Its weights were rounded to 8 bits by others, who publish no figures of what that costs.';
const english = 'English only.';
const seconds = 'Without a graphics card a picture takes seconds.';
const openClip = 'open_clip, docs/openclip_retrieval_results.csv';

const openAi =
  'OpenAI states no licence on the page of these weights; its CLIP code is under the MIT licence. Its model card asks not to deploy it without tests of your own use: you decide whether your use is within that.';

export const encoders: readonly CatalogueEntry[] = [
  {
    id: 'siglip2-base',
    name: 'SigLIP 2 Base',
    description:
      'The one to begin with for photos: finds by words, or by a picture, as well as E5-V does at a fraction of its cost, in many languages.',
    limits: [arithmetic, noReading],
    repo: 'google/siglip2-base-patch16-256',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'many',
    bytes: 1.54e9,
    dimension: 768,
    architecture: 'siglip',
    shape: siglip(base, 16, 16, 256_000),
    published: { scores: 'COCO 53.2 picture, 69.7 text.', source: 'arXiv 2502.14786, table 1; recall at 1' },
  },
  {
    id: 'siglip2-so400m',
    name: 'SigLIP 2 So400m',
    description: 'The larger SigLIP 2: finer differences in photos, in many languages.',
    limits: [arithmetic, noReading, seconds],
    repo: 'google/siglip2-so400m-patch16-256',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'many',
    bytes: 4.58e9,
    dimension: 1152,
    architecture: 'siglip',
    shape: siglip(shapely, 16, 16, 256_000),
    published: {
      scores: 'At 512 pixels (this one takes 256) COCO 56.0 picture, 71.3 text.',
      source: 'arXiv 2502.14786, table 1; recall at 1',
    },
  },
  {
    id: 'siglip-base',
    name: 'SigLIP Base',
    description: 'Photo search by words or by a picture at a good pace on any processor. Half the download of SigLIP 2.',
    limits: [arithmetic, noReading, english],
    repo: 'google/siglip-base-patch16-224',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'english',
    bytes: 0.82e9,
    dimension: 768,
    architecture: 'siglip',
    shape: siglip(base, 14, 16, 32_000),
    published: { scores: 'Flickr30K 74.7 picture, 89.1 text; COCO 47.8 picture, 65.7 text.', source: `${openClip}; recall at 1` },
  },
  {
    id: 'siglip-so400m',
    name: 'SigLIP So400m',
    description: 'The best of these at finding photos by words in English: ahead of E5-V, which is ten times its size.',
    limits: [arithmetic, noReading, english, seconds],
    repo: 'google/siglip-so400m-patch14-384',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'english',
    bytes: 3.51e9,
    dimension: 1152,
    architecture: 'siglip',
    shape: siglip(shapely, 27, 14, 32_000),
    published: { scores: 'Flickr30K 83.0 picture, 94.3 text; COCO 54.2 picture, 72.4 text.', source: `${openClip}; recall at 1` },
  },
  {
    id: 'clip-b32',
    name: 'CLIP B/32 (LAION)',
    description: 'The fastest of these: photo search by words or by a picture on any processor, under a clear licence.',
    limits: [arithmetic, 'Finds less than a SigLIP, above all where details matter.', noReading, english],
    repo: 'laion/CLIP-ViT-B-32-laion2B-s34B-b79K',
    revision: 'main',
    licence: 'MIT',
    consent: null,
    languages: 'english',
    bytes: 0.61e9,
    dimension: 512,
    architecture: 'clip',
    shape: clip(tower(base, 7, 32, 1), { layers: 12, hidden: 512, mlp: 2048 }, 512),
    published: { scores: 'Flickr30K 66.8 picture, 84.1 text; COCO 39.3 picture, 56.3 text.', source: `${openClip}; recall at 1` },
  },
  {
    id: 'clip-l14',
    name: 'CLIP L/14 (OpenAI)',
    description: "OpenAI's CLIP, which many tools build on: to compare with them, or to search with the same vectors.",
    limits: [arithmetic, 'Finds less than a SigLIP of half its size.', noReading, english],
    repo: 'openai/clip-vit-large-patch14',
    revision: 'main',
    licence: 'None stated on its page (the code of CLIP: MIT)',
    consent: openAi,
    languages: 'english',
    bytes: 1.71e9,
    dimension: 768,
    architecture: 'clip',
    shape: clip(tower(large, 16, 14, 1), { layers: 12, hidden: 768, mlp: 3072 }, 768),
    published: null,
  },
  {
    id: 'siglip2-base-q8',
    name: 'SigLIP 2 Base, 8 bit',
    description: 'SigLIP 2 Base in a quarter of its download: for small disks and slow lines, in many languages.',
    limits: [arithmetic, roughly, noReading],
    repo: 'onnx-community/siglip2-base-patch16-256-ONNX',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'many',
    bytes: 0.41e9,
    dimension: 768,
    architecture: 'siglip',
    shape: siglip(base, 16, 16, 256_000),
    exported: 'int8',
    published: { scores: 'At full precision COCO 53.2 picture, 69.7 text.', source: 'arXiv 2502.14786, table 1; recall at 1' },
  },
  {
    id: 'clip-b32-q8',
    name: 'CLIP B/32 (OpenAI), 8 bit',
    description: 'The smallest download that knows photos at large: for old machines, and to try.',
    limits: [arithmetic, roughly, 'Finds less than a SigLIP, above all where details matter.', noReading, english],
    repo: 'Xenova/clip-vit-base-patch32',
    revision: 'main',
    licence: 'None stated on its page (the code of CLIP: MIT)',
    consent: openAi,
    languages: 'english',
    bytes: 0.155e9,
    dimension: 512,
    architecture: 'clip',
    shape: clip(tower(base, 7, 32, 1), { layers: 12, hidden: 512, mlp: 2048 }, 512),
    exported: 'int8',
    published: {
      scores: 'At full precision Flickr30K 58.8 picture, 78.9 text; COCO 30.4 picture, 50.1 text.',
      source: `${openClip}; recall at 1`,
    },
  },
];
