/** @file A question to a process of its own: an answer, an error with its code, or a death that is told. */
import { expect, it } from 'vitest';
import { type AskOptions, askProcess } from '../../../models/runtime/own-process.ts';
import type { Told } from './own-process-module.ts';

const module = new URL('./own-process-module.ts', import.meta.url);

function ask(told: Told, options?: AskOptions): Promise<{ doubled: Float32Array }> {
  return askProcess<Told, { doubled: Float32Array }>(module, told, options);
}

it('answers with typed arrays as they are, and tells how it gets on', async () => {
  const said: string[] = [];
  const answer = await ask({ to: 'answer', values: Float32Array.of(1, 2.5) }, { onProgress: (sentence) => said.push(sentence) });
  expect(answer.doubled).toEqual(Float32Array.of(2, 5));
  expect(said).toEqual(['told to answer']);
});

it('fails with the code of the error on the other side', async () => {
  await expect(ask({ to: 'fail' })).rejects.toMatchObject({ code: 'disk-full', message: 'The disk is full.' });
  await expect(ask({ to: 'break' })).rejects.toMatchObject({ code: 'internal', message: 'broken' });
});

it('fails where the process dies, takes too long, or the caller has lost interest', async () => {
  await expect(ask({ to: 'die' })).rejects.toMatchObject({ code: 'engine-failed', message: 'Its process ended with SIGSEGV.' });
  await expect(ask({ to: 'hang' }, { timeout: 1500 })).rejects.toMatchObject({ code: 'engine-failed' });
  const stop = new AbortController();
  const hanging = ask({ to: 'hang' }, { signal: stop.signal, onProgress: () => stop.abort('no longer wanted') });
  await expect(hanging).rejects.toBe('no longer wanted');
});
