/** @file The steps of this tab: they follow the box, and survive a reload. */
import { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { pictureRef } from '../../core/api/query.ts';
import type { PlaceStore } from '../query/place-store.ts';
import { readPlace } from '../query/query-url.ts';
import { goTo, noSteps, record, redoStep, type Step, type StepTree, undoStep } from './step-tree.ts';

export type StepStore = StoreApi<StepTree> & {
  goTo(id: number): void;
  /** False where there is nothing to go back to. */
  undo(): boolean;
  redo(): boolean;
};

/** The part of `sessionStorage` that is needed. */
export type Keep = Pick<Storage, 'getItem' | 'setItem'>;

const storageKey = 'oneword-steps';

const kept: z.ZodType<StepTree> = z.object({
  steps: z.array(
    z.object({
      id: z.int(),
      parent: z.int().nullable(),
      picture: pictureRef,
      edit: z.string(),
      search: z.string(),
      open: z.boolean(),
      next: z.int().nullable(),
    }),
  ),
  current: z.int().nullable(),
  last: z.int().nullable(),
});

export function createStepStore(place: PlaceStore, storage: Keep): StepStore {
  const { query, cameBy } = place.getState();
  const store = createStore<StepTree>(() => record(readSteps(storage), query, cameBy === 'gesture'));
  place.subscribe((now, before) => {
    if (now.query !== before.query) store.setState(record(store.getState(), now.query, now.cameBy === 'gesture'));
  });
  store.subscribe((tree) => writeSteps(storage, tree));

  const go = (step: Step | null): boolean => {
    if (!step) return false;
    // First the tree: the box then says what the tree knows already.
    store.setState(goTo(store.getState(), step.id));
    const { query } = readPlace(step.search);
    // How the wall is ordered is no part of composing.
    place.step(({ order, group }) => ({ ...query, order, group }));
    return true;
  };

  return {
    ...store,
    goTo: (id) => void go(store.getState().steps.find((step) => step.id === id) ?? null),
    undo: () => go(undoStep(store.getState())),
    redo: () => go(redoStep(store.getState())),
  };
}

/** What another version kept is begun anew. */
function readSteps(storage: Keep): StepTree {
  const text = storage.getItem(storageKey);
  if (text === null) return noSteps;
  try {
    return kept.safeParse(JSON.parse(text)).data ?? noSteps;
  } catch (error) {
    console.warn('The steps of this tab could not be read', error);
    return noSteps;
  }
}

function writeSteps(storage: Keep, tree: StepTree): void {
  try {
    storage.setItem(storageKey, JSON.stringify(tree));
  } catch (error) {
    // Without room they still work until the page is loaded anew.
    console.warn('The steps of this tab could not be kept', error);
  }
}
