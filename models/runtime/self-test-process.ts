/**
 * @file The process that tests a provider: `self-test-process.ts PROVIDER THREADS FOLDER [forced]`. A process of its own, because a driver may
 * crash or hang, and onnxruntime writes to standard error what is not worth a person's attention.
 */

import { seededWeights } from './seeded-weights.ts';
import { checkAll, relativeSpeed, type SelfTest } from './self-test.ts';
import { openSession, type ProviderName } from './session.ts';

const [provider, threads, folder = '', forced] = process.argv.slice(2);

async function run(name: ProviderName): Promise<SelfTest> {
  const bench = {
    weights: seededWeights(folder),
    open: (stage, on) => openSession(stage.model(), { threads: Number(threads), provider: on, weights: 'resident', name: stage.name }),
  } satisfies Parameters<typeof checkAll>[1];
  const speed = forced === undefined ? await relativeSpeed(name, bench) : undefined;
  // Whatever is slower than the processor is not used, right or wrong.
  return { speed, checks: speed === undefined || speed > 1 ? await checkAll(name, bench) : [] };
}

run(provider as ProviderName).then(
  (result) => process.send?.(result),
  (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
);
