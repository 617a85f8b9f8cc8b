/** @file A module that is asked by own-process.test.ts: it answers, fails, dies or hangs, as it is told. */
import { AppError } from '../../../core/api/errors.ts';
import { answerQuestion } from '../../../models/runtime/own-process.ts';

export type Told = { readonly to: 'answer' | 'fail' | 'break' | 'die' | 'hang'; readonly values?: Float32Array };

answerQuestion<Told, { doubled: Float32Array }>(async ({ to, values = new Float32Array() }, onProgress) => {
  onProgress(`told to ${to}`);
  if (to === 'fail') throw new AppError('disk-full', 'The disk is full.');
  if (to === 'break') throw new TypeError('broken');
  if (to === 'die') process.kill(process.pid, 'SIGSEGV');
  if (to === 'die' || to === 'hang') await new Promise(() => setInterval(() => undefined, 1000));
  return { doubled: values.map((value) => 2 * value) };
});
