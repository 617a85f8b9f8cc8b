/** @file Places when stacks are unfolded: every place of the flow is one of the answer or a member, and back. */
import { expect, test } from 'vitest';
import { flowAspects, flowOf, originOf, type Stacks, withStack } from '../../../renderer/wall/flow.ts';

const member = { width: 1, height: 2 };
const stackAt = (at: number, members: number) => ({ at, members: Array(members).fill(member) });

test('places of the flow and of the answer belong together', () => {
  const stacks: Stacks = withStack(withStack([], stackAt(4, 3)), stackAt(1, 2));
  const origins = Array.from({ length: 11 }, (_, index) => originOf(stacks, index));
  expect(origins.map(({ at, member }) => (member === null ? `${at}` : `${at}:${member}`))).toEqual([
    '0',
    '1',
    '1:0',
    '1:1',
    '2',
    '3',
    '4',
    '4:0',
    '4:1',
    '4:2',
    '5',
  ]);
  for (let at = 0; at < 6; at++) expect(originOf(stacks, flowOf(stacks, at))).toEqual({ at, member: null });
});

test('members take their room behind the first of their stack', () => {
  const aspects = flowAspects([10, 20, 30], [stackAt(1, 2)], ({ width, height }) => (100 * width) / height);
  expect(Array.from(aspects)).toEqual([10, 20, 50, 50, 30]);
  expect(flowAspects([10, 20], [], () => 0)).toEqual([10, 20]);
});
