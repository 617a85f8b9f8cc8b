/** @file The words of the interface, by language. English is the source: its type is what every other language must fill. */
import { createContext, useContext } from 'react';
import { en } from './en.ts';

export type Messages = typeof en;

export const MessagesContext = createContext<Messages>(en);

export function useMessages(): Messages {
  return useContext(MessagesContext);
}
