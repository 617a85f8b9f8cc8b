/** @file An error as people need it: what happened, what to do, and the technical text for those who ask. */
import { CopyButton, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMessages } from '../messages/messages.ts';
import { problemCode, technicalText } from './problem.ts';
import styles from './problem-note.module.css';

type Props = {
  error: unknown;
  /** Beside a sentence that already says what failed. */
  compact?: boolean;
  /** What happened and what to do, where that is known better than by the code. */
  said?: readonly [what: string, todo: string] | undefined;
  /** Ways on. */
  children?: ReactNode;
};

export function ProblemNote({ error, compact = false, said, children }: Props) {
  const { problem, copied } = useMessages();
  const [what, todo] = said ?? problem.codes[problemCode(error)];
  const technical = technicalText(error);
  return (
    <div className={styles.problem} role={compact ? undefined : 'alert'}>
      <p className={compact ? undefined : styles.what}>{what}</p>
      <p className={styles.todo}>{todo}</p>
      {children && <div className={styles.ways}>{children}</div>}
      <details className={styles.details}>
        <summary>{problem.technical}</summary>
        <pre className={styles.technical}>{technical}</pre>
        <CopyButton value={technical}>
          {({ copied: done, copy }) => (
            <UnstyledButton className={styles.copy} onClick={copy}>
              {done ? copied : problem.copyTechnical}
            </UnstyledButton>
          )}
        </CopyButton>
      </details>
    </div>
  );
}
