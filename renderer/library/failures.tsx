/** @file Files that could not be read, each with its reason and what can be done about it. */
import { Button, CopyButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { isErrorCode } from '../../core/api/errors.ts';
import type { Failure, Folder } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Section } from '../app/page.tsx';
import { PathText } from '../app/path-text.tsx';
import { isThisMachine, reveal } from '../app/reveal.ts';
import { TechnicalText } from '../app/technical-text.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './failures.module.css';
import { nameOfFolder } from './folder-name.ts';
import { fileGlob } from './globs.ts';
import { ListRow, ListRows } from './list-row.tsx';
import { useRetry } from './use-library-actions.ts';

const pageSize = 50;

type Props = { folders: readonly Folder[]; onExclude(folder: Folder, glob: string): void };

export function Failures({ folders, onExclude }: Props) {
  const { library } = useMessages();
  const retry = useRetry();
  const failures = useInfiniteQuery(
    queries.failures.infiniteOptions({
      input: (after: number) => ({ after, limit: pageSize }),
      initialPageParam: 0,
      getNextPageParam: (page) => (page.failures.length === pageSize ? page.failures.at(-1)?.fileId : undefined),
    }),
  );
  const all = failures.data?.pages.flatMap((page) => page.failures) ?? [];
  if (all.length === 0) return null;
  return (
    <Section
      title={library.failures}
      actions={
        <Button loading={retry.isPending} onClick={() => retry.mutate({})}>
          {library.retryAll}
        </Button>
      }
    >
      <p className={styles.intro}>{library.failuresText}</p>
      <ListRows>
        {all.map((failure) => (
          <FailureRow
            key={failure.fileId}
            failure={failure}
            folders={folders}
            onExclude={onExclude}
            onRetry={() => retry.mutate({ fileIds: [failure.fileId] })}
          />
        ))}
      </ListRows>
      {failures.hasNextPage && (
        <Button className={styles.more} loading={failures.isFetchingNextPage} onClick={() => void failures.fetchNextPage()}>
          {library.moreFailures}
        </Button>
      )}
    </Section>
  );
}

function FailureRow({ failure, folders, onExclude, onRetry }: Props & { failure: Failure; onRetry(): void }) {
  const messages = useMessages();
  const { library, retry, copied, ago, problem, viewer } = messages;
  const [what] = problem.codes[isErrorCode(failure.code) ? failure.code : 'internal'];
  const name = nameOfFolder(failure.path);
  const home = folders.map((folder) => ({ folder, glob: fileGlob(folder.path, failure.path) })).find(({ glob }) => glob !== null);
  return (
    <ListRow
      actions={
        <>
          <Button aria-label={library.retryFile(name)} onClick={onRetry}>
            {retry}
          </Button>
          <CopyButton value={failure.path}>
            {({ copied: done, copy }) => (
              <Button aria-label={library.copyPathOf(name)} onClick={copy}>
                {done ? copied : library.copyPath}
              </Button>
            )}
          </CopyButton>
          {isThisMachine(window.location.hostname) && (
            <Button aria-label={library.revealFile(name)} onClick={() => void reveal(String(failure.fileId), messages)}>
              {viewer.reveal}
            </Button>
          )}
          {home && (
            <Button aria-label={library.excludeFileNamed(name)} onClick={() => home.glob && onExclude(home.folder, home.glob)}>
              {library.excludeFile}
            </Button>
          )}
        </>
      }
    >
      <p className={styles.path}>
        <PathText path={failure.path} />
      </p>
      <p className={styles.reason}>{what}</p>
      <TechnicalText text={failure.message} />
      <p className={styles.soft}>{`${library.attempts(failure.attempts)}, ${ago(failure.at)}`}</p>
    </ListRow>
  );
}
