/** @file The engines that can be downloaded, each with what a person needs to know before 16 GB come over the line. */
import { memoryTable, type VlmShape } from './memory.ts';

export type CatalogueEntry = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** What it cannot do, a sentence each. */
  readonly limits: readonly string[];
  readonly repo: string;
  /** Branch, tag or commit. The commit that it stood for is recorded when the engine is installed. */
  readonly revision: string;
  readonly licence: string;
  /** What one agrees to by downloading it; null where there is nothing to agree to. */
  readonly consent: string | null;
  /** To download, about: the listing of the Hub has the exact number. */
  readonly bytes: number;
  readonly dimension: number;
  readonly shape: VlmShape;
  readonly prompts: 'llama3' | 'mistral';
  /** Published figures, never measured here, with where they stand. */
  readonly published: { readonly scores: string; readonly source: string };
};

/** CLIP ViT-L/14-336 up to the layer before the last, the one that LLaVA takes. */
const clipLarge = { layers: 23, hidden: 1024, mlp: 4096 } as const;

/** Llama-3-8B and Mistral-7B agree in all but their vocabulary. */
const eightBillion = { layers: 32, hidden: 4096, mlp: 14_336, kvHeads: 8, headDim: 128, vision: clipLarge } as const;

const slowOnProcessors = 'Without a graphics card a picture takes from half a minute to minutes; words take seconds.';

export const catalogue: readonly CatalogueEntry[] = [
  {
    id: 'e5v',
    name: 'E5-V',
    description:
      'Reads a picture as a language model does. The one to take for a picture with an edit ("this, but at night"), for text in pictures, and for whole sentences.',
    limits: [
      slowOnProcessors,
      'On plain photo search engines of a tenth of its size do about as well.',
      'Tuned on English sentences; other languages are as good as Llama 3 happens to know them.',
    ],
    repo: 'royokong/e5-v',
    revision: 'main',
    licence: 'None stated; built on Llama 3 (Meta Llama 3 Community License)',
    consent:
      'Its authors state no licence. It was made from Meta Llama 3, so the Meta Llama 3 Community License (https://llama.meta.com/llama3/license) and its acceptable use policy apply: you decide whether your use is within them.',
    bytes: 16.71e9,
    dimension: 4096,
    shape: eightBillion,
    prompts: 'llama3',
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
    limits: [
      'Not tuned for search: finds less than E5-V, above all with a picture and an edit.',
      slowOnProcessors,
      'English before all other languages.',
    ],
    repo: 'llava-hf/llava-v1.6-mistral-7b-hf',
    revision: 'main',
    licence: 'Apache-2.0',
    consent: null,
    bytes: 15.1e9,
    dimension: 4096,
    shape: eightBillion,
    prompts: 'mistral',
    published: {
      scores: 'Recall at 5: Flickr30K 80.5 picture, 89.8 text; COCO 59.1 picture, 70.8 text; CIRR (picture + edit) 28.3. STS 73.5.',
      source: 'arXiv 2407.12580, table 8 (without fine-tuning)',
    },
  },
];

export function catalogueEntry(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}

/** An entry as the lists of engines show it; `memoryBytes` is that of the fast form for processors. */
export function describeEntry({
  id,
  name,
  description,
  limits,
  licence,
  consent,
  bytes,
  dimension,
  repo,
  published,
  shape,
}: CatalogueEntry) {
  const memory = memoryTable(shape);
  return {
    ...{ id, name, description, limits, licence, consent, bytes, dimension, memory },
    memoryBytes: memory.int8,
    source: `https://huggingface.co/${repo}`,
    scores: `${published.scores} (${published.source})`,
  };
}
