/** @file What a picture is: file, date, camera, place. Only what is known is shown. */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import type { ItemDetail } from '../../core/api/library.ts';
import { PathText } from '../app/path-text.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './panel.module.css';
import { WordBars } from './why-panel.tsx';

export function DetailsPanel({ item, showWords }: { item: ItemDetail; showWords: boolean }) {
  const messages = useMessages();
  const { viewer } = messages;
  const pixels = `${viewer.dimensions(item.width, item.height)} (${viewer.megapixels((item.width * item.height) / 1e6)})`;
  const rows: [string, ReactNode][] = [
    [item.takenAtIsFromCamera ? viewer.date : viewer.fileDate, messages.dateTime(item.takenAt)],
    [viewer.size, `${pixels}, ${messages.bytes(item.bytes)}`],
    [viewer.file, item.type.toUpperCase()],
    [viewer.camera, item.camera],
    [viewer.lens, item.lens],
    [viewer.exposure, item.exposure],
    [
      viewer.place,
      item.place && <Copied shown={viewer.coordinates(item.place)} value={coordinates(item.place)} label={viewer.copyPlace} />,
    ],
    [viewer.rating, item.rating === null ? null : viewer.stars(item.rating)],
    [viewer.people, item.people === null ? null : messages.count(item.people)],
  ];
  return (
    <section className={styles.section} aria-label={viewer.panel}>
      <h3>{viewer.panel}</h3>
      {showWords && <WordBars title={viewer.words} words={item.words} />}
      <dl className={styles.facts}>
        {rows
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        <dt>{viewer.path}</dt>
        <dd>
          <Copied shown={<PathText path={item.path} />} value={item.path} label={viewer.copyPath} />
        </dd>
        {item.copies.length > 0 && (
          <>
            <dt>{viewer.copies}</dt>
            {item.copies.map((path) => (
              <dd key={path}>
                <Copied shown={<PathText path={path} />} value={path} label={viewer.copyPath} />
              </dd>
            ))}
          </>
        )}
      </dl>
    </section>
  );
}

function Copied({ shown, value, label }: { shown: ReactNode; value: string; label: string }) {
  const { copied } = useMessages();
  return (
    <span className={styles.path}>
      <span>{shown}</span>
      <CopyButton value={value}>
        {({ copied: isCopied, copy }) => (
          <Tooltip label={isCopied ? copied : label}>
            <ActionIcon aria-label={isCopied ? copied : label} onClick={copy} size={24} className={styles.copy}>
              {isCopied ? <IconCheck size={14} stroke={2} aria-hidden /> : <IconCopy size={14} stroke={2} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}

/** As maps take them: 52.520008, 13.404954. */
function coordinates({ latitude, longitude }: NonNullable<ItemDetail['place']>): string {
  return `${Number(latitude.toFixed(6))}, ${Number(longitude.toFixed(6))}`;
}
