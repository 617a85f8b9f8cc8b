/** @file The steps follow the box, lead back to it, and survive a reload. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createStepStore, type Keep, type StepStore } from '../../../renderer/history/step-store.ts';
import { currentStep } from '../../../renderer/history/step-tree.ts';
import { createPlaceStore, type PlaceStore } from '../../../renderer/query/place-store.ts';
import { cleared, commitWords, withFact, withPicture, withStrength, withWords } from '../../../renderer/query/query-state.ts';

function createKeep(): Keep & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return { entries, getItem: (key) => entries.get(key) ?? null, setItem: (key, value) => void entries.set(key, value) };
}

function createPlace(start = ''): PlaceStore {
  let search = start;
  const go = (to: string): void => {
    search = to;
  };
  return createPlaceStore({ search: () => search, isSearchPage: () => true, push: go, replace: go });
}

let keep: ReturnType<typeof createKeep>;
let place: PlaceStore;
let steps: StepStore;
beforeEach(() => {
  keep = createKeep();
  place = createPlace();
  steps = createStepStore(place, keep);
  place.step((query) => withPicture(query, { kind: 'item', id: '1' }, 'edit'));
  place.type((query) => withWords(query, 'at night'));
  place.step(commitWords);
});

describe('the steps of a tab', () => {
  it('lead back to what stood in the box and forth again', () => {
    expect(steps.undo()).toBe(true);
    expect(place.getState().query).toMatchObject({ edit: '', words: '', picture: { id: '1' } });
    expect(steps.undo()).toBe(false);
    expect(steps.redo()).toBe(true);
    expect(place.getState().query).toMatchObject({ edit: 'at night' });
  });

  it('bring back the strength of each, and leave the order of the wall', () => {
    place.adjust('strength', (query) => withStrength(query, 0.8));
    place.step((query) => ({ ...query, edit: 'in fog', strength: 0.5, order: 'date' }));
    steps.undo();
    expect(place.getState().query).toMatchObject({ edit: 'at night', strength: 0.8, order: 'date' });
  });

  it('bring back the filters with the step', () => {
    place.step((query) => withFact(query, { text: 'png', filters: { types: ['png'] } }));
    place.step(cleared);
    expect(steps.getState().current).toBeNull();
    steps.undo();
    expect(place.getState().query.facts).toHaveLength(1);
  });

  it('are there after a reload', () => {
    const again = createStepStore(createPlace('?like=item:1&edit=at+night'), keep);
    expect(again.getState().steps).toHaveLength(2);
    expect(currentStep(again.getState())?.edit).toBe('at night');
    expect(again.undo()).toBe(true);
  });

  it('begin anew where what was kept cannot be read', () => {
    for (const text of ['{"steps":[{"id":"x"}]}', '[]']) {
      for (const key of keep.entries.keys()) keep.entries.set(key, text);
      expect(createStepStore(createPlace(), keep).getState().steps).toEqual([]);
    }
  });
});
