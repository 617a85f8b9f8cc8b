/** @file What a search is called before anyone names it: its words, its edit, its filters. */
import type { Messages } from '../messages/messages.ts';
import { factLabel } from '../query/filter-labels.ts';
import { editOf, type QueryState } from '../query/query-state.ts';

export type NameWords = Pick<Messages, 'filters'> & { searches: Pick<Messages['searches'], 'likePicture' | 'withEdit'> };

const longest = 80;

export function searchName(query: QueryState, { searches: words, filters }: NameWords): string {
  const edit = editOf(query);
  const what = query.picture ? (edit ? words.withEdit(edit) : words.likePicture) : query.words.trim();
  const name = [what, ...query.facts.map((fact) => factLabel(fact, filters))].filter(Boolean).join(' · ');
  return shortened(name);
}

/** By whole characters: half an emoji is none. */
function shortened(name: string): string {
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name)];
  if (characters.length <= longest) return name;
  const head = characters.slice(0, longest - 1).map(({ segment }) => segment);
  return `${head.join('').trimEnd()}…`;
}
