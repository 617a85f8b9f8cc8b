/** @file One key, or keys that are held together, as caps. */
import { useMessages } from '../messages/messages.ts';
import styles from './key-caps.module.css';
import { capsOf } from './keys.ts';

export function KeyCaps({ of: key }: { of: string }) {
  const { keys } = useMessages();
  return (
    <span className={styles.caps}>
      {capsOf(key, keys).map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
