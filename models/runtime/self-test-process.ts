/** @file The process that tests a provider: a driver may crash or hang, and onnxruntime writes to standard error what nobody needs to read. */
import { answerQuestion } from './own-process.ts';
import { seededWeights } from './seeded-weights.ts';
import { type Bench, checkAll, relativeSpeed, type SelfTest } from './self-test.ts';
import { openSession, type ProviderName } from './session.ts';

export type TrialQuestion = {
  readonly provider: ProviderName;
  readonly threads: number;
  /** For weights. The one who asks removes it, since this process may be killed. */
  readonly folder: string;
  /** Test it even if it is slow. */
  readonly forced: boolean;
};

answerQuestion<TrialQuestion, SelfTest>(async ({ provider, threads, folder, forced }) => {
  const bench: Bench = {
    weights: seededWeights(folder),
    open: (stage, on) => openSession(stage.model(), { threads, provider: on, weights: 'resident', name: stage.name }),
  };
  const speed = forced ? undefined : await relativeSpeed(provider, bench);
  // Whatever is slower than the processor is not used, right or wrong.
  return { speed, checks: speed === undefined || speed > 1 ? await checkAll(provider, bench) : [] };
});
