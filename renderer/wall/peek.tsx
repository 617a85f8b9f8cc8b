/** @file A quick look at the focused picture. The focus stays on the wall, so arrows walk on. */
import type { Hit } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './peek.module.css';

export function Peek({ hit }: { hit: Hit }) {
  const { wall } = useMessages();
  return (
    <figure className={styles.peek} aria-label={wall.peek(hit.name)}>
      <div
        className={styles.frame}
        style={{
          backgroundColor: hit.colour,
          width: `min(100cqw, ${(100 * hit.width) / hit.height}cqh, ${hit.width}px)`,
          aspectRatio: hit.width / hit.height,
        }}
      >
        <img key={hit.id} src={`/preview/${hit.id}?v=${hit.version}`} alt="" />
      </div>
    </figure>
  );
}
