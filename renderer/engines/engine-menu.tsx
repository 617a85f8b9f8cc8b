/** @file What else can be done with an engine. Nothing else = no menu. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconColumns2, IconDots, IconGauge, IconSquare, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { EngineInfo } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import { type Lineup, type Secondary, secondariesOf } from './engine-state.ts';
import type { EngineActions, Probe } from './use-engine-actions.ts';

type Props = {
  engine: EngineInfo;
  lineup: Lineup;
  actions: EngineActions;
  probe: Probe;
  onRemove(): void;
};

export function EngineMenu({ engine, lineup, actions, probe, onRemove }: Props) {
  const { engines: messages } = useMessages();
  const items = secondariesOf(engine, lineup);
  const { serving } = lineup;
  if (items.length === 0) return null;

  const rows: Record<Secondary, { icon: ReactNode; label: string; run(): void }> = {
    beside: {
      icon: <IconColumns2 size={16} stroke={1.75} aria-hidden />,
      label: messages.beside(serving?.name ?? ''),
      run: () => serving && actions.takeBeside(engine, serving),
    },
    alone: {
      icon: <IconSquare size={16} stroke={1.75} aria-hidden />,
      label: messages.useAlone,
      run: () => actions.take(engine, lineup),
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
