/** @file Which device runs a model. */
import type { Device } from './machine.ts';

export type ProviderChoice = Device;

export async function chooseProvider(_options: { threads: number; log: (line: string) => void }): Promise<ProviderChoice> {
  return { name: 'cpu', attention: 'gqa', note: '' };
}
