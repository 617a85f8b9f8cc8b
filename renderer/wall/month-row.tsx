/** @file The name of a month above its pictures. */
import { useMessages } from '../messages/messages.ts';
import styles from './month-row.module.css';

type Props = { index: number; top: number; height: number; month: string };

export function MonthRow({ index, top, height, month }: Props) {
  const messages = useMessages();
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the wall's grid
    // biome-ignore lint/a11y/useFocusableInteractive: nothing to do here
    <div role="row" aria-rowindex={index + 1} className={styles.row} style={{ transform: `translateY(${top}px)`, height }}>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the wall's grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: nothing to do here */}
      <div role="rowheader" className={styles.month}>
        {messages.month(month)}
      </div>
    </div>
  );
}
