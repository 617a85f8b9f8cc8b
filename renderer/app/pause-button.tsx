/** @file Pauses all work on the library, or lets it go on. */
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { usePauseOrResume } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';

export function PauseButton({ paused }: { paused: boolean }) {
  const { job } = useMessages();
  const pauseOrResume = usePauseOrResume();
  const Sign = paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <Button leftSection={<Sign size={16} stroke={1.75} aria-hidden />} onClick={() => pauseOrResume(!paused)}>
      {paused ? job.resume : job.pause}
    </Button>
  );
}
