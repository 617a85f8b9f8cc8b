/** @file The notice at the bottom of the window. */
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMessages } from '../messages/messages.ts';
import styles from './notice-bar.module.css';
import { dismissNotice, useNotices } from './notices.ts';
import { ProblemNote } from './problem-note.tsx';

export function NoticeBar() {
  const { dismiss } = useMessages();
  const notice = useNotices((state) => state.current);
  return (
    <div className={styles.place} role="status">
      {notice && (
        <div className={styles.notice}>
          <div className={styles.text}>
            <p>{notice.text}</p>
            {notice.error !== undefined && <ProblemNote error={notice.error} compact />}
          </div>
          <ActionIcon aria-label={dismiss} onClick={() => dismissNotice(notice.id)}>
            <IconX size={16} stroke={1.75} aria-hidden />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
