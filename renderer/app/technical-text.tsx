/** @file What the engine side says word by word, behind "Details": it is English in every language of the interface. */
import { useMessages } from '../messages/messages.ts';
import styles from './technical-text.module.css';

type Props = {
  text: string;
  /** What it is about, where nothing above it says so. */
  about?: string;
  opened?: boolean;
};

export function TechnicalText({ text, about, opened = false }: Props) {
  const { problem } = useMessages();
  return (
    <details className={styles.details} data-about={about !== undefined || undefined} open={opened}>
      <summary>{about ?? problem.technical}</summary>
      <p lang="en">{text}</p>
    </details>
  );
}
