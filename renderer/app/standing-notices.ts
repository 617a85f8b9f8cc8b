/**
 * @file What the user should know now and can do something about: the server's sentences, and files that could not be read. Most urgent first.
 * Without React.
 */
import type { LibraryStatus, Notice } from '../../core/api/library.ts';
import type { Messages } from '../messages/messages.ts';

export type NoticeWay = 'library' | 'engines' | 'settings';

export type StandingNotice = {
  /** Also what is remembered when it is dismissed: another sentence is another notice. */
  readonly key: string;
  readonly level: 'info' | 'warning' | 'error';
  /** What the server tells; null where it is told by `failed`. */
  readonly told: Notice | null;
  /** Files that could not be read. */
  readonly failed: number;
  /** The page with the details. */
  readonly way: NoticeWay;
  /** What may help by itself: look at the folders again, or read the files again. */
  readonly remedy: 'rescan' | 'retry' | null;
};

const ways: Readonly<Record<Notice['kind'], NoticeWay>> = {
  engine: 'engines',
  'next-engine': 'engines',
  waiting: 'engines',
  provider: 'engines',
  index: 'settings',
  indexing: 'library',
  offline: 'library',
  unwatched: 'library',
};

const urgency = { error: 0, warning: 1, info: 2 } as const;

export function standingNotices({ notices, failed, jobs }: LibraryStatus): StandingNotice[] {
  const told = notices.map((notice): StandingNotice => {
    const { id, level, text, kind } = notice;
    return { key: `${id} ${text}`, level, told: notice, failed: 0, way: ways[kind], remedy: kind === 'offline' ? 'rescan' : null };
  });
  // While work goes on the count still grows: a line that comes again with each file would be noise.
  const isSettled = jobs.every(({ name }) => name !== 'scanning' && name !== 'indexing');
  if (failed > 0 && isSettled) told.push({ key: `failed ${failed}`, level: 'info', told: null, failed, way: 'library', remedy: 'retry' });
  return told.toSorted((a, b) => urgency[a.level] - urgency[b.level]);
}

/** In the words of the interface; the server's own are the details. */
export function noticeText({ kind, about, code, count }: Notice, { notices, problem }: Messages): string {
  return notices.said[kind](about, code === null ? '' : problem.codes[code][0], count);
}
