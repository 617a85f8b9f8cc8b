/**
 * @file One picture, large, with why it is here and what it is. An address of its own: back closes it.
 * The focus returns to the tile of the picture that was seen last.
 */
import { ActionIcon, Modal } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useMemo } from 'react';
import { queries } from '../app/api.ts';
import { keyPressed } from '../app/keys.ts';
import { useLayer } from '../app/layers.ts';
import { problemCode } from '../app/problem.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useStars } from '../keepsakes/use-keepsakes.ts';
import { useMessages } from '../messages/messages.ts';
import type { SearchResults } from '../wall/use-search.ts';
import { Panel } from './panel.tsx';
import { Stage } from './stage.tsx';
import { panByArrow, useZoom, zoomByKey } from './use-zoom.ts';
import styles from './viewer.module.css';
import { actionsFor } from './viewer-actions.ts';
import { ViewerBar } from './viewer-bar.tsx';

type Props = {
  id: string;
  /** Where it stands in the results; -1 where it does not. */
  index: number;
  results: SearchResults;
  onView(id: string): void;
  onClose(): void;
};

export function Viewer({ id, index, results, onView, onClose }: Props) {
  const messages = useMessages();
  const { viewer } = messages;
  const [panel, setPanel] = usePanel();
  const item = useQuery(queries.item.queryOptions({ input: { id }, staleTime: 5000 }));
  const stars = useStars();
  const zIndex = useLayer('viewer', true, onClose);
  const hit = results.at(index);
  const shown = hit ?? item.data;
  const previous = results.at(index - 1);
  const next = index === -1 ? undefined : results.at(index + 1);
  const zoom = useZoom(id, shown);
  const isGone = item.isError && problemCode(item.error) === 'not-found';
  const actions = useMemo(
    () => (shown && !isGone ? actionsFor(shown, { next, previous }, stars, messages) : []),
    [shown, isGone, next, previous, stars, messages],
  );

  useEffect(() => {
    for (const neighbour of [next, previous]) if (neighbour) new Image().src = `/preview/${neighbour.id}?v=${neighbour.version}`;
    if (index !== -1) results.want(index, index + 2);
  }, [index, next, previous, results.want]);

  const step = (to: 'next' | 'previous'): void => {
    const neighbour = to === 'next' ? next : previous;
    if (neighbour) onView(neighbour.id);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // A menu has its own arrows and letters.
    if (event.defaultPrevented || (event.target instanceof Element && event.target.closest('[role="menu"]'))) return;
    const key = keyPressed(event, 'viewer');
    if (!key || key === 'close') return;
    // Text that was marked in the panel is what one wants to copy.
    if (key === 'copy-picture' && window.getSelection()?.isCollapsed === false) return;
    if (key === 'next' || key === 'previous' || key === 'pan') {
      if (!panByArrow(zoom, event.key) && key !== 'pan') step(key);
    } else if (key === 'zoom-in' || key === 'zoom-out' || key === 'fit' || key === 'actual-size') zoomByKey(zoom.change, key);
    else if (key === 'panel') setPanel(!panel);
    else actions.find((action) => action.id === key)?.run();
    event.preventDefault();
  };

  return (
    <Modal.Root
      opened
      fullScreen
      onClose={onClose}
      closeOnEscape={false}
      zIndex={zIndex}
      returnFocus={false}
      transitionProps={{ duration: 100, transition: 'fade' }}
    >
      <Modal.Content aria-label={viewer.label(shown?.name ?? '')} className={styles.content} data-screen>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: Mantine's content takes no keys */}
        <div className={styles.viewer} data-panel={panel || undefined} tabIndex={-1} data-autofocus onKeyDown={onKeyDown}>
          <ViewerBar
            name={shown?.name}
            position={results.first && index !== -1 ? viewer.position(index + 1, results.first.total) : null}
            actions={actions}
            panel={panel}
            onPanel={() => setPanel(!panel)}
            onClose={onClose}
          />
          <div className={styles.stage}>
            {shown && <Stage key={`${shown.id}-${shown.version}`} picture={shown} zoom={zoom} isGone={isGone} onSwipe={step} />}
            {!shown && item.isError && <ProblemNote error={item.error} />}
            {previous && (
              <ActionIcon size={44} className={styles.previous} aria-label={viewer.previous} onClick={() => step('previous')}>
                <IconChevronLeft size={24} stroke={1.75} aria-hidden />
              </ActionIcon>
            )}
            {next && (
              <ActionIcon size={44} className={styles.next} aria-label={viewer.next} onClick={() => step('next')}>
                <IconChevronRight size={24} stroke={1.75} aria-hidden />
              </ActionIcon>
            )}
          </div>
          {panel && (
            <Panel hit={hit} item={item.data} error={isGone ? null : item.error} results={results} onClose={() => setPanel(false)} />
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Whether details are shown. A phone's sheet covers half of the picture: there it is remembered by itself and closed at first. */
function usePanel(): [boolean, (panel: boolean) => void] {
  const isNarrow = useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false });
  const wide = useLocalStorage({ key: 'oneword-viewer-panel', defaultValue: true, getInitialValueInEffect: false });
  const narrow = useLocalStorage({ key: 'oneword-viewer-sheet', defaultValue: false, getInitialValueInEffect: false });
  const [panel, setPanel] = isNarrow ? narrow : wide;
  return [panel, setPanel];
}
