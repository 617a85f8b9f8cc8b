/** @file A job in one line: Indexing 312 of 1,204, 41/s, about 20 s left. */
import type { Job } from '../../core/api/library.ts';
import type { Messages } from '../messages/messages.ts';

export function jobLine(job: Job, messages: Messages): string {
  return messages.job.line(messages.job.names[job.name], jobFacts(job, messages));
}

/** How far, how fast, how long still. */
export function jobFacts(job: Job, messages: Messages): string[] {
  return [jobCount(job, messages), ...jobPace(job, messages)];
}

export function jobPace(job: Job, messages: Messages): string[] {
  if (job.paused) return [messages.job.paused];
  const parts: string[] = [];
  if (job.rate > 0) parts.push(isDownload(job) ? messages.job.byteRate(job.rate) : messages.job.rate(job.rate));
  if (job.secondsLeft !== null) parts.push(messages.job.left(job.secondsLeft));
  return parts;
}

/** Downloads count bytes, everything else counts pictures. */
export function jobCount(job: Job, { job: words, bytes }: Messages): string {
  return isDownload(job) ? words.bytesOf(bytes(job.done), bytes(job.total)) : words.of(job.done, job.total);
}

/** Pausing stops work on the pictures. A download is stopped on the page of the engines; the index is built in one go. */
export function canPause(job: Job): boolean {
  return !isDownload(job) && job.name !== 'building-index';
}

export function isDownload(job: Job): boolean {
  return job.name === 'downloading';
}
