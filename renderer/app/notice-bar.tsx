/** @file The notice at the bottom of the window. */
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useMessages } from '../messages/messages.ts';
import styles from './notice-bar.module.css';
import { dismissNotice, type Notice, useNotices } from './notices.ts';
import { problemCode } from './problem.ts';
import { ProblemNote } from './problem-note.tsx';

export function NoticeBar() {
  const { dismiss, problem } = useMessages();
  const notice = useNotices((state) => state.current);
  useUndoKey();
  // A notice that has nothing to add to its problem would say it twice.
  const isSaidByProblem = ({ text, error }: Notice): boolean => error !== undefined && text === problem.codes[problemCode(error)][0];
  return (
    <div className={styles.place} role="status">
      {notice && (
        <div className={styles.notice}>
          <div className={styles.text}>
            {!isSaidByProblem(notice) && <p>{notice.text}</p>}
            {notice.error !== undefined && <ProblemNote error={notice.error} compact />}
          </div>
          {notice.action && (
            <Button variant="subtle" aria-keyshortcuts="Control+Z" onClick={() => act(notice)}>
              {notice.action.label}
            </Button>
          )}
          <ActionIcon aria-label={dismiss} onClick={() => dismissNotice(notice.id)}>
            <IconX size={16} stroke={1.75} aria-hidden />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}

function act(notice: Notice): void {
  dismissNotice(notice.id);
  notice.action?.run();
}

/** Ctrl/Cmd Z takes back what the notice tells of: a dialog may be open, and then Tab does not lead here. Fields keep their own undo. */
function useUndoKey(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { current } = useNotices.getState();
      if (!current?.action || event.key !== 'z' || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      if (event.target instanceof Element && event.target.matches('input, textarea')) return;
      event.preventDefault();
      act(current);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
