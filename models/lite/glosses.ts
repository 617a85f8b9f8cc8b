/** @file Nouns in a text, with what the dictionary (WordNet) says of them: a query's bare noun says too little to the sentence encoder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export type Noun = { readonly name: string; readonly gloss: string };

export type Glosses = {
  /** Up to two nouns, in the order of the text: the longest match of one to three words, plural endings removed. */
  nouns(text: string): Noun[];
};

const maxNouns = 2;
const maxWordsOfNoun = 3;

const stopWords = new Set(
  (
    'a an the of and or in to it its for with on this that we is are at be by as from have has i you your pair two one some set head string ' +
    'bunch piece here s or they called also'
  ).split(' '),
);

const pluralEndings = [
  ['ies', 'y'],
  ['ses', 's'],
  ['xes', 'x'],
  ['ches', 'ch'],
  ['shes', 'sh'],
  ['s', ''],
] as const;

/** Reads glosses.tsv.gz (lines `lemma TAB index`, sorted; an empty line; one gloss per line) and plurals.json. */
export async function readGlosses(directory: string): Promise<Glosses> {
  const packed = await readFile(path.join(directory, 'glosses.tsv.gz'));
  const text = (await promisify(gunzip)(packed)).toString('utf8');
  const plurals = new Map(
    Object.entries(JSON.parse(await readFile(path.join(directory, 'plurals.json'), 'utf8')) as Record<string, string>),
  );
  const middle = text.indexOf('\n\n');
  return openGlosses(text.slice(0, middle + 1), text.slice(middle + 2), plurals);
}

function openGlosses(lemmas: string, glosses: string, plurals: ReadonlyMap<string, string>): Glosses {
  let lines: string[] | undefined;

  function glossOf(lemma: string): string | undefined {
    const index = find(lemmas, lemma);
    if (index === undefined) return undefined;
    lines ??= glosses.split('\n');
    return lines[index];
  }

  function match(words: readonly string[]): { noun: Noun; length: number } | undefined {
    for (let length = Math.min(maxWordsOfNoun, words.length); length > 0; length--) {
      const phrase = words.slice(0, length).join(' ');
      if (length === 1 && stopWords.has(phrase)) return undefined;
      for (const name of singulars(phrase, plurals)) {
        const gloss = glossOf(name);
        if (gloss !== undefined) return { noun: { name, gloss }, length };
      }
    }
    return undefined;
  }

  return {
    nouns(text) {
      const words = text.toLowerCase().match(/[a-z][a-z'-]*/g) ?? [];
      const found: Noun[] = [];
      for (let i = 0; i < words.length && found.length < maxNouns; ) {
        const hit = match(words.slice(i, i + maxWordsOfNoun));
        if (hit) found.push(hit.noun);
        i += hit?.length ?? 1;
      }
      return found;
    },
  };
}

function* singulars(phrase: string, plurals: ReadonlyMap<string, string>): Generator<string> {
  yield phrase;
  const irregular = plurals.get(phrase);
  if (irregular !== undefined) yield irregular;
  for (const [plural, singular] of pluralEndings) {
    if (phrase.endsWith(plural) && phrase.length > plural.length + 2) yield phrase.slice(0, -plural.length) + singular;
  }
}

/** Binary search in the text itself: a map of 78,000 lemmas would take longer to build than all look-ups of a session. */
function find(lines: string, lemma: string): number | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const start = lines.lastIndexOf('\n', ((low + high) >> 1) - 1) + 1;
    const tab = lines.indexOf('\t', start);
    const end = lines.indexOf('\n', tab);
    const here = lines.slice(start, tab);
    if (here === lemma) return Number(lines.slice(tab + 1, end));
    if (here < lemma) low = end + 1;
    else high = start;
  }
  return undefined;
}
