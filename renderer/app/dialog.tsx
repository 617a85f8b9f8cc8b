/** @file A small window over the page, with a title and a way out. */
import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useMessages } from '../messages/messages.ts';
import styles from './dialog.module.css';
import { useLayer } from './layers.ts';
import { useReturnedFocus } from './use-returned-focus.ts';

type Props = { opened: boolean; onClose(): void; title: string; width: number; children: ReactNode };

export function Dialog({ opened, onClose, title, width, children }: Props) {
  const { close } = useMessages();
  useReturnedFocus(opened);
  const zIndex = useLayer('dialog', opened, onClose);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      closeOnEscape={false}
      zIndex={zIndex}
      returnFocus={false}
      title={title}
      size={width}
      padding={20}
      shadow="none"
      centered
      overlayProps={{ color: 'var(--ow-scrim)', backgroundOpacity: 1 }}
      transitionProps={{ duration: 120, transition: 'fade' }}
      closeButtonProps={{ 'aria-label': close, iconSize: 18 }}
      classNames={{ content: styles.content ?? '', header: styles.header ?? '', title: styles.title ?? '', close: styles.close ?? '' }}
    >
      {children}
    </Modal>
  );
}
