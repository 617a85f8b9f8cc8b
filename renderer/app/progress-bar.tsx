/** @file How far something is: a thin bar, and the same in words for those who cannot see it. */
import styles from './progress-bar.module.css';

type Props = {
  label: string;
  done: number;
  of: number;
  /** The count in words. */
  text: string;
  /** It stands still. */
  paused?: boolean;
  /** For comparison only: something else is what moves. */
  quiet?: boolean;
};

export function ProgressBar({ label, done, of, text, paused = false, quiet = false }: Props) {
  const share = of > 0 ? Math.min(1, done / of) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={done}
      aria-valuetext={text}
      className={styles.track}
      data-quiet={paused || quiet || undefined}
    >
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
