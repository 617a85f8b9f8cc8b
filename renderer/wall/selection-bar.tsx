/** @file How many are selected, and what can be done with them. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconColumns2, IconCopy, IconFolderPlus, IconStar, IconX } from '@tabler/icons-react';
import { useId } from 'react';
import { keyPressed } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './selection-bar.module.css';
import type { SelectionActions } from './use-selection.ts';

type Props = { count: number; actions: SelectionActions; onClear(): void };

export function SelectionBar({ count, actions, onClear }: Props) {
  const { selection } = useMessages();
  const choices = [
    { label: selection.star, icon: IconStar, run: () => actions.star(0) },
    { label: selection.collect, icon: IconFolderPlus, run: () => actions.collect(0) },
    { label: selection.compare, icon: IconColumns2, run: actions.compare, reason: count === 2 ? null : selection.compareNeedsTwo(count) },
    { label: selection.copyPaths, icon: IconCopy, run: () => actions.copyPaths() },
  ];
  return (
    <section className={styles.bar} aria-label={selection.label} onKeyDown={(event) => keyPressed(event, 'wall') === 'clear' && onClear()}>
      <span className={styles.count} role="status">
        {selection.selected(count)}
      </span>
      {choices.map((choice) => (
        <Choice key={choice.label} {...choice} />
      ))}
      <Tooltip label={selection.clear}>
        <ActionIcon aria-label={selection.clear} onClick={onClear}>
          <IconX size={16} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </section>
  );
}

type ChoiceProps = {
  label: string;
  icon: typeof IconStar;
  run(): void;
  /** Why it cannot be done now. It can be reached all the same, and then says so. */
  reason?: string | null;
};

function Choice({ label, icon: Icon, run, reason = null }: ChoiceProps) {
  const reasonId = useId();
  return (
    <Tooltip label={reason} disabled={reason === null}>
      <Button
        variant="subtle"
        color="gray"
        className={styles.choice}
        aria-label={label}
        aria-disabled={reason !== null}
        aria-describedby={reason === null ? undefined : reasonId}
        leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
        onClick={run}
      >
        <span className={styles.label}>{label}</span>
        {reason !== null && (
          <span id={reasonId} hidden>
            {reason}
          </span>
        )}
      </Button>
    </Tooltip>
  );
}
