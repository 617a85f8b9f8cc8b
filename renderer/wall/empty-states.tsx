/** @file Never an empty page: what there is to do when there is nothing to show. */
import { Button } from '@mantine/core';
import { IconFolderPlus, IconPhoto } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { SearchPage } from '../../core/api/query.ts';
import { jobLine } from '../app/job-line.ts';
import { useStatus } from '../app/use-status.ts';
import { openAddFolder } from '../library/adding-folder.ts';
import { useAddSamples } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';
import { factLabel } from '../query/filter-labels.ts';
import { cleared, type QueryState, withoutFact } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import styles from './empty-states.module.css';

export function NoFolder() {
  const { empty } = useMessages();
  return (
    <section className={styles.state} aria-label={empty.noFolder}>
      <WallGlyph />
      <h2 className={styles.title}>{empty.noFolder}</h2>
      <p className={styles.text}>{empty.noFolderText}</p>
      <div className={styles.ways} data-tour="folders">
        <WaysToFill />
      </div>
    </section>
  );
}

function WaysToFill() {
  const { empty } = useMessages();
  const samples = useAddSamples();
  return (
    <>
      <Button variant="filled" leftSection={<IconFolderPlus size={16} stroke={1.75} aria-hidden />} onClick={openAddFolder}>
        {empty.addFolder}
      </Button>
      <Button
        leftSection={<IconPhoto size={16} stroke={1.75} aria-hidden />}
        loading={samples.isPending}
        onClick={() => samples.mutate(undefined)}
      >
        {empty.trySamples}
      </Button>
    </>
  );
}

/** A wall before there are pictures: the widths of its tiles, row by row. */
const glyphRows = [
  [3, 4, 2],
  [4, 2, 3],
  [2, 3, 4],
];

function WallGlyph() {
  return (
    <div className={styles.glyph} aria-hidden>
      {glyphRows.map((row) => (
        <div key={row.join()}>
          {row.map((width) => (
            <span key={width} style={{ flexGrow: width }} />
          ))}
        </div>
      ))}
    </div>
  );
}

export function NothingIndexed() {
  const messages = useMessages();
  const { empty } = messages;
  const status = useStatus();
  const job = status?.jobs[0];
  // Until it is known whether anything is being read, nothing is said of the folders.
  const isDone = status !== undefined && !job;
  const title = isDone ? empty.noPictures : empty.nothingYet;
  return (
    <section className={styles.state} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      <p className={styles.text}>{isDone ? empty.nothingFound : empty.nothingYetText}</p>
      {job && <p className={styles.job}>{jobLine(job, messages)}</p>}
      <div className={styles.ways}>
        {isDone && <WaysToFill />}
        <Button component={Link} href="/library">
          {empty.openLibrary}
        </Button>
      </div>
    </section>
  );
}

export function NoResult({ query, page }: { query: QueryState; page: SearchPage }) {
  const { empty, filters, quoted } = useMessages();
  const status = useStatus();
  const left = status?.jobs.find((job) => job.name === 'indexing');
  const waiting = left ? left.total - left.done : 0;
  const { words, facts } = page.understood;
  const filtered = query.facts.length > 0 || facts.length > 0;
  const understood = [...(words ? [quoted(words)] : []), ...[...query.facts, ...facts].map((fact) => factLabel(fact, filters))];
  return (
    <section className={styles.state} aria-label={filtered ? empty.noResult : empty.noMatch}>
      <h2 className={styles.title}>{filtered ? empty.noResult : empty.noMatch}</h2>
      {filtered && <p className={styles.text}>{empty.noResultText(words)}</p>}
      {understood.length > 0 && (
        <dl className={styles.understood}>
          <dt>{empty.understood}</dt>
          {understood.map((part) => (
            <dd key={part}>{part}</dd>
          ))}
        </dl>
      )}
      {waiting > 0 && <p className={styles.text}>{empty.stillIndexing(waiting)}</p>}
      <div className={styles.ways}>
        {query.facts
          .map((fact) => factLabel(fact, filters))
          .map((label, at) => (
            <Button key={label} onClick={() => place.step((state) => withoutFact(state, at))}>
              {empty.loosen(label)}
            </Button>
          ))}
        {facts.length > 0 && <Button onClick={() => place.step((state) => ({ ...state, literal: true }))}>{empty.asWords}</Button>}
        <Button onClick={() => place.step(cleared)}>{empty.startOver}</Button>
      </div>
      <p className={styles.text}>
        <Link href="/engines">{empty.engines}</Link>
      </p>
    </section>
  );
}
