/** @file Where an engine comes from, as an address to follow. Nothing is asked of it before somebody does. */
import { useMessages } from '../messages/messages.ts';
import { webAddress } from './engine-state.ts';
import styles from './source-link.module.css';

export function SourceLink({ source }: { source: string | null }) {
  const { engines } = useMessages();
  const address = webAddress(source);
  if (!address) return null;
  return (
    <p className={styles.source}>
      {engines.source}{' '}
      <a href={address.href} target="_blank" rel="noreferrer">
        {address.text}
      </a>
    </p>
  );
}
