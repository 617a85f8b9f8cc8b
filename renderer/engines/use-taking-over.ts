/** @file The name of the engine that is taking over, where one is. */
import { useQuery } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { useStatus } from '../app/use-status.ts';

export function useTakingOver(): string | null {
  const isChanging = useStatus()?.jobs.some(({ name }) => name === 'changing-engine') ?? false;
  const engines = useQuery(queries.listEngines.queryOptions({ enabled: isChanging })).data;
  return (isChanging && engines?.find((engine) => engine.takingOver)?.name) || null;
}
