/** @file The order of jobs: queries overtake, index work pauses and goes on, aborts are noticed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { createScheduler, type Priority, type Scheduler } from '../../../models/runtime/scheduler.ts';

let scheduler: Scheduler;
let seen: string[];

beforeEach(() => {
  scheduler = createScheduler();
  seen = [];
});

function submit(name: string, priority: Priority, stages: number, signal?: AbortSignal, during?: (stage: number) => void): Promise<string> {
  return scheduler.run({ priority, ...(signal && { signal }) }, async (step) => {
    for (let stage = 0; stage < stages; stage++) {
      seen.push(`${name}${stage}`);
      during?.(stage);
      await step();
    }
    return name;
  });
}

it('runs index jobs one after the other in the order of arrival', async () => {
  expect(await Promise.all([submit('a', 'index', 2), submit('b', 'index', 2)])).toEqual(['a', 'b']);
  expect(seen).toEqual(['a0', 'a1', 'b0', 'b1']);
});

it('lets queries overtake a running index job at its next boundary, whole and first in first out', async () => {
  const queries: Promise<string>[] = [];
  await submit('index', 'index', 3, undefined, (stage) => {
    if (stage === 1) queries.push(submit('q', 'query', 2), submit('r', 'query', 2));
  });
  expect(seen).toEqual(['index0', 'index1', 'q0', 'q1', 'r0', 'r1', 'index2']);
  expect(await Promise.all(queries)).toEqual(['q', 'r']);
});

it('lets a text overtake a picture that is asked with, which in turn has overtaken index work', async () => {
  const urgent: Promise<string>[] = [];
  await submit('index', 'index', 2, undefined, (stage) => {
    if (stage !== 0) return;
    urgent.push(
      submit('picture', 'query', 2, undefined, (at) => {
        if (at === 0) urgent.push(submit('text', 'text', 2));
      }),
    );
  });
  expect(seen).toEqual(['index0', 'picture0', 'text0', 'text1', 'picture1', 'index1']);
  expect(await Promise.all(urgent)).toEqual(['picture', 'text']);
});

it('takes a query that arrives from outside while stages block', async () => {
  let query: Promise<string> | undefined;
  setTimeout(() => {
    query = submit('q', 'query', 1);
  }, 1);
  await submit('i', 'index', 3, undefined, () => {
    for (const until = performance.now() + 10; performance.now() < until; );
  });
  expect(await query).toBe('q');
  expect(seen.indexOf('q0')).toBe(1);
});

it('does not let a query interrupt a query', async () => {
  const later: Promise<string>[] = [];
  await submit('q', 'query', 2, undefined, (stage) => {
    if (stage === 0) later.push(submit('r', 'query', 1));
  });
  await Promise.all(later);
  expect(seen).toEqual(['q0', 'q1', 'r0']);
});

it.each(['query', 'index'] as const)('stops an aborted %s job at its next boundary with the reason of the signal', async (priority) => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const job = submit('a', priority, 5, controller.signal, (stage) => {
    if (stage === 1) controller.abort(reason);
  });
  await expect(job).rejects.toBe(reason);
  expect(seen).toEqual(['a0', 'a1']);
  expect(await submit('b', 'index', 1)).toBe('b');
});

it('drops a waiting job as soon as it is aborted, without running any of it', async () => {
  const controller = new AbortController();
  const running = submit('a', 'index', 3, undefined, (stage) => {
    if (stage === 0) controller.abort();
  });
  const waiting = submit('b', 'index', 1, controller.signal);
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual(['a0']);
  await running;
  await sleep(1);
  expect(seen).toEqual(['a0', 'a1', 'a2']);
});

it('stops an index job that is aborted while a query runs', async () => {
  const controller = new AbortController();
  const queries: Promise<string>[] = [];
  const job = submit('a', 'index', 3, controller.signal, () => {
    queries.push(submit('q', 'query', 1, undefined, () => controller.abort()));
  });
  await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  await Promise.all(queries);
  expect(seen).toEqual(['a0', 'q0']);
});

it('goes on with the next job after one has failed', async () => {
  const failing = scheduler.run({ priority: 'query' }, async () => Promise.reject(new Error('broken')));
  const next = submit('b', 'query', 1);
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('b');
});
