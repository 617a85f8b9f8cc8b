/** @file Copies of the fixtures' checkpoints with other names, element types, values or settings, written to a folder and opened from there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type Checkpoint, openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { type WritableDtype, writeSafetensors } from '../../../models/checkpoint/write.ts';
import { fixtures } from './run-stages.ts';

export type Rewrite = {
  dtype?: WritableDtype;
  rename?: (name: string) => string;
  /** May change the numbers in place. */
  change?: (name: string, values: Float32Array) => void;
  config?: (config: Record<string, unknown>) => Record<string, unknown>;
};

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'oneword-compile-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Without positions and the like, which are computed from the configuration. */
const isFloat = ({ dtype }: { readonly dtype: string }): boolean => /^B?F/.test(dtype);

export async function rewritten(fixture: string, { dtype = 'F32', rename, change, config }: Rewrite): Promise<Checkpoint> {
  const original = await openCheckpoint(path.join(fixtures, fixture));
  const folder = await temporaryFolder();
  const tensors = await Promise.all(
    [...original.tensors.values()].filter(isFloat).map(async (tensor) => {
      const values = await readFloats(tensor);
      change?.(tensor.name, values);
      return { name: rename?.(tensor.name) ?? tensor.name, dtype, shape: tensor.shape, values };
    }),
  );
  await writeSafetensors(path.join(folder, 'model.safetensors'), tensors);
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config ? config({ ...original.config }) : original.config));
  return openCheckpoint(folder);
}
