/**
 * @file One picture, large, with why it is here and what it is. An address of its own: back closes it.
 * The focus returns to the tile of the picture that was seen last.
 */
import { ActionIcon, Button, Modal, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import {
  IconArrowsShuffle,
  IconChevronLeft,
  IconChevronRight,
  IconLayoutSidebarRightCollapse,
  IconLayoutSidebarRightExpand,
  IconPhotoSearch,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect } from 'react';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { type Intent, takePicture } from '../box/take-picture.ts';
import { useMessages } from '../messages/messages.ts';
import { place } from '../query/use-place.ts';
import type { SearchResults } from '../wall/use-search.ts';
import { DetailsPanel } from './details-panel.tsx';
import { Stage } from './stage.tsx';
import styles from './viewer.module.css';
import { WhyPanel } from './why-panel.tsx';

type Props = {
  id: string;
  /** Where it stands in the results; -1 where it does not. */
  index: number;
  results: SearchResults;
  onClose(): void;
};

export function Viewer({ id, index, results, onClose }: Props) {
  const messages = useMessages();
  const { viewer } = messages;
  const [panel, setPanel] = useLocalStorage({ key: 'oneword-viewer-panel', defaultValue: true, getInitialValueInEffect: false });
  const item = useQuery(queries.item.queryOptions({ input: { id }, staleTime: 5000 }));
  const hit = results.at(index);
  const shown = hit ?? item.data;
  const previous = results.at(index - 1);
  const next = index === -1 ? undefined : results.at(index + 1);

  useEffect(() => {
    for (const neighbour of [next, previous]) if (neighbour) new Image().src = `/preview/${neighbour.id}?v=${neighbour.version}`;
    if (index !== -1) results.want(index, index + 2);
  }, [index, next, previous, results.want]);

  const take = (intent: Intent): void => takePicture({ kind: 'item', id }, intent);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowRight' && next) place.view(next.id);
    else if (event.key === 'ArrowLeft' && previous) place.view(previous.id);
    else if (event.key === 'm') take('like');
    else if (event.key === 'e') take('edit');
    else if (event.key === 'i') setPanel(!panel);
    else return;
    event.preventDefault();
  };

  return (
    <Modal.Root opened fullScreen onClose={onClose} returnFocus={false} transitionProps={{ duration: 100, transition: 'fade' }}>
      <Modal.Content aria-label={viewer.label(shown?.name ?? '')} className={styles.content} onKeyDown={onKeyDown}>
        <div className={styles.viewer} data-panel={panel || undefined} tabIndex={-1} data-autofocus>
          <header className={styles.bar}>
            <Tooltip label={messages.close}>
              <ActionIcon aria-label={messages.close} onClick={onClose}>
                <IconX size={18} stroke={1.75} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <div className={styles.name}>
              <h2>{shown?.name}</h2>
              {results.first && index !== -1 && <span>{viewer.position(index + 1, results.first.total)}</span>}
            </div>
            <Button
              className={styles.action}
              aria-label={viewer.like}
              leftSection={<IconPhotoSearch size={16} stroke={1.75} aria-hidden />}
              onClick={() => take('like')}
            >
              {viewer.like}
            </Button>
            <Button
              className={styles.action}
              aria-label={viewer.edit}
              leftSection={<IconArrowsShuffle size={16} stroke={1.75} aria-hidden />}
              onClick={() => take('edit')}
            >
              {viewer.edit}
            </Button>
            <Tooltip label={panel ? viewer.hidePanel : viewer.showPanel}>
              <ActionIcon aria-label={panel ? viewer.hidePanel : viewer.showPanel} aria-pressed={panel} onClick={() => setPanel(!panel)}>
                {panel ? (
                  <IconLayoutSidebarRightCollapse size={18} stroke={1.75} aria-hidden />
                ) : (
                  <IconLayoutSidebarRightExpand size={18} stroke={1.75} aria-hidden />
                )}
              </ActionIcon>
            </Tooltip>
          </header>
          <div className={styles.stage}>
            {shown && <Stage key={`${shown.id}-${shown.version}`} picture={shown} />}
            {!shown && item.isError && <ProblemNote error={item.error} />}
            {previous && (
              <ActionIcon size={44} className={styles.previous} aria-label={viewer.previous} onClick={() => place.view(previous.id)}>
                <IconChevronLeft size={24} stroke={1.75} aria-hidden />
              </ActionIcon>
            )}
            {next && (
              <ActionIcon size={44} className={styles.next} aria-label={viewer.next} onClick={() => place.view(next.id)}>
                <IconChevronRight size={24} stroke={1.75} aria-hidden />
              </ActionIcon>
            )}
          </div>
          {panel && (
            <aside className={styles.panel} aria-label={viewer.panel}>
              {hit && results.first && <WhyPanel hit={hit} page={results.first} asks={results.dims} />}
              {item.data && <DetailsPanel item={item.data} showWords={!hit} />}
              {hit && item.isError && <ProblemNote error={item.error} />}
            </aside>
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}
