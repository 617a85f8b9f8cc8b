/**
 * @file What the user should know now and can do something about: the server's sentences, and files that could not be read. Most urgent first.
 * Without React.
 */
import type { LibraryStatus } from '../../core/api/library.ts';

export type NoticeWay = 'library' | 'engines' | 'settings';

export type StandingNotice = {
  /** Also what is remembered when it is dismissed: another sentence is another notice. */
  readonly key: string;
  readonly level: 'info' | 'warning' | 'error';
  /** The server's sentence; null where it is told by `failed`. */
  readonly text: string | null;
  /** Files that could not be read. */
  readonly failed: number;
  /** The page with the details. */
  readonly way: NoticeWay;
  /** What may help by itself: look at the folders again, or read the files again. */
  readonly remedy: 'rescan' | 'retry' | null;
};

const urgency = { error: 0, warning: 1, info: 2 } as const;

export function standingNotices({ notices, failed, jobs }: LibraryStatus): StandingNotice[] {
  const told = notices.map(({ id, level, text }): StandingNotice => {
    const isOffline = id.startsWith('offline-');
    return { key: `${id} ${text}`, level, text, failed: 0, way: wayOf(id), remedy: isOffline ? 'rescan' : null };
  });
  // While work goes on the count still grows: a line that comes again with each file would be noise.
  const isSettled = jobs.every(({ name }) => name !== 'scanning' && name !== 'indexing');
  if (failed > 0 && isSettled) told.push({ key: `failed ${failed}`, level: 'info', text: null, failed, way: 'library', remedy: 'retry' });
  return told.toSorted((a, b) => urgency[a.level] - urgency[b.level]);
}

function wayOf(id: string): NoticeWay {
  if (id === 'engine' || id === 'next-engine' || id === 'provider') return 'engines';
  return id === 'index' ? 'settings' : 'library';
}
