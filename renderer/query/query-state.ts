/**
 * @file What stands in the box, as plain data: the words being typed and the chips before them. Every change is a pure function.
 *
 * [Note: Words and edits]
 * The input holds words. As soon as a picture is in the box, what is typed is what should be different about it: it searches as an edit at once, and
 * Enter makes a chip of it. Further edits are added to the chip, since the model takes one sentence.
 */
import type { Crop, Filters, PictureRef, Query, RecognisedFact } from '../../core/api/query.ts';

/** `text`: what it turns back into. What it says to people is made of its filters, in their language. */
export type Fact = { text: string; filters: Filters };

/** How picture and edit become one question; null is the engine's own way. */
export type Composition = 'learned' | 'arithmetic' | null;

export type QueryState = {
  /** What stands in the input. */
  words: string;
  picture: PictureRef | null;
  /** The edit that became a chip; empty when there is none. */
  edit: string;
  /** Between the picture (0) and the edit (1). */
  strength: number;
  composition: Composition;
  facts: readonly Fact[];
  /** The words mean themselves: a fact was turned back into words. */
  literal: boolean;
  order: 'relevance' | 'date';
  /** Near-duplicates are collapsed into their best hit. */
  group: boolean;
};

/** What the engine makes of picture and edit when nobody asks for more of one. */
export const balanced = 0.5;
export const strengthStep = 0.05;

export const emptyQuery: QueryState = {
  words: '',
  picture: null,
  edit: '',
  strength: balanced,
  composition: null,
  facts: [],
  literal: false,
  order: 'relevance',
  group: false,
};

/** True when nothing narrows the wall: everything is shown, newest first. */
export function isEverything(state: QueryState): boolean {
  return state.words.trim() === '' && state.picture === null && state.facts.length === 0;
}

export function toQuery(state: QueryState): Query {
  const words = state.words.trim();
  const query: Query = {};
  if (state.picture) {
    query.picture = state.picture;
    const edit = editOf(state);
    if (edit) {
      query.edit = edit;
      if (state.strength !== balanced) query.strength = state.strength;
      if (state.composition) query.composition = state.composition;
    }
  } else if (words) {
    query.text = words;
    if (state.literal) query.literal = true;
  }
  if (state.facts.length > 0) query.filters = mergeFilters(state.facts);
  return query;
}

/** What should be different about the picture, as a chip or still being typed; empty without a picture. */
export function editOf(state: QueryState): string {
  return state.picture ? joinEdits(state.edit, state.words) : '';
}

/** With relevance there must be something to be relevant to. */
export function orderOf(state: QueryState): 'relevance' | 'date' {
  return state.words.trim() === '' && state.picture === null ? 'date' : state.order;
}

/** Facts of one kind: types add up, of all else the last one counts. */
export function mergeFilters(facts: readonly Fact[]): Filters {
  const merged: Filters = {};
  for (const { filters } of facts) {
    const types = merged.types && filters.types ? [...new Set([...merged.types, ...filters.types])] : undefined;
    Object.assign(merged, filters, types && { types });
  }
  return merged;
}

export function withWords(state: QueryState, words: string): QueryState {
  return { ...state, words, literal: words.trim() === '' ? false : state.literal };
}

/**
 * `like` asks for pictures like this one and forgets the words. `edit` asks for it with something different: words that were typed before a file
 * was dropped are that; words that led to a result of the library are not.
 */
export function withPicture(state: QueryState, picture: PictureRef, intent: 'like' | 'edit'): QueryState {
  const keeps = intent === 'edit' && picture.kind === 'upload';
  return { ...state, picture, edit: '', words: keeps ? state.words : '', strength: balanced, literal: false, order: 'relevance' };
}

/** Another picture under the same words or edit. Words that searched alone become what should be different about it. */
export function withPictureKept(state: QueryState, picture: PictureRef): QueryState {
  return { ...state, picture, literal: false, order: 'relevance' };
}

export function withoutPicture(state: QueryState): QueryState {
  return { ...state, picture: null, words: joinEdits(state.edit, state.words), edit: '', strength: balanced };
}

/** A part of the picture; null is all of it. */
export function withCrop(state: QueryState, crop: Crop | null): QueryState {
  if (!state.picture) return state;
  const { crop: _, ...whole } = state.picture;
  return { ...state, picture: crop ? { ...whole, crop } : whole };
}

/** On the steps of the slider, so that an address is as short as what was meant. */
export function withStrength(state: QueryState, strength: number): QueryState {
  const inside = Math.min(1, Math.max(0, strength));
  return { ...state, strength: Number((Math.round(inside / strengthStep) * strengthStep).toFixed(2)) };
}

export function withComposition(state: QueryState, composition: Composition): QueryState {
  return { ...state, composition };
}

/** Enter: what was typed with a picture in the box becomes the edit chip. */
export function commitWords(state: QueryState): QueryState {
  const words = state.words.trim();
  if (!state.picture || !words) return state;
  return { ...state, edit: joinEdits(state.edit, words), words: '' };
}

export function withoutEdit(state: QueryState): QueryState {
  return { ...state, edit: '' };
}

export function acceptFact(state: QueryState, fact: RecognisedFact): QueryState {
  if (state.words.slice(fact.start, fact.end) !== fact.text) return state;
  const words = `${state.words.slice(0, fact.start)} ${state.words.slice(fact.end)}`.replace(/\s+/g, ' ').trimStart();
  return withFact({ ...state, words }, { text: fact.text, filters: fact.filters });
}

export function withFact(state: QueryState, fact: Fact): QueryState {
  const others = state.facts.filter((other) => !isSame(other.filters, fact.filters));
  return { ...state, facts: [...others, fact] };
}

function isSame(one: Filters, other: Filters): boolean {
  const sorted = (filters: Filters) => JSON.stringify(Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

export function withoutFact(state: QueryState, index: number): QueryState {
  return { ...state, facts: state.facts.filter((_, at) => at !== index) };
}

/** Backspace at the start of the input: the last chip turns back into words; a picture is taken out. */
export function turnBackLastChip(state: QueryState): QueryState {
  const fact = state.facts.at(-1);
  if (fact) {
    const words = [fact.text, state.words].filter(Boolean).join(' ');
    return { ...state, facts: state.facts.slice(0, -1), words, literal: true };
  }
  if (state.edit) return { ...state, edit: '', words: joinEdits(state.edit, state.words) };
  return state.picture ? withoutPicture(state) : state;
}

/** Clear empties the box; how the wall is ordered stays. */
export function cleared(state: QueryState): QueryState {
  return { ...emptyQuery, order: state.order, group: state.group };
}

function joinEdits(first: string, second: string): string {
  return [first.trim(), second.trim()].filter(Boolean).join(', ');
}
