/** @file Whether the tour is shown, and which of its steps. That it was seen is remembered in this browser. */
import { navigate } from 'wouter/use-browser-location';
import { create } from 'zustand';

export const tourSteps = ['folders', 'ask', 'edit'] as const;
export type TourStep = (typeof tourSteps)[number];

/** null: it is not shown. */
export const useTour = create<{ step: TourStep | null }>(() => ({ step: null }));

const key = 'oneword-tour-seen';

export function isTourSeen(storage: Pick<Storage, 'getItem'> = window.localStorage): boolean {
  return storage.getItem(key) !== null;
}

/** All of it is about the search page. */
export function startTour(): void {
  if (window.location.pathname !== '/') navigate('/');
  useTour.setState({ step: tourSteps[0] });
}

/** Done with or skipped: either way it does not come back by itself. */
export function endTour(): void {
  window.localStorage.setItem(key, '1');
  useTour.setState({ step: null });
}

/** One step on or back; past the last one the tour ends. */
export function moveTour(by: 1 | -1): void {
  const { step } = useTour.getState();
  if (step === null) return;
  const next = tourSteps[tourSteps.indexOf(step) + by];
  if (next) useTour.setState({ step: next });
  else if (by === 1) endTour();
}
