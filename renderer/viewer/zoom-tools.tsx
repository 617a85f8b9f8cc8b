/** @file Zoom by buttons, with how large a pixel of the picture is drawn. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useMessages } from '../messages/messages.ts';
import { type Zoom, zoomByKey } from './use-zoom.ts';
import { isZoomed, magnification, zoomLimits } from './zoom.ts';
import styles from './zoom-tools.module.css';

export function ZoomTools({ zoom }: { zoom: Zoom }) {
  const { viewer, percent } = useMessages();
  const { frame, view, change } = zoom;
  if (!frame) return null;
  const { least, most } = zoomLimits(frame);
  return (
    <fieldset className={styles.tools} aria-label={viewer.zoom}>
      <ActionIcon aria-label={viewer.zoomOut} disabled={view.zoom <= least} onClick={() => zoomByKey(change, 'zoom-out')}>
        <IconMinus size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
      <Tooltip label={viewer.actualSize}>
        <Button
          variant="subtle"
          color="gray"
          className={styles.level}
          aria-label={viewer.zoomLevel(magnification(view, frame))}
          onClick={() => zoomByKey(change, 'actual-size')}
        >
          {percent(magnification(view, frame))}
        </Button>
      </Tooltip>
      <ActionIcon aria-label={viewer.zoomIn} disabled={view.zoom >= most} onClick={() => zoomByKey(change, 'zoom-in')}>
        <IconPlus size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
      <Tooltip label={viewer.fit}>
        <ActionIcon aria-label={viewer.fit} disabled={!isZoomed(view) && view.zoom === 1} onClick={() => zoomByKey(change, 'fit')}>
          <IconMaximize size={16} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </fieldset>
  );
}
