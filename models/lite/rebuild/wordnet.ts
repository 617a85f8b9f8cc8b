/** @file The noun files of WordNet 3.0 (Debian: wordnet-base), and what the engine takes from them: names, glosses, irregular plurals. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { namesColour } from '../colours.ts';

type Synset = { readonly names: readonly string[]; readonly parent: string | undefined; readonly gloss: string; readonly field: number };

export type WordNet = {
  /** By offset, eight digits. */
  readonly synsets: ReadonlyMap<string, Synset>;
  /** Lemma (with underscores) to the offsets of its senses, most frequent first. */
  readonly senses: ReadonlyMap<string, readonly string[]>;
  /** Irregular plural to lemma. */
  readonly exceptions: ReadonlyMap<string, string>;
};

export const wordNetFiles = ['data.noun', 'index.noun', 'noun.exc'] as const;

/** Lexicographer files of things that can be seen: animal artifact body food object person phenomenon plant substance. */
const visible = new Set([5, 6, 8, 13, 17, 18, 19, 20, 27]);
/** Only the first senses of a word; rare ones mislead more than they help. */
const maxSense = 2;

export async function readWordNet(directory: string): Promise<WordNet> {
  const lines = async (name: string): Promise<string[]> =>
    (await readFile(path.join(directory, name), 'latin1')).split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  const [data, index, exceptions] = await Promise.all(wordNetFiles.map(lines));
  return {
    synsets: new Map(data?.map(parseSynset)),
    senses: new Map(index?.map(parseSenses)),
    exceptions: new Map(exceptions?.map((line) => line.split(/\s+/) as [string, string])),
  };
}

/** `offset lex_file type w_cnt(hex) (word lex_id)* p_cnt (symbol offset pos source)* | gloss` */
function parseSynset(line: string): [string, Synset] {
  const bar = line.indexOf('|');
  const fields = line.slice(0, bar).trim().split(/\s+/);
  const [offset = '', field = ''] = fields;
  const words = Number.parseInt(fields[3] ?? '', 16);
  const names = Array.from({ length: words }, (_, i) => (fields[4 + 2 * i] ?? '').replaceAll('_', ' '));
  const pointers = 4 + 2 * words;
  const hypernym = Array.from({ length: Number(fields[pointers]) }, (_, i) => pointers + 1 + 4 * i).find((at) =>
    ['@', '@i'].includes(fields[at] ?? ''),
  );
  const gloss = (line.slice(bar + 1).split(';')[0] ?? '').trim();
  return [offset, { names, parent: hypernym === undefined ? undefined : fields[hypernym + 1], gloss, field: Number(field) }];
}

/** `lemma pos synset_cnt ... offset*` */
function parseSenses(line: string): [string, string[]] {
  const fields = line.trim().split(/\s+/);
  return [fields[0] ?? '', fields.slice(-Number(fields[2]))];
}

/** The text of glosses.tsv.gz. Colour words are left out: they describe, and the colour block has them. */
export function glossTable({ synsets, senses }: WordNet): string {
  const rows = [...senses].flatMap(([lemma, offsets]) => {
    if (namesColour(lemma) && lemma !== 'orange' && /^[a-z]+$/.test(lemma)) return [];
    const offset = offsets.slice(0, maxSense).find((sense) => visible.has(synsets.get(sense)?.field ?? -1));
    return offset === undefined ? [] : [{ lemma: lemma.replaceAll('_', ' '), offset }];
  });
  rows.sort((a, b) => (a.lemma < b.lemma ? -1 : a.lemma > b.lemma ? 1 : 0));
  const offsets = [...new Set(rows.map(({ offset }) => offset))].sort();
  const indexOf = new Map(offsets.map((offset, i) => [offset, i]));
  const lemmas = rows.map(({ lemma, offset }) => `${lemma}\t${indexOf.get(offset)}`).join('\n');
  return `${lemmas}\n\n${offsets.map((offset) => synsets.get(offset)?.gloss).join('\n')}\n`;
}

/** The text of plurals.json. */
export function pluralTable({ exceptions, senses }: WordNet): string {
  const rows = [...exceptions].filter(([plural, lemma]) => senses.has(lemma) && /^\p{L}+$/u.test(plural));
  return JSON.stringify(Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1))));
}

export type LabelTable = {
  readonly classes: readonly { wnid: string; names: readonly string[]; gloss: string; path: readonly number[] }[];
  readonly nodes: readonly { wnid: string; names: readonly string[]; n: number }[];
};

/** labels.json for these class ids (`n` and an offset), in their order. */
export function labelTable({ synsets }: WordNet, ids: readonly string[]): LabelTable {
  const chains = ids.map((id) => ancestors(synsets, id.slice(1)));
  const below = new Map<string, number>();
  for (const offset of chains.flat()) below.set(offset, (below.get(offset) ?? 0) + 1);
  const order = [...below.keys()];
  const indexOf = new Map(order.map((offset, i) => [offset, i]));
  return {
    classes: ids.map((wnid, i) => {
      const synset = synsets.get(wnid.slice(1));
      const chain = (chains[i] ?? []).map((offset) => indexOf.get(offset) ?? -1);
      return { wnid, names: synset?.names ?? [], gloss: synset?.gloss ?? '', path: chain };
    }),
    nodes: order.map((offset) => ({ wnid: `n${offset}`, names: synsets.get(offset)?.names ?? [], n: below.get(offset) ?? 0 })),
  };
}

function ancestors(synsets: WordNet['synsets'], offset: string): string[] {
  const parent = synsets.get(offset)?.parent;
  return parent === undefined ? [] : [parent, ...ancestors(synsets, parent)];
}
