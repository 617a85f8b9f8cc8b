/** @file What the engine side says word by word, behind "Details": it is English in every language of the interface. */
import { useMessages } from '../messages/messages.ts';
import styles from './technical-text.module.css';

export function TechnicalText({ text }: { text: string }) {
  const { problem } = useMessages();
  return (
    <details className={styles.details}>
      <summary>{problem.technical}</summary>
      <p lang="en">{text}</p>
    </details>
  );
}
