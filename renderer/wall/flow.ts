/**
 * @file Stacks that are unfolded in place: the members of a stack stand behind its first picture, and everything after them moves on. The wall walks
 * and selects by places of this flow; the answer knows only its own places.
 */
import type { Hit } from '../../core/api/query.ts';

/** `at` is the place of the stack's first picture in the answer. */
export type Stack = { readonly at: number; readonly members: readonly Hit[] };

/** Sorted by place. */
export type Stacks = readonly Stack[];

/** Where a place of the flow comes from: a place of the answer, or the member of the stack at that place. */
export type Origin = { readonly at: number; readonly member: number | null };

export function originOf(stacks: Stacks, index: number): Origin {
  let before = 0;
  for (const { at, members } of stacks) {
    if (index <= at + before) break;
    const member = index - at - before - 1;
    if (member < members.length) return { at, member };
    before += members.length;
  }
  return { at: index - before, member: null };
}

/** Where a place of the answer stands in the flow. */
export function flowOf(stacks: Stacks, at: number): number {
  return stacks.reduce((index, stack) => (stack.at < at ? index + stack.members.length : index), at);
}

export function withStack(stacks: Stacks, stack: Stack): Stacks {
  return [...stacks.filter(({ at }) => at !== stack.at), stack].sort((a, b) => a.at - b.at);
}

/** The aspects of the answer with those of the unfolded members in between. */
export function flowAspects(aspects: readonly number[], stacks: Stacks, aspectOf: (hit: Hit) => number): readonly number[] {
  if (stacks.length === 0) return aspects;
  const flow: number[][] = [];
  let start = 0;
  for (const { at, members } of stacks) {
    flow.push(aspects.slice(start, at + 1), members.map(aspectOf));
    start = at + 1;
  }
  return flow.concat([aspects.slice(start)]).flat();
}
