/** @file What sets two pictures apart: sentences first, then the facts that differ, side by side. */
import type { ItemDetail } from '../../core/api/library.ts';
import { PathText } from '../app/path-text.tsx';
import { useMessages } from '../messages/messages.ts';
import { differencesOf, findingsOf } from './differences.ts';
import styles from './differences-part.module.css';

type Props = { first: ItemDetail; second: ItemDetail; names: readonly [string, string] };

export function DifferencesPart({ first, second, names }: Props) {
  const messages = useMessages();
  const { compare, viewer } = messages;
  const rows = differencesOf(first, second, messages);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and arrows scroll it then
    <section className={styles.part} aria-label={compare.differences} tabIndex={0}>
      <ul className={styles.findings}>
        {findingsOf(first, second, messages).map((finding) => (
          <li key={finding}>{finding}</li>
        ))}
      </ul>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{compare.what}</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              {(['first', 'second'] as const).map((side) => (
                <td key={side} data-unknown={row[side] === null || undefined}>
                  {row.label === viewer.path && row[side] ? <PathText path={row[side]} /> : (row[side] ?? compare.unknown)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
