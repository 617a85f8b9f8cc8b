/** @file Puts pictures into a collection: type to find one or to make one, Enter. Of a single picture it also shows where it is, and takes it out. */
import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { IconCheck, IconPlus } from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { technicalText } from '../app/problem.ts';
import { useMessages } from '../messages/messages.ts';
import { choicesFor } from './collect-choices.ts';
import styles from './collect-dialog.module.css';
import { stopCollecting, useCollecting } from './collect-store.ts';
import { useCollect, useCollections } from './use-keepsakes.ts';

const freshValue = 'fresh';

export function CollectDialog() {
  const { keepsakes } = useMessages();
  const { opened, ids } = useCollecting();
  return (
    <Dialog opened={opened} onClose={stopCollecting} title={keepsakes.dialog(ids.length)} width={420}>
      <Chooser ids={ids} />
    </Dialog>
  );
}

function Chooser({ ids }: { ids: readonly string[] }) {
  const { keepsakes, count } = useMessages();
  const collect = useCollect();
  const collections = useCollections() ?? [];
  const [only] = ids;
  const single = useQuery(queries.item.queryOptions({ input: ids.length === 1 && only ? { id: only } : skipToken })).data;
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const combobox = useCombobox({ opened: true, onDropdownClose: stopCollecting });
  const { found, fresh } = choicesFor(collections, typed);
  const has = (id: number): boolean => single?.collections.some((one) => one.id === id) ?? false;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list of choices begins at its first
  useEffect(() => void combobox.selectFirstOption(), [typed, found.length]);

  const choose = async (value: string): Promise<void> => {
    if (value === freshValue && fresh !== null) {
      try {
        await collect.make(fresh, ids);
        stopCollecting();
      } catch (error) {
        setProblem(technicalText(error));
      }
      return;
    }
    stopCollecting();
    await (has(Number(value)) ? collect.outOf(Number(value), ids) : collect.into(Number(value), ids));
  };

  return (
    <Combobox store={combobox} onOptionSubmit={(value) => void choose(value)}>
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          label={keepsakes.choose}
          description={keepsakes.chooseHint}
          value={typed}
          maxLength={200}
          error={problem}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setProblem(null);
          }}
        />
      </Combobox.EventsTarget>
      {/* A list of nothing is none. */}
      <Combobox.Options className={styles.options} aria-label={keepsakes.choose} hidden={found.length === 0 && fresh === null}>
        {found.map((one) => (
          <Combobox.Option key={one.id} value={String(one.id)} className={styles.option}>
            {one.cover ? (
              <img
                className={styles.cover}
                src={`/thumb/${one.cover.id}?v=${one.cover.version}`}
                alt=""
                style={{ backgroundColor: one.cover.colour }}
              />
            ) : (
              <span className={styles.cover} />
            )}
            <span className={styles.name}>{one.name}</span>
            {has(one.id) && <IconCheck size={16} stroke={2} aria-label={keepsakes.isIn} />}
            <span className={styles.count}>{count(one.items)}</span>
          </Combobox.Option>
        ))}
        {fresh !== null && (
          <Combobox.Option value={freshValue} className={styles.option}>
            <IconPlus size={16} stroke={1.75} aria-hidden className={styles.plus} />
            <span className={styles.name}>{keepsakes.make(fresh)}</span>
          </Combobox.Option>
        )}
      </Combobox.Options>
      {found.length === 0 && fresh === null && <p className={styles.empty}>{keepsakes.none}</p>}
    </Combobox>
  );
}
