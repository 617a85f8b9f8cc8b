/** @file Real child processes: calls, errors, cancellation, time limits, death and restart, graceful end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, describe, expect, test } from 'vitest';
import { hasCode } from '../../core/api/errors.ts';
import { backOff, type Child, type ChildOptions, exitUnder, startChild } from '../../core/process/child.ts';
import type { EchoMethods } from './echo-child.ts';

const entry = new URL('./echo-child.ts', import.meta.url);
const open: Child<EchoMethods>[] = [];
const lines: string[] = [];

function echo(options: Partial<ChildOptions> = {}): Child<EchoMethods> {
  const child = startChild<EchoMethods>({
    name: 'echo',
    entry,
    args: { greeting: 'good day' },
    log: (line) => lines.push(line),
    ...options,
  });
  open.push(child);
  return child;
}

/** Polls for as long as a busy machine may need. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000 });

const next = (child: Child<EchoMethods>, event: string) => new Promise<unknown>((resolve) => child.on(event, resolve));

afterEach(async () => {
  for (const child of open.splice(0)) {
    child.kill();
    await child.close();
  }
  lines.length = 0;
});

describe('a call', () => {
  test('gets arguments given at the start and typed arrays travel both ways', async () => {
    const child = echo();
    expect(await child.call('greet', 'Ada')).toBe('good day Ada');
    expect(await child.call('double', new Float32Array([0.5, 2]))).toEqual(new Float32Array([1, 4]));
    expect(await child.call('pid', undefined)).toBe(child.pid);
    expect(child.rss).toBeGreaterThan(1024 ** 2);
  });

  test('fails with the AppError of the child', async () => {
    await expect(echo().call('refuse', undefined)).rejects.toMatchObject({ code: 'not-found', message: 'no such picture: 7' });
  });

  test('fails as internal for a bug of the child, whose details stay in the log and in the cause', async () => {
    const error = await echo()
      .call('stumble', undefined)
      .catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'internal' });
    expect((error as Error).message).not.toContain('not a picture');
    expect(String((error as Error).cause)).toContain('undefined is not a picture');
    await eventually(() => lines.join('\n')).toContain('undefined is not a picture');
  });

  test('fails when the answer or the input cannot be cloned', async () => {
    await expect(echo().call('unclonable', undefined)).rejects.toMatchObject({ code: 'internal' });
    await expect(echo().call('greet', (() => 1) as never)).rejects.toMatchObject({ code: 'internal' });
  });

  test('refuses a method that is not served, also one of Object.prototype', async () => {
    await expect(echo().call('toString' as 'greet', 'x')).rejects.toMatchObject({ code: 'internal' });
  });

  test('is cancelled on both sides', async () => {
    const child = echo();
    const abort = new AbortController();
    const waiting = next(child, 'waiting');
    const told = next(child, 'was-cancelled');
    const call = child.call('untilCancelled', undefined, { signal: abort.signal });
    await waiting;
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await told;
    await child.idle();
    await expect(child.call('greet', 'x', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('past its time limit kills the process, deaf as it is, and the next call finds a new one', async () => {
    const child = echo();
    const before = await child.call('pid', undefined);
    const timeout = { code: 'too-large', message: 'took longer than 0.2 s' } as const;
    await expect(child.call('block', 60_000, { timeoutMs: 200, timeout })).rejects.toMatchObject(timeout);
    expect(await child.call('pid', undefined)).not.toBe(before);
  });

  test('has as much time again with every sign of life', async () => {
    const child = echo();
    const waiting = next(child, 'waiting');
    const timeout = { code: 'too-large', message: 'was silent for a second' } as const;
    let ended = false;
    const call = child.call('untilCancelled', undefined, { timeoutMs: 1000, timeout }).finally(() => {
      ended = true;
    });
    const failure = expect(call).rejects.toMatchObject(timeout);
    await waiting;
    for (let i = 0; i < 30; i++) {
      child.touch();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(ended).toBe(false);
    await failure;
  });
});

describe('a death', () => {
  test('fails the calls in flight with the code that was asked for and says how it ended', async () => {
    const child = echo({ deathCode: 'unreadable-file' });
    const waiting = next(child, 'waiting');
    const bystander = child.call('untilCancelled', undefined);
    await waiting;
    const error = await child.call('die', 3).catch((caught: unknown) => caught);
    expect(hasCode(error, 'unreadable-file')).toBe(true);
    expect(exitUnder(error)).toEqual({ code: 3, signal: null });
    await expect(bystander).rejects.toMatchObject({ code: 'unreadable-file' });
    expect(await child.call('greet', 'again')).toBe('good day again');
  });

  test('from outside is noticed, and keepAlive starts the next one without a call', async () => {
    const deaths: unknown[] = [];
    const child = echo({ keepAlive: true, onDeath: (status) => deaths.push(status) });
    const before = await child.call('pid', undefined);
    process.kill(before, 'SIGKILL');
    await eventually(() => child.pid !== undefined && child.pid !== before).toBe(true);
    expect(deaths).toEqual([{ code: null, signal: 'SIGKILL' }]);
  });

  test('by an unhandled rejection is an end, not a limping life', async () => {
    const child = echo();
    await child.call('strayRejection', undefined).catch(() => undefined);
    await eventually(() => lines.join('\n')).toContain('nobody waits for this');
    await eventually(() => child.pid).toBeUndefined();
  });

  test('by kill() is followed by a new process at the next call', async () => {
    const child = echo();
    const before = await child.call('pid', undefined);
    child.kill();
    expect(await child.call('pid', undefined)).not.toBe(before);
  });

  test('while starting says why', async () => {
    const error = await echo({ args: { failStart: true } })
      .call('greet', 'x')
      .catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(String((error as Error).cause)).toContain('the model file is missing');
  });

  test('is answered by waiting longer and longer, but not forever', () => {
    expect([0, 1, 2, 3, 4, 20, 2000].map(backOff)).toEqual([0, 0, 100, 200, 400, 10_000, 10_000]);
  });
});

describe('beside calls', () => {
  test('events go both ways until they are unsubscribed', async () => {
    const child = echo();
    await child.call('greet', 'x');
    const seen: unknown[] = [];
    const stop = child.on('pong', (data) => seen.push(data));
    child.emit('ping', { n: 1 });
    await eventually(() => seen).toEqual([{ n: 1 }]);
    stop();
    const again = next(child, 'pong');
    child.emit('ping', { n: 2 });
    await again;
    expect(seen).toEqual([{ n: 1 }]);
  });

  test('a raw port of each process carries anything and closes with it', async () => {
    const seen: unknown[] = [];
    const child = echo({
      onPort: (port) => {
        port.on('message', (event) => seen.push(event?.data));
        port.on('close', () => seen.push('closed'));
        port.postMessage(new Uint8Array([1, 2]));
      },
    });
    await eventually(() => seen).toEqual([{ echoed: new Uint8Array([1, 2]) }]);
    child.kill();
    await eventually(() => seen.at(-1)).toBe('closed');
  });
});

describe('the end', () => {
  test('waits for calls in flight, lets the child finish, and refuses new ones', async () => {
    const child = echo();
    await child.call('pid', undefined);
    const closing = next(child, 'closing');
    const last = child.call('block', 100);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const end = child.close();
    expect(await last).toBe(100);
    await closing;
    await end;
    expect(child.pid).toBeUndefined();
    await expect(child.call('greet', 'x')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('does not wait longer than it was told to', async () => {
    const deaths: unknown[] = [];
    const child = echo({ onDeath: (status) => deaths.push(status) });
    await child.call('pid', undefined);
    const deaf = child.call('block', 60_000);
    await Promise.all([expect(deaf).rejects.toMatchObject({ code: 'engine-failed' }), child.close(100)]);
    expect(deaths).toEqual([]); // it was wanted
  });

  test('does not wait for a restart', async () => {
    const child = echo({ args: { failStart: true }, keepAlive: true });
    await eventually(() => lines.filter((line) => line.includes('ended with')).length).toBeGreaterThan(3);
    await child.close();
    await expect(child.call('greet', 'x')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('comes with the end of the parent, even a sudden one', async () => {
    const parent = spawn(process.execPath, [new URL('./sudden-parent.ts', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    process.kill(pid, 0); // alive
    parent.kill('SIGKILL');
    await eventually(() => isAlive(pid)).toBe(false);
  });
});

test('oRPC runs over the raw port', async () => {
  let link: RPCLink<Record<never, never>> | undefined;
  const child = startChild({
    name: 'orpc',
    entry: new URL('./orpc-child.ts', import.meta.url),
    onPort: (port) => {
      link = new RPCLink({ port });
    },
  });
  open.push(child as never);
  await eventually(() => link !== undefined).toBe(true);
  const client = createORPCClient<{ add(input: { a: number; b: number }): Promise<number>; count(): Promise<AsyncIterable<number>> }>(
    link as never,
  );
  expect(await client.add({ a: 2, b: 3 })).toBe(5);
  const counted: number[] = [];
  for await (const value of await client.count()) counted.push(value);
  expect(counted).toEqual([1, 2, 3]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
