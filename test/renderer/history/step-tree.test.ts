/** @file Composing as a tree: steps, undo, redo, branches, and what counts as a step. */
import { describe, expect, it } from 'vitest';
import type { PictureRef } from '../../../core/api/query.ts';
import { rowOfSteps } from '../../../renderer/history/step-row.ts';
import { currentStep, goTo, noSteps, record, redoStep, type StepTree, undoStep } from '../../../renderer/history/step-tree.ts';
import {
  cleared,
  commitWords,
  emptyQuery,
  type QueryState,
  withCrop,
  withPicture,
  withStrength,
  withWords,
} from '../../../renderer/query/query-state.ts';

const cat: PictureRef = { kind: 'item', id: '1' };
const horse: PictureRef = { kind: 'item', id: '2' };
const ofCat = withPicture(emptyQuery, cat, 'edit');
const edited = (edit: string): QueryState => ({ ...ofCat, edit });

/** Settles on each query, one after the other. */
const steps = (tree: StepTree, ...queries: readonly QueryState[]): StepTree =>
  queries.reduce((now, query) => record(now, query, false), tree);

/** Types the edit letter by letter. */
function typed(tree: StepTree, from: QueryState, text: string): StepTree {
  return [...text].reduce((now, _, at) => record(now, withWords(from, text.slice(0, at + 1)), true), tree);
}

const edits = (tree: StepTree): string[] => tree.steps.map((step) => step.edit);
const undone = (tree: StepTree): StepTree => goTo(tree, undoStep(tree)?.id ?? -1);
const redone = (tree: StepTree): StepTree => goTo(tree, redoStep(tree)?.id ?? -1);

describe('a step', () => {
  it('is made of a picture and of each edit of it', () => {
    const tree = steps(noSteps, ofCat, edited('at night'), edited('at night, in snow'));
    expect(edits(tree)).toEqual(['', 'at night', 'at night, in snow']);
    expect(tree.steps.map((step) => step.parent)).toEqual([null, 1, 2]);
    expect(currentStep(tree)?.edit).toBe('at night, in snow');
  });

  it('is not made of words without a picture', () => {
    expect(steps(noSteps, withWords(emptyQuery, 'beach'))).toEqual(noSteps);
  });

  it('is one while an edit is typed, and the same one when it becomes a chip', () => {
    const typing = typed(steps(noSteps, ofCat), ofCat, 'at night');
    expect(edits(typing)).toEqual(['', 'at night']);
    const chip = steps(typing, commitWords(withWords(ofCat, 'at night')));
    expect(edits(chip)).toEqual(['', 'at night']);
    expect(currentStep(chip)).toMatchObject({ open: false, search: '?like=item%3A1&edit=at+night' });
  });

  it('goes away with the last letter of what was typed', () => {
    const tree = record(typed(steps(noSteps, ofCat), ofCat, 'at'), ofCat, true);
    expect(edits(tree)).toEqual(['']);
    expect(currentStep(tree)?.id).toBe(1);
    expect(redoStep(tree)).toBeNull();
  });

  it('keeps the strength with it and makes no other of it', () => {
    const tree = record(steps(noSteps, edited('at night')), withStrength(edited('at night'), 0.8), true);
    expect(tree.steps).toHaveLength(1);
    expect(currentStep(tree)?.search).toContain('strength=0.8');
  });

  it('is another one for a part of the picture', () => {
    const part = withCrop(ofCat, { x: 0, y: 0, width: 0.5, height: 0.5 });
    const tree = steps(noSteps, ofCat, part);
    expect(tree.steps).toHaveLength(2);
    expect(steps(tree, ofCat).current).toBe(1);
  });

  it('has as parent the one whose result became the picture', () => {
    const tree = steps(noSteps, ofCat, edited('as a horse'), withPicture(edited('as a horse'), horse, 'edit'));
    expect(currentStep(tree)).toMatchObject({ picture: horse, edit: '', parent: 2 });
  });

  it('begins another tree where a picture comes into an empty box', () => {
    const tree = steps(noSteps, ofCat, cleared(ofCat), withPicture(emptyQuery, horse, 'like'));
    expect(currentStep(tree)).toMatchObject({ picture: horse, parent: null });
    expect(rowOfSteps(tree)).toHaveLength(1);
  });
});

describe('undo and redo', () => {
  it('walk back and forth', () => {
    const tree = steps(noSteps, ofCat, edited('at night'), edited('at night, in snow'));
    const back = undone(undone(tree));
    expect(currentStep(back)?.edit).toBe('');
    expect(undoStep(back)).toBeNull();
    expect(currentStep(redone(redone(back)))?.edit).toBe('at night, in snow');
    expect(redoStep(tree)).toBeNull();
  });

  it('redo goes to the branch that was seen last', () => {
    const night = undone(steps(noSteps, ofCat, edited('at night')));
    const fog = steps(night, edited('in fog'));
    expect(redoStep(undone(fog))?.edit).toBe('in fog');
    expect(redoStep(undone(goTo(fog, 2)))?.edit).toBe('at night');
  });

  it('undo brings back the picture of a box that was cleared', () => {
    const tree = steps(noSteps, ofCat, edited('at night'), cleared(ofCat));
    expect(tree.current).toBeNull();
    expect(currentStep(undone(tree))?.edit).toBe('at night');
  });
});

describe('a branch', () => {
  const branched = steps(goTo(steps(noSteps, ofCat, edited('at night'), edited('at night, in snow')), 1), edited('in fog'));

  it('begins at an earlier step with a new edit', () => {
    expect(currentStep(branched)).toMatchObject({ edit: 'in fog', parent: 1 });
    expect(edits(branched)).toEqual(['', 'at night', 'at night, in snow', 'in fog']);
  });

  it('stands after the others in the row, with the place that it comes from', () => {
    expect(rowOfSteps(branched).map(({ step, branchesFrom, leadsHere }) => [step.edit, branchesFrom, leadsHere])).toEqual([
      ['', null, true],
      ['at night', null, false],
      ['at night, in snow', null, false],
      ['in fog', 1, true],
    ]);
  });

  it('stands beside the path that it leaves, not at the end of all', () => {
    const deeper = steps(goTo(branched, 2), edited('at night, with lamps'));
    expect(rowOfSteps(deeper).map(({ step, branchesFrom }) => [step.edit, branchesFrom])).toEqual([
      ['', null],
      ['at night', null],
      ['at night, in snow', null],
      ['at night, with lamps', 2],
      ['in fog', 1],
    ]);
  });

  it('is none where the same edit is typed again', () => {
    const again = typed(goTo(branched, 1), ofCat, 'at night');
    const settled = steps(again, commitWords(withWords(ofCat, 'at night')));
    expect(settled.steps).toHaveLength(4);
    expect(settled.current).toBe(2);
  });

  it('is none where the address goes back to a step that is known', () => {
    expect(steps(branched, edited('at night, in snow'))).toMatchObject({ current: 3, steps: { length: 4 } });
  });
});

describe('very many steps', () => {
  it('forget the beginning of one long path', () => {
    const tree = steps(noSteps, ...Array.from({ length: 80 }, (_, at) => edited(`edit ${at}`)));
    expect(tree.steps).toHaveLength(60);
    expect(tree.steps[0]).toMatchObject({ edit: 'edit 20', parent: null });
    expect(rowOfSteps(tree)).toHaveLength(60);
  });

  it('forget the oldest branches before the way to the current one', () => {
    let tree = steps(noSteps, ofCat);
    for (let at = 0; at < 80; at++) tree = steps(goTo(tree, 1), edited(`edit ${at}`));
    expect(tree.steps).toHaveLength(60);
    expect(tree.steps[0]).toMatchObject({ id: 1, edit: '' });
    expect(tree.steps[1]?.edit).toBe('edit 21');
  });
});
