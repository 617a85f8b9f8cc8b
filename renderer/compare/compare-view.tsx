/** @file Two pictures side by side, or one in place of the other, zoomed and moved as one, with what sets them apart. */
import { ActionIcon, Button, Modal, Tooltip } from '@mantine/core';
import { IconArrowsLeftRight, IconColumns2, IconReplace, IconStar, IconStarFilled, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import type { ItemDetail } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { keyPressed } from '../app/keys.ts';
import { useLayer } from '../app/layers.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useReturnedFocus } from '../app/use-returned-focus.ts';
import { useStars } from '../keepsakes/use-keepsakes.ts';
import { useMessages } from '../messages/messages.ts';
import { PictureView } from '../viewer/picture-view.tsx';
import { panByArrow, useLinkedZoom, type Zoom, zoomByKey } from '../viewer/use-zoom.ts';
import { ZoomTools } from '../viewer/zoom-tools.tsx';
import styles from './compare-view.module.css';
import { compareInstead, type Pair, stopComparing } from './comparison.ts';
import { namesOf } from './differences.ts';
import { DifferencesPart } from './differences-part.tsx';

/** Which of the two is seen: both, or the one of that place. */
type Seen = 'both' | 0 | 1;

export function CompareView({ pair }: { pair: Pair }) {
  const messages = useMessages();
  const { compare, close } = messages;
  const first = useQuery(queries.item.queryOptions({ input: { id: pair[0] } }));
  const second = useQuery(queries.item.queryOptions({ input: { id: pair[1] } }));
  const zooms = useLinkedZoom(pair.toSorted().join(), first.data, second.data);
  const stars = useStars();
  const [seen, setSeen] = useState<Seen>('both');
  useReturnedFocus(true);
  const zIndex = useLayer('comparison', true, stopComparing);

  const items = first.data && second.data ? ([first.data, second.data] as const) : null;
  const names = items ? namesOf(items[0], items[1], messages) : (['', ''] as const);
  const problem = first.error ?? second.error;
  const active = zooms[seen === 1 ? 1 : 0];
  const flip = (): void => setSeen(seen === 0 ? 1 : 0);
  const swap = (): void => compareInstead(pair[1], pair[0]);
  const star = (item: ItemDetail | undefined): void => item && stars.set([item.id], !item.starred);

  const onKeyDown = (event: KeyboardEvent): void => {
    const key = keyPressed(event, 'compare');
    const isOnButton = event.target instanceof Element && event.target.closest('button') !== null;
    if (!key || key === 'close' || (key === 'flip' && isOnButton)) return;
    if (key === 'flip') flip();
    else if (key === 'swap') swap();
    else if (key === 'star') star(first.data);
    else if (key === 'star-second') star(second.data);
    else if (key === 'pan') panByArrow(active, event.key);
    else zoomByKey(active.change, key);
    event.preventDefault();
  };

  return (
    <Modal.Root
      opened
      fullScreen
      onClose={stopComparing}
      closeOnEscape={false}
      zIndex={zIndex}
      returnFocus={false}
      transitionProps={{ duration: 100, transition: 'fade' }}
    >
      <Modal.Content aria-label={compare.label(...names)} className={styles.content} data-screen>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Mantine's content takes no keys */}
        <div className={styles.view} tabIndex={-1} data-autofocus onKeyDown={onKeyDown}>
          <div className={styles.header}>
            <Tooltip label={close}>
              <ActionIcon aria-label={close} onClick={stopComparing}>
                <IconX size={18} stroke={1.75} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <h2>{compare.title}</h2>
            <span className={styles.zoom}>
              <ZoomTools zoom={active} />
            </span>
            <Button
              className={styles.button}
              aria-label={seen === 'both' ? compare.flip : compare.sideBySide}
              leftSection={
                seen === 'both' ? <IconReplace size={16} stroke={1.75} aria-hidden /> : <IconColumns2 size={16} stroke={1.75} aria-hidden />
              }
              onClick={() => (seen === 'both' ? flip() : setSeen('both'))}
            >
              {seen === 'both' ? compare.flip : compare.sideBySide}
            </Button>
            <Button
              className={styles.button}
              aria-label={compare.swap}
              leftSection={<IconArrowsLeftRight size={16} stroke={1.75} aria-hidden />}
              onClick={swap}
            >
              {compare.swap}
            </Button>
          </div>
          {problem && (
            <div className={styles.problem}>
              <p>{compare.failed}</p>
              <ProblemNote error={problem} />
            </div>
          )}
          {items && (
            <div className={styles.pictures} data-seen={seen}>
              {items.map((item, at) => (
                <Side
                  key={item.id}
                  item={item}
                  name={names[at] ?? item.name}
                  zoom={zooms[at] ?? active}
                  isHidden={seen !== 'both' && seen !== at}
                  onStar={() => star(item)}
                />
              ))}
            </div>
          )}
          {items && <DifferencesPart first={items[0]} second={items[1]} names={names} />}
          <p className={styles.said} role="status">
            {seen !== 'both' && compare.shows(names[seen])}
          </p>
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

type SideProps = { item: ItemDetail; name: string; zoom: Zoom; isHidden: boolean; onStar(): void };

function Side({ item, name, zoom, isHidden, onStar }: SideProps) {
  const { compare, viewer } = useMessages();
  const label = item.starred ? compare.unstar(name) : compare.star(name);
  const Star = item.starred ? IconStarFilled : IconStar;
  return (
    <figure className={styles.side} data-hidden={isHidden || undefined}>
      <div className={styles.picture}>
        <PictureView picture={item} zoom={zoom} />
      </div>
      <figcaption className={styles.caption}>
        <span className={styles.name}>{name}</span>
        {item.offline && <span className={styles.offline}>{viewer.offline}</span>}
        <Tooltip label={label}>
          <ActionIcon aria-label={label} data-on={item.starred || undefined} onClick={onStar}>
            <Star size={18} stroke={1.75} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </figcaption>
    </figure>
  );
}
