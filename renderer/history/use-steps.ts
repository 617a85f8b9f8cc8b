/** @file The steps of this tab, and the keys that walk them. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { keyPressed } from '../app/keys.ts';
import { place } from '../query/use-place.ts';
import { createStepStore } from './step-store.ts';
import type { StepTree } from './step-tree.ts';

export const steps = createStepStore(place, window.sessionStorage);

export function useSteps<T>(select: (tree: StepTree) => T): T {
  return useStore(steps, select);
}

/** Ctrl or Cmd and Z; with Shift forth. Text that is being edited has its own. */
export function useStepKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const key = keyPressed(event, 'box');
      const walk = key === 'undo-step' ? steps.undo : key === 'redo-step' ? steps.redo : null;
      if (!walk || event.defaultPrevented || isElsewhere(event.target)) return;
      if (walk()) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** An empty box has no text to take back. */
function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"]')) return true;
  if (target instanceof HTMLInputElement) return target.type !== 'search' || target.value !== '';
  return target.isContentEditable || target instanceof HTMLTextAreaElement;
}
