/**
 * @file One device, its open sessions and the order of work on it.
 *
 * [Note: devices that fail] A graphics device may run out of memory or vanish in any stage, and may have answered nonsense in the stages
 * before. Its sessions are closed, the CPU takes its place for good, and every job that was under way, suspended ones included, starts again
 * from its beginning. The caller sees a longer job, a progress that pauses, and a device with a note that says why.
 */
import { AppError, hasCode } from '../../core/api/errors.ts';
import type { Stage } from '../compile/stage.ts';
import { outputName } from '../graph/plan.ts';
import { createResidency } from './residency.ts';
import { createScheduler, type Priority } from './scheduler.ts';
import type { ProviderName, Session } from './session.ts';
import type { RunStage, Tensors } from './stage-run.ts';
import type { WidenedStages } from './widened-stages.ts';

/** Where stages run, and which form of attention is right there. */
export type Device = { readonly name: ProviderName; readonly attention: 'gqa' | 'plain'; readonly note: string };

/** As people know them. */
export const providerNames: Readonly<Record<ProviderName, string>> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
  dml: 'DirectML',
  coreml: 'CoreML',
};

export type Work = {
  readonly priority: Priority;
  readonly signal?: AbortSignal;
  /** Stages done of all. Never goes back. */
  readonly onProgress?: (done: number, of: number) => void;
};

export type Machine = {
  readonly device: Device;
  /** How many sessions are open. */
  readonly sessions: number;
  /** Runs a job of `of` stages in its turn. It may be started again, so it must not touch what it was given. */
  perform<T>(work: Work, of: number, job: (run: RunStage, device: Device) => Promise<T>): Promise<T>;
  /** Opens the stages that will stay open. */
  warm(stages: (device: Device) => readonly Stage[]): Promise<void>;
  /** Closes all sessions; whatever comes next opens its own again. */
  release(): Promise<void>;
  /** Ends all jobs and closes all sessions. */
  close(): Promise<void>;
};

export type MachineOptions = {
  readonly device: Device;
  readonly open: (stage: Stage, device: Device, stays: boolean) => Promise<Session>;
  /** Which sessions stay open. Asked anew after every release. */
  readonly plan: (device: Device) => (stage: Stage) => boolean;
  /** Stages that have a fed form run here when they do not stay on the CPU. */
  readonly widened?: WidenedStages;
  /** Sessions are released after so many milliseconds without work. */
  readonly idleMs: number;
  readonly log?: (sentence: string) => void;
};

type Attempt = { readonly device: Device; readonly run: RunStage };

export function createMachine({ device: first, open, plan, widened, idleMs, log }: MachineOptions): Machine {
  const scheduler = createScheduler();
  const closing = new AbortController();
  const residency = createResidency({
    stays,
    open: (stage) => open(stage, device, stays(stage)),
    widened,
    fedForm: (stage) => (device.name === 'cpu' ? stage.fed?.() : undefined),
  });
  let device = first;
  let planned: ((stage: Stage) => boolean) | undefined;
  let jobs = 0;
  let idle: NodeJS.Timeout | undefined;

  function stays(stage: Stage): boolean {
    planned ??= plan(device);
    return planned(stage);
  }

  /** Runs a job in its turn, again on the CPU if the device fails. */
  async function inTurn<T>({ priority, signal }: Work, job: (attempt: Attempt, step: () => Promise<void>) => Promise<T>): Promise<T> {
    jobs += 1;
    clearTimeout(idle);
    try {
      return await scheduler.run(
        { priority, signal: AbortSignal.any(signal ? [signal, closing.signal] : [closing.signal]) },
        async (step) => {
          for (;;) {
            const attempt = device;
            const sameDevice = async (): Promise<void> => {
              await step();
              if (device !== attempt)
                throw new AppError('engine-failed', `${providerNames[attempt.name]} failed while this job was waiting.`);
            };
            const run: RunStage = async (stage, tensors, outputs) => {
              const values = await residency.use(stage, (session) => session.run(inputsOf(stage, tensors)));
              return outputsOf(stage, values, outputs);
            };
            try {
              return await job({ device: attempt, run }, sameDevice);
            } catch (error) {
              if (attempt.name === 'cpu' || !hasCode(error, 'engine-failed')) throw error;
              await leaveDevice(attempt, error);
            } finally {
              await residency.rest();
            }
          }
        },
      );
    } finally {
      jobs -= 1;
      if (jobs === 0) idle = setTimeout(() => release().catch(report), idleMs).unref();
    }
  }

  async function leaveDevice(failed: Device, error: unknown): Promise<void> {
    if (device !== failed) return;
    device = { name: 'cpu', attention: 'gqa', note: `${providerNames[failed.name]} failed and the CPU took over: ${message(error)}` };
    log?.(device.note);
    await closeSessions().catch(report);
  }

  async function closeSessions(): Promise<void> {
    planned = undefined;
    await residency.release();
  }

  function release(): Promise<void> {
    return scheduler.run({ priority: 'query' }, closeSessions);
  }

  function report(error: unknown): void {
    log?.(`Sessions could not be closed: ${message(error)}`);
  }

  return {
    get device() {
      return device;
    },
    get sessions() {
      return residency.size;
    },
    perform(work, of, job) {
      let reported = 0;
      return inTurn(work, ({ run, device: on }, step) => {
        let done = 0;
        return job(async (stage, tensors, outputs) => {
          const values = await run(stage, tensors, outputs);
          done += 1;
          if (done > reported) {
            reported = done;
            work.onProgress?.(done, of);
          }
          await step();
          return values;
        }, on);
      });
    },
    warm: (stages) =>
      inTurn({ priority: 'query' }, async ({ device: on }, step) => {
        for (const stage of stages(on)) {
          await residency.open(stage);
          await step();
        }
      }),
    release,
    async close() {
      closing.abort(new AppError('unavailable', 'The engine was closed.'));
      clearTimeout(idle);
      await scheduler.run({ priority: 'index' }, closeSessions);
    },
  };
}

function inputsOf(stage: Stage, tensors: Tensors): Tensors {
  return Object.fromEntries(
    stage.inputs.map((name) => {
      const tensor = tensors[name];
      if (!tensor) throw new AppError('internal', `The stage ${stage.name} was not given its input "${name}".`);
      return [name, tensor];
    }),
  );
}

function outputsOf<Name extends string>(
  stage: Stage,
  values: Readonly<Record<string, Float32Array>>,
  names: readonly Name[],
): Readonly<Record<Name, Float32Array>> {
  const outputs = names.map((name) => {
    const value = values[outputName(name)];
    if (!value) throw new AppError('internal', `The stage ${stage.name} has no output "${name}".`);
    return [name, value];
  });
  return Object.fromEntries(outputs) as Record<Name, Float32Array>;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
