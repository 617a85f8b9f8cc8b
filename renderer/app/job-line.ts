/** @file A job in one line: Indexing 312 of 1,204, 41/s, about 20 s left. */
import type { Job } from '../../core/api/library.ts';
import type { Messages } from '../messages/messages.ts';

export function jobLine(job: Job, { job: messages }: Messages): string {
  const parts = [messages.of(job.done, job.total)];
  if (job.paused) parts.push(messages.paused);
  else {
    if (job.rate > 0) parts.push(messages.rate(job.rate));
    if (job.secondsLeft !== null) parts.push(messages.left(job.secondsLeft));
  }
  return messages.line(messages.names[job.name], parts);
}
