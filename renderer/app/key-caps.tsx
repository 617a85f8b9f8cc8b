/** @file Keys as caps: one, several that are held together, or several that do the same. */
import { useMessages } from '../messages/messages.ts';
import styles from './key-caps.module.css';
import { capsOfAll } from './keys.ts';

export function KeyCaps({ of: keysOf }: { of: string | readonly string[] }) {
  const { keys } = useMessages();
  return (
    <span className={styles.caps}>
      {capsOfAll(typeof keysOf === 'string' ? [keysOf] : keysOf, keys).map((cap) => (
        <kbd key={cap} className={styles.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
