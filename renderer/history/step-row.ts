/** @file The tree of steps as one row: what belongs to the current step's tree, a path after the other, with marks where a branch begins. */
import { currentStep, type Step, type StepTree } from './step-tree.ts';

export type StepInRow = {
  readonly step: Step;
  /** It does not go on from its left neighbour, but from an earlier step. Its place in the row, from 1; null where it goes on, or begins. */
  readonly branchesFrom: number | null;
  /** On the way to the current step, or the current one. */
  readonly leadsHere: boolean;
};

/** Depth first, in the order in which steps were made, so that a row never changes before the step that was added. */
export function rowOfSteps(tree: StepTree): StepInRow[] {
  const byId = new Map(tree.steps.map((step) => [step.id, step]));
  const path = new Set<number>();
  let root = currentStep(tree);
  for (let step = root; step; step = step.parent === null ? undefined : byId.get(step.parent)) {
    path.add(step.id);
    root = step;
  }
  if (!root) return [];
  const children = Map.groupBy(tree.steps, (step) => step.parent);
  const row: StepInRow[] = [];
  const places = new Map<number, number>();
  const open: Step[] = [root];
  for (let step = open.pop(); step; step = open.pop()) {
    const goesOn = row.at(-1)?.step.id === step.parent;
    row.push({
      step,
      branchesFrom: goesOn || step.parent === null ? null : (places.get(step.parent) ?? null),
      leadsHere: path.has(step.id),
    });
    places.set(step.id, row.length);
    open.push(...(children.get(step.id) ?? []).toReversed());
  }
  return row;
}
