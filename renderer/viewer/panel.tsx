/** @file The panel beside the picture, on phones a sheet at its foot: why it is here, what it is, where it is collected. */
import { ActionIcon } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ItemDetail } from '../../core/api/library.ts';
import type { Hit } from '../../core/api/query.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import type { SearchResults } from '../wall/use-search.ts';
import { CollectionsPart } from './collections-part.tsx';
import { DetailsPanel } from './details-panel.tsx';
import styles from './panel.module.css';
import { WhyPanel } from './why-panel.tsx';

type Props = { hit: Hit | undefined; item: ItemDetail | undefined; error: unknown; results: SearchResults; onClose(): void };

export function Panel({ hit, item, error, results, onClose }: Props) {
  const { viewer } = useMessages();
  return (
    <aside className={styles.panel} aria-label={viewer.panel}>
      <ActionIcon className={styles.close} aria-label={viewer.hidePanel} onClick={onClose}>
        <IconChevronDown size={18} stroke={1.75} aria-hidden />
      </ActionIcon>
      {hit && results.first && <WhyPanel hit={hit} page={results.first} asks={results.dims} />}
      {item && <DetailsPanel item={item} showWords={!hit} />}
      {item && <CollectionsPart item={item} />}
      {hit && error !== null && <ProblemNote error={error} />}
    </aside>
  );
}
