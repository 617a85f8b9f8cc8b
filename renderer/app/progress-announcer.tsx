/** @file Tells screen readers when work starts and ends. Not every count: that would never stop talking. */
import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Job } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import { useStatus } from './use-status.ts';

export function ProgressAnnouncer() {
  const { job } = useMessages();
  const status = useStatus();
  const before = useRef<ReadonlySet<Job['name']> | null>(null);
  const [text, setText] = useState('');
  const running = status?.jobs;

  useEffect(() => {
    if (!running) return;
    const now = new Set(running.map(({ name }) => name));
    const known = before.current;
    before.current = now;
    if (!known) return;
    const started = [...now].filter((name) => !known.has(name)).map((name) => job.started(job.names[name]));
    const ended = [...known].filter((name) => !now.has(name)).map((name) => job.ended(job.names[name]));
    if (started.length + ended.length > 0) setText([...ended, ...started].join('. '));
  }, [running, job]);

  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  );
}
