/** @file The answer with the stacks that the user has unfolded. See flow.ts. */
import { useCallback, useMemo, useState } from 'react';
import { aspectOf } from '../../core/api/outline.ts';
import type { Hit } from '../../core/api/query.ts';
import { queries, queryClient } from '../app/api.ts';
import { notify } from '../app/notices.ts';
import { useMessages } from '../messages/messages.ts';
import { flowAspects, flowOf, originOf, type Stacks, withStack } from './flow.ts';
import type { Range } from './selection.ts';
import type { SearchResults } from './use-answer.ts';

export type Flow = SearchResults & {
  /** Members of a stack that is unfolded at its first picture; 0 where none is. */
  unfolded(index: number): number;
  /** Any stack is unfolded. */
  readonly hasUnfolded: boolean;
  /** True for a member that is shown because its stack is unfolded. */
  isMember(index: number): boolean;
  /** Unfolds the stack at this place, or folds it up. Answers how many places came (or went), behind it. */
  turn(index: number): Promise<number>;
  /** The place of the answer that a place of the flow is, or belongs to. */
  placeOf(index: number): number;
  /** What stands in a range: members of stacks by their ids, the rest as places of the answer. */
  origins(ranges: readonly Range[]): { readonly ranges: Range[]; readonly members: Hit[] };
};

const none: Stacks = [];

export function useStacks(results: SearchResults): Flow {
  const { wall } = useMessages();
  const { snapshot } = results.outline;
  const [state, setState] = useState({ snapshot, stacks: none });
  const stacks = state.snapshot === snapshot ? state.stacks : none;
  const outline = useMemo(() => {
    const { outline } = results;
    if (stacks.length === 0) return outline;
    const aspects = flowAspects(outline.aspects, stacks, (hit) => aspectOf(hit.width, hit.height));
    const months = outline.months.map(({ month, first }) => ({ month, first: flowOf(stacks, first) }));
    return { ...outline, aspects, months, cut: flowOf(stacks, outline.cut) };
  }, [results, stacks]);

  const turn = useCallback(
    async (index: number): Promise<number> => {
      const { at, member } = originOf(stacks, index);
      const open = stacks.find((stack) => stack.at === at);
      if (open) {
        setState({ snapshot, stacks: stacks.filter((stack) => stack !== open) });
        return -open.members.length;
      }
      const first = member === null ? results.at(at) : undefined;
      if (!first?.similar) return 0;
      try {
        const members = await membersOf(first, first.similar);
        setState({ snapshot, stacks: withStack(stacks, { at, members }) });
        return members.length;
      } catch (error) {
        notify(wall.stackFailed, error);
        return 0;
      }
    },
    [results, snapshot, stacks, wall],
  );

  return useMemo(() => {
    const memberAt = (index: number): Hit | undefined => {
      const { at, member } = originOf(stacks, index);
      return member === null ? undefined : stacks.find((stack) => stack.at === at)?.members[member];
    };
    return {
      ...results,
      outline,
      total: outline.aspects.length,
      at: (index) => memberAt(index) ?? (isMember(stacks, index) ? undefined : results.at(originOf(stacks, index).at)),
      isGone: (index) => !isMember(stacks, index) && results.isGone(originOf(stacks, index).at),
      want: (from, to) => results.want(originOf(stacks, from).at, originOf(stacks, Math.max(from, to - 1)).at + 1),
      indexOf(id) {
        for (const { at, members } of stacks) {
          const member = members.findIndex((hit) => hit.id === id);
          if (member >= 0) return flowOf(stacks, at) + 1 + member;
        }
        const at = results.indexOf(id);
        return at < 0 ? at : flowOf(stacks, at);
      },
      stamp: (from, to) => results.stamp(originOf(stacks, from).at, originOf(stacks, Math.max(from, to - 1)).at + 1),
      unfolded(index) {
        const { at, member } = originOf(stacks, index);
        return member === null ? (stacks.find((stack) => stack.at === at)?.members.length ?? 0) : 0;
      },
      hasUnfolded: stacks.length > 0,
      isMember: (index) => isMember(stacks, index),
      turn,
      placeOf: (index) => originOf(stacks, index).at,
      origins: (ranges) => splitOrigins(stacks, ranges),
    };
  }, [results, outline, stacks, turn]);
}

function isMember(stacks: Stacks, index: number): boolean {
  return originOf(stacks, index).member !== null;
}

/** The others of a stack, as far as they are still there. They stand with the score of their first: their own is not asked for. */
async function membersOf(first: Hit, ids: readonly string[]): Promise<Hit[]> {
  const found = await Promise.allSettled(ids.map((id) => queryClient.fetchQuery(queries.item.queryOptions({ input: { id } }))));
  const members = found.flatMap((result): Hit[] => {
    if (result.status === 'rejected') return [];
    const page = Number(result.value.id.split('p')[1] ?? 0);
    const { id, path, name, type, width, height, colour, version, takenAt, offline, starred, words } = result.value;
    const shown = { id, path, name, type, width, height, colour, version, takenAt, offline, starred, ...(page > 0 ? { page } : {}) };
    return [{ ...shown, score: first.score, aboveCut: first.aboveCut, why: { words, filters: first.why.filters, ranks: [] } }];
  });
  const [failed] = found.filter((result) => result.status === 'rejected');
  if (members.length === 0 && failed) throw failed.reason;
  return members;
}

function splitOrigins(stacks: Stacks, ranges: readonly Range[]): { ranges: Range[]; members: Hit[] } {
  if (stacks.length === 0) return { ranges: ranges.map(([from, to]) => [from, to]), members: [] };
  const split: { ranges: Range[]; members: Hit[] } = { ranges: [], members: [] };
  for (const [from, to] of ranges) {
    const first = originOf(stacks, from);
    const last = originOf(stacks, to - 1);
    const start = first.member === null ? first.at : first.at + 1;
    if (last.at >= start) split.ranges.push([start, last.at + 1]);
    for (const { at, members } of stacks) {
      const place = flowOf(stacks, at) + 1;
      split.members.push(...members.slice(Math.max(0, from - place), Math.max(0, to - place)));
    }
  }
  return split;
}
