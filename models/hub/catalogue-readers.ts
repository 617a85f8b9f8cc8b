/**
 * @file Language models that read pictures, asked with the prompts of E5-V. Figures: arXiv 2407.12580, those without fine-tuning from its
 * table 8 (the untuned rows).
 */
import type { CatalogueEntry } from './catalogue.ts';
import type { TowerShape, VlmShape } from './memory.ts';

/** CLIP ViT-L/14-336 up to the layer before the last, with a projector of two layers into `hidden`. */
const clipLarge = (hidden: number): TowerShape => ({
  ...{ layers: 23, hidden: 1024, mlp: 4096, tokens: 577 },
  ends: 576 * (3 * 14 * 14 * 1024 + 1024 * hidden + hidden ** 2),
});

/** Llama-3-8B and Mistral-7B agree in all but their vocabulary. */
const eightBillion: VlmShape = {
  kind: 'vlm',
  ...{ layers: 32, hidden: 4096, mlp: 14_336, kvHeads: 8, headDim: 128 },
  ...{ vision: clipLarge(4096), tiles: 5, tileRows: 577 },
};

/** Four neighbouring patches are one row, and the projector comes after that. */
const phi3: VlmShape = {
  kind: 'vlm',
  ...{ layers: 32, hidden: 3072, mlp: 8192, kvHeads: 32, headDim: 96 },
  vision: { ...clipLarge(3072), ends: 576 * 3 * 14 * 14 * 1024 + 146 * (4096 * 3072 + 3072 ** 2) },
  ...{ tiles: 17, tileRows: 146 },
};

/** SigLIP B/16 at 512 pixels; blocks of 4 x 4 patches are one row. */
const smol = (decoder: Pick<VlmShape, 'layers' | 'hidden' | 'mlp' | 'kvHeads' | 'headDim'>): VlmShape => ({
  kind: 'vlm',
  ...decoder,
  vision: {
    ...{ layers: 12, hidden: 768, mlp: 3072, tokens: 1024 },
    ends: 1024 * 3 * 16 * 16 * 768 + 64 * 16 * 768 * decoder.hidden,
  },
  ...{ tiles: 17, tileRows: 64 },
});

const slowOnProcessors = 'Without a graphics card a picture takes from half a minute to minutes; words take seconds.';
const untuned = 'Not tuned for search: finds less than E5-V, above all with a picture and an edit.';
const english = 'English before all other languages.';
const oneTile =
  'Set to see the whole picture as one square of 512 pixels: small text in large pictures is lost. --tiles anyres reads it, and takes many times as long.';

export const readers: readonly CatalogueEntry[] = [
  {
    id: 'e5v',
    name: 'E5-V',
    description:
      'Reads a picture as a language model does. The one to take for a picture with an edit ("this, but at night"), for text in pictures, and for whole sentences.',
    limits: [
      slowOnProcessors,
      'On plain photo search a SigLIP of a tenth of its size does about as well.',
      'Tuned on English sentences; other languages are as good as Llama 3 happens to know them.',
    ],
    repo: 'royokong/e5-v',
    revision: 'main',
    licence: 'None stated; built on Llama 3 (Meta Llama 3 Community License)',
    consent:
      'Its authors state no licence. It was made from Meta Llama 3, so the Meta Llama 3 Community License (https://llama.meta.com/llama3/license) and its acceptable use policy apply: you decide whether your use is within them.',
    languages: 'english',
    bytes: 16.71e9,
    dimension: 4096,
    architecture: 'llava_next',
    shape: eightBillion,
    published: {
      scores:
        'Recall at 1: Flickr30K 79.5 picture, 88.2 text; COCO 52.0 picture, 62.0 text. CIRR (picture + edit) 33.9, at 5 64.1; FashionIQ recall at 10 31.8. STS 86.0.',
      source: 'arXiv 2407.12580, tables 1 to 5',
    },
  },
  {
    id: 'llava-1.6-mistral',
    name: 'LLaVA-1.6 Mistral 7B',
    description: 'The same way of reading pictures under a clear licence: an untuned LLaVA with the prompts of E5-V.',
    limits: [untuned, slowOnProcessors, english],
    repo: 'llava-hf/llava-v1.6-mistral-7b-hf',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'english',
    bytes: 15.1e9,
    dimension: 4096,
    architecture: 'llava_next',
    shape: eightBillion,
    published: {
      scores: 'Recall at 5: Flickr30K 80.5 picture, 89.8 text; COCO 59.1 picture, 70.8 text; CIRR (picture + edit) 28.3. STS 73.5.',
      source: 'arXiv 2407.12580, table 8 (without fine-tuning)',
    },
  },
  {
    id: 'phi-3-vision',
    name: 'Phi-3-vision 4B',
    description:
      'Half the size of E5-V under a clear licence, with the same prompts: reads pictures with an edit and text in pictures, in up to 17 tiles.',
    limits: [untuned, slowOnProcessors, english],
    repo: 'microsoft/Phi-3-vision-128k-instruct',
    revision: 'main',
    licence: 'MIT',
    consent: null,
    languages: 'english',
    bytes: 8.29e9,
    dimension: 3072,
    architecture: 'phi3_v',
    shape: phi3,
    published: {
      scores:
        'Recall at 5: Flickr30K 80.0 picture, 89.9 text; COCO 55.3 picture, 70.3 text; CIRR (picture + edit) 43.7. FashionIQ recall at 50 31.5. STS 72.1.',
      source: 'arXiv 2407.12580, table 8 (without fine-tuning)',
    },
  },
  {
    id: 'smolvlm-256m',
    name: 'SmolVLM 256M',
    description:
      'The smallest model that reads a picture and an edit together: runs on any laptop, to try what E5-V does at a fraction of the cost.',
    limits: ['Not tuned for search, and small: for plain photo search a SigLIP is far better.', oneTile, english],
    repo: 'HuggingFaceTB/SmolVLM-256M-Instruct',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'english',
    bytes: 0.52e9,
    dimension: 576,
    architecture: 'idefics3',
    shape: smol({ layers: 30, hidden: 576, mlp: 1536, kvHeads: 3, headDim: 64 }),
    published: null,
  },
  {
    id: 'smolvlm-500m',
    name: 'SmolVLM 500M',
    description: 'Reads a picture and an edit together, as E5-V does, on a laptop. Twice the size of the smallest.',
    limits: ['Not tuned for search, and small: for plain photo search a SigLIP is far better.', oneTile, english],
    repo: 'HuggingFaceTB/SmolVLM-500M-Instruct',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    languages: 'english',
    bytes: 1.02e9,
    dimension: 960,
    architecture: 'idefics3',
    shape: smol({ layers: 32, hidden: 960, mlp: 2560, kvHeads: 5, headDim: 64 }),
    published: null,
  },
];
