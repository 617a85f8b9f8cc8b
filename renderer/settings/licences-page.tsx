/** @file The licences of what Oneword is made with, as they came with it. The list is made when the page is built, see licences-file.ts. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { Page } from '../app/page.tsx';
import { errorOf } from '../app/problem.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './licences-page.module.css';

const licencesFile = z.object({
  packages: z.array(z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() })),
});

async function fetchLicences(): Promise<z.infer<typeof licencesFile>> {
  const response = await fetch('/licences.json');
  if (!response.ok) throw await errorOf(response);
  return licencesFile.parse(await response.json());
}

export function LicencesPage() {
  const { licences, retry } = useMessages();
  const list = useQuery({ queryKey: ['licences'], queryFn: fetchLicences, staleTime: Number.POSITIVE_INFINITY });
  return (
    <Page title={licences.title} intro={licences.intro}>
      {list.isError && (
        <ProblemNote error={list.error}>
          <Button onClick={() => void list.refetch()}>{retry}</Button>
        </ProblemNote>
      )}
      {list.data && (
        <>
          <p className={styles.count}>{licences.count(list.data.packages.length)}</p>
          {list.data.packages.map(({ name, version, licence, text }) => (
            <details key={`${name} ${version}`} className={styles.package}>
              <summary>
                <span className={styles.name}>{name}</span> {version}
                <span className={styles.licence}>{licence}</span>
              </summary>
              <pre className={styles.text}>{text || licence}</pre>
            </details>
          ))}
        </>
      )}
    </Page>
  );
}
