/** @file What else can be done with an engine. Nothing else = no menu. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconColumns2, IconDots, IconGauge, IconSquare, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { EngineInfo } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import { type Secondary, secondariesOf, servingEngines } from './engine-state.ts';
import type { EngineActions, Probe } from './use-engine-actions.ts';

type Props = {
  engine: EngineInfo;
  engines: readonly EngineInfo[];
  actions: EngineActions;
  probe: Probe;
  onRemove(): void;
};

export function EngineMenu({ engine, engines, actions, probe, onRemove }: Props) {
  const { engines: messages } = useMessages();
  const items = secondariesOf(engine, engines);
  const [present] = servingEngines(engines);
  if (items.length === 0) return null;

  const rows: Record<Secondary, { icon: ReactNode; label: string; run(): void }> = {
    beside: {
      icon: <IconColumns2 size={16} stroke={1.75} aria-hidden />,
      label: messages.beside(present?.name ?? ''),
      run: () => present && actions.takeBeside(engine, present),
    },
    alone: {
      icon: <IconSquare size={16} stroke={1.75} aria-hidden />,
      label: messages.alone,
      run: () => actions.keep(engine, messages.changed(engine.name)),
    },
    measure: {
      icon: <IconGauge size={16} stroke={1.75} aria-hidden />,
      label: messages.measureAgain,
      run: () => probe.isMeasuring || probe.measure(engine),
    },
    remove: {
      icon: <IconTrash size={16} stroke={1.75} aria-hidden />,
      label: engine.installed ? messages.remove : messages.discard,
      run: onRemove,
    },
  };

  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon aria-label={messages.more(engine.name)}>
          <IconDots size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map((item) => (
          <Menu.Item key={item} leftSection={rows[item].icon} onClick={rows[item].run}>
            {rows[item].label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
