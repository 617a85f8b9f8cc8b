/**
 * @file Which sessions stay open. One session per stage: a graph of many layers would widen all its weights at once.
 *
 * [Note: residency] What fits the memory stays open from its first use on; everything else is opened when it runs and closed when the next
 * such stage is opened. The choice is made before anything runs and not by what was used last: a pass runs the stages in order, and the one
 * used longest ago is always the next one needed. Sessions change only inside the running job, between two of its steps, so a job that is
 * suspended holds none and need not care.
 *
 * What does not stay has either a session of its own for a moment, or one that it shares with its like, see widened-stages.ts.
 */
import type { FedForm, Stage } from '../compile/stage.ts';
import type { Session } from './session.ts';
import type { WidenedStages } from './widened-stages.ts';

export type Residency = {
  /** Runs `job` with the stage's session. Sessions belong to this object: a job closes none and keeps none. */
  use<T>(stage: Stage, job: (session: Session) => Promise<T>): Promise<T>;
  /** Opens those of the stages that will stay open. */
  open(stage: Stage): Promise<void>;
  /** Closes what is only open because it ran last. */
  rest(): Promise<void>;
  /** Closes everything. */
  release(): Promise<void>;
  /** How many sessions are open. */
  readonly size: number;
};

type ResidencyOptions = {
  stays(stage: Stage): boolean;
  open(stage: Stage): Promise<Session>;
  readonly widened?: WidenedStages | undefined;
  /** Of a stage that does not stay: how it is fed, if it is. */
  fedForm?(stage: Stage): FedForm | undefined;
};

export function createResidency({ stays, open, widened, fedForm }: ResidencyOptions): Residency {
  const resident = new Map<string, Session>();
  let passing: { readonly name: string; readonly session: Session } | undefined;

  async function residentSession(stage: Stage): Promise<Session> {
    const session = resident.get(stage.name) ?? (await open(stage));
    resident.set(stage.name, session);
    return session;
  }

  async function passingSession(stage: Stage): Promise<Session> {
    if (passing?.name === stage.name) return passing.session;
    await rest();
    const session = await open(stage);
    passing = { name: stage.name, session };
    return session;
  }

  async function rest(): Promise<void> {
    const session = passing?.session;
    passing = undefined;
    await session?.close();
  }

  return {
    async use(stage, job) {
      if (stays(stage)) return job(await residentSession(stage));
      const form = widened && fedForm?.(stage);
      return form ? widened.use(stage, form, job) : job(await passingSession(stage));
    },
    async open(stage) {
      if (stays(stage)) await residentSession(stage);
    },
    rest,
    async release() {
      const sessions = [...resident.values()];
      resident.clear();
      await rest();
      for (const session of sessions) await session.close();
      await widened?.release();
    },
    get size() {
      return resident.size + (passing ? 1 : 0) + (widened?.size ?? 0);
    },
  };
}
