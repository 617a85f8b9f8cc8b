/** @file The palette: one field that finds every page, action, folder, engine, saved search and collection. All of it by keyboard. */
import { Modal } from '@mantine/core';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { KeyCaps } from '../app/key-caps.tsx';
import { keyPressed } from '../app/keys.ts';
import { useLayer } from '../app/layers.ts';
import { useReturnedFocus } from '../app/use-returned-focus.ts';
import { useMessages } from '../messages/messages.ts';
import type { Command } from './command.ts';
import { findByWords } from './match.ts';
import styles from './palette.module.css';
import { usePalette } from './palette-state.ts';
import { readRecent, remember } from './recent.ts';
import { useCommands } from './use-commands.ts';

const close = (): void => usePalette.setState({ opened: false });

export function Palette() {
  const { palette } = useMessages();
  const opened = usePalette((state) => state.opened);
  useReturnedFocus(opened);
  const zIndex = useLayer('palette', opened, close);
  return (
    <Modal.Root
      opened={opened}
      onClose={close}
      closeOnEscape={false}
      zIndex={zIndex}
      returnFocus={false}
      size={600}
      yOffset="12dvh"
      transitionProps={{ duration: 100, transition: 'fade' }}
      classNames={{ content: styles.content ?? '', body: styles.body ?? '' }}
    >
      <Modal.Overlay color="var(--ow-scrim)" backgroundOpacity={1} />
      <Modal.Content aria-label={palette.title} shadow="none">
        <Modal.Body>
          <Finder />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Lives only while the palette is open: it begins empty each time. */
function Finder() {
  const { palette } = useMessages();
  const commands = useCommands();
  const [recent] = useState(() => readRecent());
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const listRef = useRef<HTMLDivElement>(null);
  const isFinding = typed.trim() !== '';
  const sections = useMemo(() => sectionsOf(commands, recent, typed), [commands, recent, typed]);
  const shown = sections.flatMap((section) => section.commands);
  const at = Math.min(active, Math.max(0, shown.length - 1));

  useEffect(() => {
    listRef.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: at === 0 ? 'center' : 'nearest' });
  }, [at]);

  const run = (command: Command | undefined): void => {
    if (!command) return;
    remember(command.id);
    close();
    command.run();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const key = keyPressed(event, 'palette');
    if (key === null || key === 'close') return;
    event.preventDefault();
    if (key === 'next') setActive((at + 1) % Math.max(1, shown.length));
    else if (key === 'previous') setActive((at + shown.length - 1) % Math.max(1, shown.length));
    else run(shown[at]);
  };

  let index = -1;
  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-label={palette.title}
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown.length > 0 ? `${listId}-${at}` : undefined}
        placeholder={palette.placeholder}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        data-autofocus
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={listRef} id={listId} role="listbox" aria-label={palette.results} className={styles.list}>
        {sections.map((section) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
          <div key={section.group ?? 'found'} role="group" aria-label={section.group ? palette.groups[section.group] : palette.results}>
            {section.group && (
              <p className={styles.heading} aria-hidden>
                {palette.groups[section.group]}
              </p>
            )}
            {section.commands.map((command) => {
              index += 1;
              return (
                <Option
                  key={command.id}
                  id={`${listId}-${index}`}
                  at={index}
                  command={command}
                  isActive={index === at}
                  saysGroup={isFinding || section.group === 'recent'}
                  onPoint={setActive}
                  onRun={run}
                />
              );
            })}
          </div>
        ))}
      </div>
      <p role="status" className={shown.length === 0 ? styles.none : styles.silent}>
        {shown.length === 0 ? palette.none : isFinding && palette.found(shown.length)}
      </p>
    </>
  );
}

type OptionProps = {
  id: string;
  at: number;
  command: Command;
  isActive: boolean;
  /** There is no heading that says it. */
  saysGroup: boolean;
  onPoint(at: number): void;
  onRun(command: Command): void;
};

function Option({ id, at, command, isActive, saysGroup, onPoint, onRun }: OptionProps) {
  const { palette } = useMessages();
  const { icon: Icon, title, group, shortcut } = command;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and its keys choose
    // biome-ignore lint/a11y/useFocusableInteractive: named by the field's aria-activedescendant
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      data-at={at}
      className={styles.option}
      onMouseMove={() => !isActive && onPoint(at)}
      onClick={() => onRun(command)}
    >
      <Icon size={18} stroke={1.75} aria-hidden />
      <span className={styles.title}>{title}</span>
      {saysGroup && <span className={styles.group}>{palette.groups[group]}</span>}
      {shortcut && <KeyCaps of={shortcut} />}
    </div>
  );
}

type Section = { readonly group: Command['group'] | 'recent' | null; readonly commands: readonly Command[] };

/** What was used lately first, then the rest by groups; with words, only what fits them, best first. */
function sectionsOf(commands: readonly Command[], recent: readonly string[], typed: string): Section[] {
  const lately = recent.flatMap((id) => commands.find((command) => command.id === id) ?? []);
  if (typed.trim() !== '') {
    const recency = ({ id }: Command): number => (recent.includes(id) ? recent.length - recent.indexOf(id) : 0);
    return [{ group: null, commands: findByWords(typed, commands, recency) }];
  }
  const rest = commands.filter((command) => !lately.includes(command));
  const groups = [...new Set(rest.map(({ group }) => group))];
  const sections = groups.map((group): Section => ({ group, commands: rest.filter((command) => command.group === group) }));
  return lately.length > 0 ? [{ group: 'recent', commands: lately }, ...sections] : sections;
}
