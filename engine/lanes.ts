/**
 * @file Pictures to index, shared among processes of one engine.
 *
 * [Note: lanes] A network on one thread is the cheapest (two threads burn 40 % more processor time for one picture), so what is left of the
 * cores is used by further processes. They start when pictures wait and end when there has been nothing to do for a while.
 * Each has at most two pictures: one that is worked on, one that keeps it busy meanwhile.
 * When a process dies, the pictures that it had go over again, singly, so that the one that kills it is known for sure;
 * with its second death that picture fails and the others go on.
 */
import { AppError } from '../core/api/errors.ts';
import type { EmbeddedPictures, PictureInput } from '../core/indexing/embedder.ts';
import { exitUnder } from '../core/process/child.ts';

export type LaneProcess = {
  embed(picture: PictureInput, pass: 'fast' | 'thorough', signal: AbortSignal | undefined): Promise<EmbeddedPictures>;
  readonly rss: number;
  close(): Promise<void>;
};

export type LanesOptions = {
  /** The process that is always there, and answers queries too. */
  readonly first: LaneProcess;
  /** Makes one more, the how-manieth. */
  readonly another: (number: number) => LaneProcess;
  readonly most: number;
};

export type Lanes = {
  index(picture: PictureInput, pass: 'fast' | 'thorough', signal: AbortSignal | undefined): Promise<EmbeddedPictures>;
  /** Resident bytes of all of them. */
  readonly rss: number;
  /** Of pictures that were indexed so far, all lanes together; null before the first. */
  readonly secondsPerPicture: number | null;
  /** Ends all but the first. */
  close(): Promise<void>;
};

type Picture = {
  readonly picture: PictureInput;
  readonly pass: 'fast' | 'thorough';
  readonly signal: AbortSignal | undefined;
  resolve(result: EmbeddedPictures): void;
  reject(error: unknown): void;
  strikes: number;
};

type Lane = { readonly process: LaneProcess; inFlight: number; width: number; idle: NodeJS.Timeout | undefined };

const laneWidth = 2;
const strikesUntilFailed = 2;
/** Pictures that wait before another process is worth its start. */
const backlog = 3;
const idleMs = 20_000;

export function createLanes({ first, another, most }: LanesOptions): Lanes {
  const lanes: Lane[] = [laneOf(first)];
  const waiting: Picture[] = [];
  const ending = new Set<Promise<void>>();
  const clock = createBusyClock();
  let started = 1;
  let closed = false;

  function pump(): void {
    for (;;) {
      if (waiting.length > backlog && lanes.length < most && lanes.every(isFull) && !closed) lanes.push(laneOf(another(++started)));
      const lane = lanes.filter((one) => !isFull(one)).sort((a, b) => a.inFlight - b.inFlight)[0];
      const next = lane && waiting.shift();
      if (!lane || !next) return;
      if (next.signal?.aborted) next.reject(new AppError('cancelled', 'cancelled'));
      else void embed(lane, next);
    }
  }

  async function embed(lane: Lane, work: Picture): Promise<void> {
    lane.inFlight += 1;
    clearTimeout(lane.idle);
    clock.run();
    try {
      work.resolve(await lane.process.embed(work.picture, work.pass, work.signal));
      lane.width = laneWidth;
      clock.count();
    } catch (error) {
      if (!exitUnder(error)) work.reject(error);
      else {
        if (lane.width === 1) work.strikes += 1;
        lane.width = 1;
        if (work.strikes < strikesUntilFailed) waiting.unshift(work);
        else work.reject(new AppError('unreadable-file', 'The engine stopped twice while it looked at this picture.', { cause: error }));
      }
    } finally {
      lane.inFlight -= 1;
      pump();
      if (lane.inFlight === 0 && lane.process !== first && !closed) lane.idle = setTimeout(() => end(lane), idleMs).unref();
      if (lanes.every((one) => one.inFlight === 0)) clock.stop();
    }
  }

  function end(lane: Lane): void {
    lanes.splice(lanes.indexOf(lane), 1);
    const gone = lane.process.close().finally(() => ending.delete(gone));
    ending.add(gone);
  }

  return {
    index: (picture, pass, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<EmbeddedPictures>();
      waiting.push({ picture, pass, signal, resolve, reject, strikes: 0 });
      pump();
      return promise;
    },
    get rss() {
      return lanes.reduce((sum, { process }) => sum + process.rss, 0);
    },
    get secondsPerPicture() {
      return clock.secondsEach();
    },
    close: async () => {
      closed = true;
      for (const lane of lanes.slice(1)) {
        clearTimeout(lane.idle);
        end(lane);
      }
      await Promise.all(ending);
    },
  };
}

const laneOf = (process: LaneProcess): Lane => ({ process, inFlight: 0, width: laneWidth, idle: undefined });

const isFull = ({ inFlight, width }: Lane): boolean => inFlight >= width;

/** Seconds of work for each thing that was done, pauses left out. */
function createBusyClock() {
  let busy = 0;
  let done = 0;
  let since: number | undefined;
  const sum = () => busy + (since === undefined ? 0 : performance.now() - since);
  return {
    run: () => {
      since ??= performance.now();
    },
    stop: () => {
      busy = sum();
      since = undefined;
    },
    count: () => {
      done += 1;
    },
    secondsEach: () => (done === 0 ? null : sum() / 1000 / done),
  };
}
