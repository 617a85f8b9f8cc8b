/**
 * @file Stages whose weights pass through one buffer: a session for each kind of stage stays open, and is fed with the weights of one layer after
 * the other. See [Note: fed weights] in graph.ts.
 */
import type { FedForm, Stage } from '../compile/stage.ts';
import type { Session, TensorInput } from './session.ts';
import { createWidener } from './widen.ts';

export type WidenedStages = {
  /** Runs `job` with a session that needs no weights any more. Rows of one stage follow each other: it is filled once for all of them. */
  use<T>(stage: Stage, form: FedForm, job: (session: Session) => Promise<T>): Promise<T>;
  release(): Promise<void>;
  /** How many sessions are open. */
  readonly size: number;
};

export type WidenedOptions = {
  readonly threads: number;
  /** Of float32, that the largest stage needs; asked for when the first one runs. */
  bytes(): number;
  open(form: FedForm, stage: Stage): Promise<Session>;
};

export function createWidenedStages({ threads, bytes, open }: WidenedOptions): WidenedStages {
  const sessions = new Map<string, Session>();
  let widener: ReturnType<typeof createWidener> | undefined;
  let filled: { readonly name: string; readonly weights: Readonly<Record<string, TensorInput>> } | undefined;

  async function sessionOf(stage: Stage, form: FedForm): Promise<Session> {
    const session = sessions.get(form.kind) ?? (await open(form, stage));
    sessions.set(form.kind, session);
    return session;
  }

  async function weightsOf({ name }: Stage, { weights }: FedForm): Promise<Readonly<Record<string, TensorInput>>> {
    if (filled?.name === name) return filled.weights;
    filled = undefined;
    widener ??= createWidener(threads, bytes());
    const data = await widener.widened(weights.map(({ weight }) => weight));
    const inputs = weights.map(({ input, weight }, i) => [input, { data: data[i] ?? new Float32Array(), shape: weight.shape }] as const);
    filled = { name, weights: Object.fromEntries(inputs) };
    return filled.weights;
  }

  return {
    async use(stage, form, job) {
      const session = await sessionOf(stage, form);
      const weights = await weightsOf(stage, form);
      return job({ run: (inputs) => session.run({ ...inputs, ...weights }), close: session.close });
    },
    async release() {
      const open = [...sessions.values()];
      sessions.clear();
      filled = undefined;
      for (const session of open) await session.close();
      await widener?.release();
    },
    get size() {
      return sessions.size;
    },
  };
}
