/** @file Every engine that could be used beside the built-in one: those of the catalogue, installed or not, and imported folders. */
import type { Precision } from '../compile/vlm.ts';
import { type CatalogueEntry, catalogue, catalogueEntry, describeEntry, memoryOf } from './catalogue.ts';
import type { EngineKind } from './fitting.ts';
import { type Installed, listInstalled } from './installed.ts';
import { dimensionOf, type MemoryTable } from './memory.ts';
import { cpuPrecision } from './processor.ts';
import { bytesPulled } from './pull.ts';

export type HubEngine = {
  readonly id: string;
  readonly name: string;
  readonly kind: EngineKind;
  /** model_type of its config.json. */
  readonly architecture: string;
  readonly description: string;
  /** What it cannot do, a sentence each. */
  readonly limits: readonly string[];
  readonly licence: string;
  /** What one agrees to by downloading it; null where there is nothing to agree to. */
  readonly consent: string | null;
  /** Where it comes from; null for an imported folder. */
  readonly source: string | null;
  /** What it scores, as published, and where that was; empty = nothing is published. */
  readonly scores: string;
  readonly bytes: number;
  readonly dimension: number;
  /** What its precision comes to without a graphics card. */
  readonly precision: Precision;
  /** About, in bytes, while a large picture is read. */
  readonly memory: MemoryTable;
  /** Of the precision that it is set to. */
  readonly memoryBytes: number;
  readonly installed?: Installed;
  /** Bytes of a download that was begun and is not finished. */
  readonly downloaded: number;
};

/** Reads folders and records, nothing else: no network. */
export async function listHubEngines(home: string): Promise<HubEngine[]> {
  const installed = await listInstalled(home);
  const listed = catalogue.map(async (entry) => {
    const here = installed.find(({ id }) => id === entry.id);
    return here ? ofInstalled(here, entry) : { ...describeEntry(entry), downloaded: await bytesPulled(home, entry.id) };
  });
  const imported = installed.filter(({ id }) => !catalogueEntry(id)).map((engine) => ofInstalled(engine, undefined));
  return [...(await Promise.all(listed)), ...imported];
}

function ofInstalled(installed: Installed, entry: CatalogueEntry | undefined): HubEngine {
  const { id, name, bytes, shape, architecture, settings, directory } = installed;
  const memory = memoryOf({ ...entry, shape }, settings.tiles);
  const precision = entry?.exported ?? cpuPrecision(shape, settings.precision);
  const memoryBytes = memory[precision] ?? memory.exact;
  const own = { kind: shape.kind, architecture, bytes, precision, memory, memoryBytes, installed, downloaded: 0 };
  if (entry) return { ...describeEntry(entry), ...own };
  return {
    id,
    name,
    description: `Imported from ${directory}.`,
    limits: [],
    licence: 'As stated where the folder comes from',
    consent: null,
    source: null,
    scores: '',
    dimension: dimensionOf(shape),
    ...own,
  };
}
