/** @file A job in one line. */
import { describe, expect, it } from 'vitest';
import type { Job } from '../../core/api/library.ts';
import { canPause, jobFacts, jobLine } from '../../renderer/app/job-line.ts';
import { en } from '../../renderer/messages/en.ts';

const job: Job = { name: 'indexing', done: 312, total: 1204, rate: 41, secondsLeft: 22, paused: false };

describe('jobLine', () => {
  it('says what, how far, how fast and how long still', () => {
    expect(jobLine(job, en)).toBe('Indexing 312 of 1,204, 41/s, about 25 sec left');
  });

  it('says that it is paused instead of how fast it was', () => {
    expect(jobLine({ ...job, paused: true }, en)).toBe('Indexing 312 of 1,204, paused');
  });

  it('counts a download in bytes, which is not paused with the library', () => {
    const download: Job = { ...job, name: 'downloading', done: 3_100_000_000, total: 16_700_000_000, rate: 41_000_000, secondsLeft: 332 };
    expect(jobLine(download, en)).toBe('Downloading 3.1 GB of 17 GB, 41 MB/s, about 6 min left');
    expect([canPause(download), canPause(job)]).toEqual([false, true]);
  });

  it('can be paused unless it is a download or the index, which is built in one go', () => {
    const names = ['scanning', 'indexing', 'second-pass', 'building-index', 'changing-engine', 'downloading'] as const;
    expect(names.filter((name) => canPause({ ...job, name }))).toEqual(['scanning', 'indexing', 'second-pass', 'changing-engine']);
  });

  it('is taken apart where an engine gives the sentence its name', () => {
    const change: Job = { ...job, name: 'changing-engine', rate: 0, secondsLeft: null };
    expect(en.facts.takesOver('E5-V', jobFacts(change, en))).toBe('E5-V takes over: 312 of 1,204');
  });
});
