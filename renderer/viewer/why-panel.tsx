/** @file Why a picture is here, in full: what it says, what was asked, the text that matched, filters and ranks. */
import { VisuallyHidden } from '@mantine/core';
import type { Hit, SearchPage, Why } from '../../core/api/query.ts';
import { type Messages, useMessages } from '../messages/messages.ts';
import { filterLabels } from '../query/filter-labels.ts';
import { hasTwoEngines, rankedBy, splitSnippet } from '../wall/why-line.ts';
import styles from './panel.module.css';

type Props = { hit: Hit; page: SearchPage; asks: boolean };

export function WhyPanel({ hit, page, asks }: Props) {
  const messages = useMessages();
  const { why } = messages;
  const asked = page.understood.says;
  const passed = filterLabels(page.understood.filters, messages.filters);
  const shared = new Set(asked.map((word) => word.text));
  return (
    <section className={styles.section} aria-label={why.title}>
      <h3>{why.title}</h3>
      {!asks && <p className={styles.soft}>{why.none}</p>}
      {asks && !hit.aboveCut && <p className={styles.soft}>{why.below}</p>}
      {page.composition !== 'none' && <p className={styles.soft}>{why[page.composition]}</p>}
      <div className={styles.sides} data-both={(asked.length > 0 && hit.why.words.length > 0) || undefined}>
        <WordBars title={why.pictureSays} words={hit.why.words} shared={shared} />
        <WordBars title={why.youAsked} words={asked} shared={new Set(hit.why.words.map((word) => word.text))} />
      </div>
      {(asked.length > 0 || hit.why.words.length > 0) && <p className={styles.note}>{why.readWords}</p>}
      {hit.why.text && (
        <div>
          <h4>{`${why.matchedText}: ${why.fields[hit.why.text.field]}`}</h4>
          <p className={styles.snippet}>
            {splitSnippet(hit.why.text.snippet).map((piece, at) =>
              // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
              piece.match ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>,
            )}
          </p>
        </div>
      )}
      {passed.length > 0 && (
        <div>
          <h4>{why.filters}</h4>
          <ul className={styles.tags}>
            {passed.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        </div>
      )}
      {asks && hit.why.ranks.length > 0 && <Ranks ranks={hit.why.ranks} messages={messages} />}
    </section>
  );
}

export function WordBars({ title, words, shared }: { title: string; words: Why['words']; shared?: ReadonlySet<string> }) {
  const messages = useMessages();
  if (words.length === 0) return null;
  return (
    <div>
      <h4>{title}</h4>
      <ul className={styles.words} aria-label={title}>
        {words.slice(0, 6).map((word) => {
          const isShared = shared?.has(word.text) ?? false;
          return (
            <li key={word.text} className={styles.word} data-shared={isShared || undefined}>
              <span className={styles.wordText}>
                <span lang="en">{word.text}</span>
                {isShared && <VisuallyHidden>, {messages.why.shared}</VisuallyHidden>}
              </span>
              <span className={styles.number}>{messages.probability(word.probability)}</span>
              <span className={styles.bar} aria-hidden>
                <span style={{ transform: `scaleX(${word.probability})` }} />
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Ranks({ ranks, messages }: { ranks: Why['ranks']; messages: Messages }) {
  const { why, count, score } = messages;
  return (
    <div>
      <h4>{why.ranks}</h4>
      <table className={styles.ranks}>
        <thead>
          <tr>
            <th scope="col">{why.source}</th>
            <th scope="col">{why.rank}</th>
            <th scope="col">{why.score}</th>
          </tr>
        </thead>
        <tbody>
          {ranks.map((rank) => (
            <tr key={rank.source}>
              <th scope="row">{rankedBy(rank.source, messages)}</th>
              <td>{count(rank.rank)}</td>
              <td>{score(rank.score)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.note}>{hasTwoEngines(ranks, messages) ? why.twoEngines : why.readRanks}</p>
    </div>
  );
}
