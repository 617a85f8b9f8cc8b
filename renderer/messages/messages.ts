/**
 * @file The words of the interface. English is the source: its type is what every other language must fill, no key more and no key less.
 * A language is fetched when it is spoken, and only then.
 */
import { createContext, useContext } from 'react';
import type { en } from './en.ts';
import type { Language } from './languages.ts';

export type Messages = typeof en;

const loads: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: () => import('./en.ts').then((module) => module.en),
  ko: () => import('./ko.ts').then((module) => module.ko),
  de: () => import('./de.ts').then((module) => module.de),
};

export function loadMessages(language: Language): Promise<Messages> {
  return loads[language]();
}

export const MessagesContext = createContext<Messages | null>(null);

export function useMessages(): Messages {
  const messages = useContext(MessagesContext);
  if (messages === null) throw new Error('There are no words yet: startLanguage() must have ended before anything is rendered.');
  return messages;
}
