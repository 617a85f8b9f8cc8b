/** @file What to leave out of a folder, as patterns, with a preview of what that would remove. */
import { Button, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Folder } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './exclusions-dialog.module.css';
import { fromLines, subfolderGlob, toLines, withLine } from './globs.ts';
import { refreshLibrary } from './use-library-actions.ts';

type Props = {
  folder: Folder | null;
  /** A pattern that was asked for elsewhere, e.g. by a file that fails. */
  suggested: string | null;
  onClose(): void;
};

export function ExclusionsDialog({ folder, suggested, onClose }: Props) {
  const { exclusions } = useMessages();
  return (
    <Dialog opened={folder !== null} onClose={onClose} title={exclusions.title} width={600}>
      {folder && <Editor key={folder.id} folder={folder} suggested={suggested} onClose={onClose} />}
    </Dialog>
  );
}

const typingPause = 250;

function Editor({ folder, suggested, onClose }: Props & { folder: Folder }) {
  const { exclusions, cancel } = useMessages();
  const [exclude, setExclude] = useState(() => (suggested ? withLine(toLines(folder.exclude), suggested) : toLines(folder.exclude)));
  const [include, setInclude] = useState(toLines(folder.include));
  const rules = { id: folder.id, include: fromLines(include), exclude: fromLines(exclude) };
  const [settled] = useDebouncedValue(JSON.stringify(rules), typingPause);
  const isSettled = settled === JSON.stringify(rules);
  const preview = useQuery(
    queries.previewExclude.queryOptions({ input: JSON.parse(settled) as typeof rules, placeholderData: keepPreviousData, staleTime: 0 }),
  );
  const subfolders = useQuery(queries.browse.queryOptions({ input: { path: folder.path } })).data?.folders ?? [];
  const save = useMutation(
    queries.updateFolder.mutationOptions({
      onSuccess: () => {
        refreshLibrary();
        onClose();
      },
    }),
  );
  const removes = preview.data?.items ?? 0;
  const isChecked = isSettled && preview.isSuccess && !preview.isPlaceholderData;

  return (
    <div className={styles.editor}>
      <p className={styles.of}>{exclusions.of(folder.path)}</p>
      <Textarea
        label={exclusions.exclude}
        description={exclusions.excludeHint}
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        data-autofocus
        classNames={{ input: styles.patterns ?? '' }}
        value={exclude}
        onChange={(event) => setExclude(event.currentTarget.value)}
      />
      {subfolders.length > 0 && (
        <div>
          <p className={styles.label}>{exclusions.subfolders}</p>
          <div className={styles.subfolders}>
            {subfolders.map(({ name, path }) => {
              const glob = subfolderGlob(name);
              return (
                <Button
                  key={path}
                  leftSection={<IconPlus size={14} stroke={1.75} aria-hidden />}
                  aria-label={exclusions.addSubfolder(name)}
                  disabled={rules.exclude.includes(glob)}
                  onClick={() => setExclude(withLine(exclude, glob))}
                >
                  {name}
                </Button>
              );
            })}
          </div>
        </div>
      )}
      <Textarea
        label={exclusions.include}
        description={exclusions.includeHint}
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        classNames={{ input: styles.patterns ?? '' }}
        value={include}
        onChange={(event) => setInclude(event.currentTarget.value)}
      />
      <div className={styles.preview} role="status" data-removes={(isChecked && removes > 0) || undefined}>
        {preview.isError && <ProblemNote error={preview.error} compact />}
        {!preview.isError && !isChecked && <p>{exclusions.checking}</p>}
        {isChecked && <p>{removes > 0 ? exclusions.removes(removes) : exclusions.removesNone}</p>}
        {isChecked && removes > 0 && (
          <ul className={styles.sample}>
            {preview.data.sample.slice(0, 5).map((path) => (
              <li key={path}>{path}</li>
            ))}
            {removes > Math.min(5, preview.data.sample.length) && (
              <li>{exclusions.andMore(removes - Math.min(5, preview.data.sample.length))}</li>
            )}
          </ul>
        )}
      </div>
      {save.isError && <ProblemNote error={save.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{cancel}</Button>
        <Button variant="filled" disabled={!isChecked} loading={save.isPending} onClick={() => save.mutate(rules)}>
          {isChecked && removes > 0 ? exclusions.saveRemoving(removes) : exclusions.save}
        </Button>
      </div>
    </div>
  );
}
