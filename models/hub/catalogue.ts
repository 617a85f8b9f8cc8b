/** @file The engines that can be downloaded, each with what a person needs to know before gigabytes come over the line. */

import type { Tiles } from '../prompt/reading.ts';
import { encoders } from './catalogue-encoders.ts';
import { readers } from './catalogue-readers.ts';
import { type MemoryTable, memoryTable, roundedNeed, type Shape } from './memory.ts';
import { cpuPrecision } from './processor.ts';
import { defaultsOf } from './settings.ts';

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
  /** In which it finds best: hardly any but English, or about as well in many. */
  readonly languages: 'english' | 'many';
  /** To download, about: the listing of the Hub has the exact number. */
  readonly bytes: number;
  /** Length of the vectors. */
  readonly dimension: number;
  /** model_type of its config.json. */
  readonly architecture: string;
  readonly shape: Shape;
  /** Taken from what others exported to ONNX, in this precision, and not from safetensors. */
  readonly exported?: 'int8';
  /** Published figures, never measured here, with where they stand; null where there are none. */
  readonly published: { readonly scores: string; readonly source: string } | null;
};

export const catalogue: readonly CatalogueEntry[] = [...readers, ...encoders];

export function catalogueEntry(id: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.id === id);
}

/** An entry as the lists of engines show it; `memoryBytes` is that of the form for processors. */
export function describeEntry(entry: CatalogueEntry) {
  const { id, name, description, limits, licence, consent, bytes, dimension, architecture, repo, published, shape } = entry;
  const precision = entry.exported ?? cpuPrecision(shape, 'auto');
  const memory = memoryOf(entry, defaultsOf(architecture).tiles);
  return {
    ...{ id, name, description, limits, licence, consent, bytes, dimension, architecture, memory },
    kind: shape.kind,
    precision,
    memoryBytes: memory[precision] ?? memory.exact,
    source: `https://huggingface.co/${repo}`,
    scores: published === null ? '' : `${published.scores} (${published.source})`,
  };
}

/** What was exported has one precision, which is not that of its weights elsewhere. */
export function memoryOf({ shape, exported }: Pick<CatalogueEntry, 'shape' | 'exported'>, tiles: Tiles): MemoryTable {
  const table = memoryTable(shape, tiles);
  return exported === undefined ? table : { ...table, [exported]: roundedNeed(shape, exported, tiles) };
}
