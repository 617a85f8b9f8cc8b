/** @file Who answers and who is about to, for places that tell it only while something changes; null while nothing does. */
import { useQuery } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { useStatus } from '../app/use-status.ts';
import { type Lineup, lineupOf } from './engine-state.ts';

export function useLineup(): Lineup | null {
  const status = useStatus();
  const isChanging = status?.jobs.some(({ name }) => name === 'changing-engine') ?? false;
  const engines = useQuery(queries.listEngines.queryOptions({ enabled: isChanging })).data;
  return isChanging && engines ? lineupOf(engines, status?.engine.id) : null;
}
