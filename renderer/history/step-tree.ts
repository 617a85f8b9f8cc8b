/**
 * @file The steps of composing as a tree: a picture, its edits, and what was tried from each. Pure functions on plain data.
 *
 * [Note: What is a step] A picture (or a part of it) with an edit. How much of each, by which way, and the filters belong to the step and are
 * kept with it, but make no new one. An edit that is being typed is one open step, rewritten letter by letter; it closes with whatever comes next.
 */
import type { PictureRef } from '../../core/api/query.ts';
import { editOf, type QueryState } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';

export type Step = {
  readonly id: number;
  /** The step from which this one was made; null where a picture came from elsewhere. */
  readonly parent: number | null;
  readonly picture: PictureRef;
  readonly edit: string;
  /** Address of the search, as it was left. */
  readonly search: string;
  /** Still being typed. */
  readonly open: boolean;
  /** Where redo leads: the step that was made from this one or gone to last. */
  readonly next: number | null;
};

export type StepTree = {
  /** In the order in which they were made. */
  readonly steps: readonly Step[];
  /** Null while no picture is in the box. */
  readonly current: number | null;
  /** The one that was current last, so that undo brings back a box that was cleared. */
  readonly last: number | null;
};

export const noSteps: StepTree = { steps: [], current: null, last: null };

/** More than anyone goes back through. */
const most = 60;

/** The box says something else. `typing`: it is being changed little by little. */
export function record(tree: StepTree, query: QueryState, typing: boolean): StepTree {
  if (!query.picture) return tree.current === null ? tree : { ...closed(tree), current: null };
  const { picture } = query;
  const content = { picture, edit: editOf(query), search: writePlace({ query, view: null }) };
  const current = currentStep(tree);
  if (current && isSame(current, content)) {
    const updated = changed(tree, current.id, { search: content.search });
    return typing ? updated : closed(updated);
  }
  if (current?.open && typing && samePicture(current.picture, picture)) {
    const parent = stepOf(tree, current.parent);
    // All letters are gone again: so is the step.
    if (parent && isSame(parent, content)) return moved(without(tree, current.id), parent.id);
    return changed(tree, current.id, content);
  }
  const before = closed(tree);
  const known = before.steps.findLast((step) => isSame(step, content));
  if (known && !(typing && current)) return moved(changed(before, known.id, { search: content.search }), known.id);
  return added(before, content, before.current, typing);
}

/** Goes to a step that is there. */
export function goTo(tree: StepTree, id: number): StepTree {
  return stepOf(tree, id) ? moved(closed(tree), id) : tree;
}

/** The step that undo leads to; null where there is none. */
export function undoStep(tree: StepTree): Step | null {
  const current = currentStep(tree);
  return stepOf(tree, current ? current.parent : tree.last) ?? null;
}

export function redoStep(tree: StepTree): Step | null {
  return stepOf(tree, currentStep(tree)?.next ?? null) ?? null;
}

export function currentStep(tree: StepTree): Step | undefined {
  return stepOf(tree, tree.current);
}

function stepOf(tree: StepTree, id: number | null): Step | undefined {
  return id === null ? undefined : tree.steps.find((step) => step.id === id);
}

type Content = Pick<Step, 'picture' | 'edit' | 'search'>;

function added(tree: StepTree, content: Content, parent: number | null, open: boolean): StepTree {
  const id = 1 + Math.max(0, ...tree.steps.map((step) => step.id));
  const step: Step = { id, parent, ...content, open, next: null };
  return pruned(moved({ ...tree, steps: [...tree.steps, step] }, id));
}

/** Makes it the current one, and where redo leads from everything before it. */
function moved(tree: StepTree, id: number): StepTree {
  const path = new Map<number, number>();
  for (let step = stepOf(tree, id); step?.parent != null; step = stepOf(tree, step.parent)) path.set(step.parent, step.id);
  const steps = tree.steps.map((step) => ({ ...step, next: path.get(step.id) ?? step.next }));
  return { steps, current: id, last: id };
}

function changed(tree: StepTree, id: number, change: Partial<Step>): StepTree {
  return { ...tree, steps: tree.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) };
}

/** An edit that was typed before is that step again, not another one. */
function closed(tree: StepTree): StepTree {
  const open = tree.steps.find((step) => step.open);
  if (!open) return tree;
  const twin = tree.steps.find((step) => step !== open && isSame(step, open));
  return twin ? moved(without(tree, open.id), twin.id) : changed(tree, open.id, { open: false });
}

function without(tree: StepTree, id: number): StepTree {
  const steps = tree.steps.filter((step) => step.id !== id).map((step) => (step.next === id ? { ...step, next: null } : step));
  return { ...tree, steps };
}

/** The oldest ends of the tree go first, never what leads to the current step. */
function pruned(tree: StepTree): StepTree {
  let rest = tree;
  while (rest.steps.length > most) {
    const parents = new Set(rest.steps.map((step) => step.parent));
    const end = rest.steps.find((step) => !parents.has(step.id) && step.id !== rest.current);
    const first = rest.steps[0];
    if (end) rest = without(rest, end.id);
    // One long path: its beginning is forgotten.
    else if (first) rest = orphaned(without(rest, first.id), first.id);
  }
  return rest;
}

function orphaned(tree: StepTree, parent: number): StepTree {
  return { ...tree, steps: tree.steps.map((step) => (step.parent === parent ? { ...step, parent: null } : step)) };
}

function isSame(step: Step, content: Content): boolean {
  return step.edit === content.edit && samePicture(step.picture, content.picture);
}

function samePicture(a: PictureRef, b: PictureRef): boolean {
  const parts = ['x', 'y', 'width', 'height'] as const;
  return a.kind === b.kind && a.id === b.id && parts.every((part) => a.crop?.[part] === b.crop?.[part]);
}
