/** @file Keeps what stands in the box under a name. */
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { IconBookmark } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { keepsakeName, savedSearch } from '../../core/api/keepsakes.ts';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import { writePlace } from '../query/query-url.ts';
import { usePlace } from '../query/use-place.ts';
import styles from './save-search.module.css';
import { searchName } from './search-name.ts';
import { refreshSavedSearches, useSavedSearches } from './use-saved-searches.ts';

export function SaveSearch() {
  const { box, searches } = useMessages();
  const [opened, setOpened] = useState(false);
  const close = (): void => setOpened(false);
  return (
    <>
      <Tooltip label={box.save}>
        <ActionIcon aria-label={box.save} onClick={() => setOpened(true)}>
          <IconBookmark size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Dialog opened={opened} onClose={close} title={searches.saveTitle} width={440}>
        <Form onClose={close} />
      </Dialog>
    </>
  );
}

/** Lives only while the dialog is open: the name is proposed anew each time. */
function Form({ onClose }: { onClose(): void }) {
  const messages = useMessages();
  const { searches, cancel } = messages;
  const query = usePlace((state) => state.query);
  const saved = useSavedSearches();
  const [typed, setTyped] = useState(() => searchName(query, messages));
  const place = writePlace({ query, view: null }).slice(1);
  const name = keepsakeName.safeParse(typed);
  const isTaken = name.success && saved.some((other) => other.name.toLowerCase() === name.data.toLowerCase());
  const isTooLong = !savedSearch.shape.place.safeParse(place).success;
  const save = useMutation(
    queries.saveSearch.mutationOptions({
      onSuccess: (search) => {
        void refreshSavedSearches();
        notify(searches.savedAs(search.name));
        onClose();
      },
    }),
  );

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.success && !isTaken && !isTooLong && !save.isPending) save.mutate({ name: name.data, place });
  };

  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <TextInput
        label={searches.name}
        value={typed}
        maxLength={200}
        data-autofocus
        autoComplete="off"
        dir="auto"
        error={isTooLong ? searches.tooLong : isTaken ? searches.taken : undefined}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => {
          save.reset();
          setTyped(event.currentTarget.value);
        }}
      />
      {save.isError && <ProblemNote error={save.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{cancel}</Button>
        <Button type="submit" variant="filled" disabled={!name.success || isTaken || isTooLong}>
          {searches.save}
        </Button>
      </div>
    </form>
  );
}
