/** @file Asks for a collection's name, for a new one or another one. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { keepsakeName } from '../../core/api/keepsakes.ts';
import { Dialog } from '../app/dialog.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './name-dialog.module.css';

type Props = {
  opened: boolean;
  title: string;
  confirm: string;
  /** What stands there at first. */
  name: string;
  /** Names that others have. */
  taken: readonly string[];
  /** Throws where it cannot be done. */
  onName(name: string): Promise<void>;
  onClose(): void;
};

export function NameDialog({ opened, title, ...form }: Props) {
  return (
    <Dialog opened={opened} onClose={form.onClose} title={title} width={400}>
      <Form {...form} />
    </Dialog>
  );
}

/** Lives only while the dialog is open. */
function Form({ confirm, name, taken, onName, onClose }: Omit<Props, 'opened' | 'title'>) {
  const { collections, cancel } = useMessages();
  const [typed, setTyped] = useState(name);
  const [problem, setProblem] = useState<unknown>(null);
  const read = keepsakeName.safeParse(typed);
  const isTaken = read.success && taken.some((other) => other.toLowerCase() === read.data.toLowerCase());

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!read.success || isTaken) return;
    try {
      await onName(read.data);
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };

  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        label={collections.name}
        value={typed}
        maxLength={200}
        data-autofocus
        autoComplete="off"
        dir="auto"
        error={isTaken ? collections.taken : undefined}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {problem !== null && <ProblemNote error={problem} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{cancel}</Button>
        <Button type="submit" variant="filled" disabled={!read.success || isTaken}>
          {confirm}
        </Button>
      </div>
    </form>
  );
}
