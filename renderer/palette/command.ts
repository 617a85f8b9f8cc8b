/** @file What the palette can do: a name to find it by and what then happens. */
import type { TablerIcon } from '@tabler/icons-react';
import type { Messages } from '../messages/messages.ts';
import type { Findable } from './match.ts';

export type Command = Findable & {
  /** The same next time, so that what was used lately is found again. */
  readonly id: string;
  readonly group: Exclude<keyof Messages['palette']['groups'], 'recent'>;
  readonly icon: TablerIcon;
  /** A key that does the same, as in the table of keys. */
  readonly shortcut?: string | undefined;
  run(): void;
};
