/**
 * @file The steps of composing as a row under the box: click goes back to one, a new edit from there branches.
 * One of them can be reached by Tab; arrows walk the others.
 */
import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconGitBranch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useMessages } from '../messages/messages.ts';
import styles from './history-row.module.css';
import { nameOfStep, StepButton } from './step-button.tsx';
import { rowOfSteps } from './step-row.ts';
import { redoStep, undoStep } from './step-tree.ts';
import { steps, useSteps } from './use-steps.ts';

export function HistoryRow() {
  const { steps: messages } = useMessages();
  const tree = useSteps((state) => state);
  const listRef = useRef<HTMLOListElement>(null);
  const row = rowOfSteps(tree);
  const at = row.findIndex(({ step }) => step.id === tree.current);
  const current = row[at]?.step;
  const canUndo = undoStep(tree) !== null;
  const canRedo = redoStep(tree) !== null;

  useEffect(() => {
    if (tree.current !== null) listRef.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tree.current]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(listRef.current?.querySelectorAll('button') ?? [])];
    const from = buttons.findIndex((button) => button.matches(':focus'));
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  };

  return (
    <section className={styles.row} aria-label={messages.label}>
      <div className={styles.keys}>
        <Tooltip label={messages.undo}>
          <ActionIcon aria-label={messages.undo} aria-disabled={!canUndo} data-disabled={!canUndo} onClick={() => steps.undo()}>
            <IconArrowBackUp size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={messages.redo}>
          <ActionIcon aria-label={messages.redo} aria-disabled={!canRedo} data-disabled={!canRedo} onClick={() => steps.redo()}>
            <IconArrowForwardUp size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <ol ref={listRef} className={styles.steps} onKeyDown={onKeyDown}>
        {row.map(({ step, branchesFrom, leadsHere }, index) => (
          <li key={step.id}>
            {branchesFrom !== null && (
              <span className={styles.branch} aria-hidden>
                <IconGitBranch size={14} stroke={1.75} />
                {branchesFrom}
              </span>
            )}
            <StepButton
              step={step}
              at={index + 1}
              branchesFrom={branchesFrom}
              isCurrent={index === at}
              isAside={!leadsHere}
              onGoTo={() => steps.goTo(step.id)}
            />
          </li>
        ))}
      </ol>
      {/* Letters are not read out: the box does that. */}
      <VisuallyHidden role="status">
        {current && !current.open && row.length > 1 ? messages.now(at + 1, row.length, nameOfStep(current, messages)) : ''}
      </VisuallyHidden>
    </section>
  );
}
