/** @file The comparison, where the address asks for one. Fetched when it is first opened. */
import { lazy, Suspense } from 'react';
import { useComparison } from './comparison.ts';

const CompareView = lazy(() => import('./compare-view.tsx').then((module) => ({ default: module.CompareView })));

export function CompareLayer() {
  const pair = useComparison();
  if (!pair) return null;
  return (
    <Suspense fallback={null}>
      <CompareView pair={pair} />
    </Suspense>
  );
}
