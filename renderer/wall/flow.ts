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
export function flowAspects(aspects: ArrayLike<number>, stacks: Stacks, aspectOf: (hit: Hit) => number): ArrayLike<number> {
  if (stacks.length === 0) return aspects;
  const all = Uint16Array.from(aspects);
  const flow = new Uint16Array(flowOf(stacks, aspects.length));
  let start = 0;
  let filled = 0;
  const put = (part: ArrayLike<number>): void => {
    flow.set(part, filled);
    filled += part.length;
  };
  for (const { at, members } of stacks) {
    put(all.subarray(start, at + 1));
    put(members.map(aspectOf));
    start = at + 1;
  }
  put(all.subarray(start));
  return flow;
}
