/** @file Runs the library's own checks and shows each with what was found. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { TechnicalText } from '../app/technical-text.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './library-check.module.css';
import { Setting } from './setting.tsx';

const checkHash = '#check';
const addressEvents = ['popstate', 'pushState', 'replaceState', 'hashchange'];

/** wouter announces its own navigations under the second and third. */
function followAddress(onChange: () => void): () => void {
  for (const event of addressEvents) window.addEventListener(event, onChange);
  return () => {
    for (const event of addressEvents) window.removeEventListener(event, onChange);
  };
}

export function LibraryCheck() {
  const { settings: messages } = useMessages();
  const report = useQuery(queries.doctor.queryOptions({ enabled: false, staleTime: Number.POSITIVE_INFINITY }));
  const { refetch } = report;
  const buttonRef = useRef<HTMLButtonElement>(null);
  const [, navigate] = useLocation();
  const hash = useSyncExternalStore(followAddress, () => window.location.hash);

  // The palette asks for the check by the address.
  useEffect(() => {
    if (hash !== checkHash) return;
    buttonRef.current?.focus();
    void refetch();
    navigate('/settings', { replace: true });
  }, [hash, refetch, navigate]);

  return (
    <div className={styles.check}>
      <Setting name={messages.checkName} hint={messages.checkHint}>
        <Button ref={buttonRef} loading={report.isFetching} onClick={() => void refetch()}>
          {messages.check}
        </Button>
      </Setting>
      <div role="status">
        {report.isError && <ProblemNote error={report.error} compact />}
        {report.data && !report.isFetching && <p>{report.data.ok ? messages.checkOk : messages.checkFailed}</p>}
      </div>
      {report.data && (
        <ul className={styles.list}>
          {report.data.checks.map((check) => (
            <li key={check.name} data-ok={check.ok || undefined}>
              {check.ok ? (
                <IconCheck size={16} stroke={2} role="img" aria-label={messages.passed} />
              ) : (
                <IconAlertTriangle size={16} stroke={2} role="img" aria-label={messages.failed} />
              )}
              <TechnicalText about={messages.checks[check.name]} text={check.detail} opened={!check.ok} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
