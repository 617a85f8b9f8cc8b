/** @file Short sentences after an action: what was done, or why not. One at a time, gone by itself unless it is a problem. */
import { create } from 'zustand';

export type Notice = { id: number; text: string; error?: unknown };

type Notices = { current: Notice | null };

export const useNotices = create<Notices>(() => ({ current: null }));

let lastId = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const shownFor = 6000;

export function notify(text: string, error?: unknown): void {
  clearTimeout(timer);
  lastId += 1;
  const id = lastId;
  useNotices.setState({ current: error === undefined ? { id, text } : { id, text, error } });
  if (error === undefined) timer = setTimeout(() => dismissNotice(id), shownFor);
}

export function dismissNotice(id: number): void {
  if (useNotices.getState().current?.id === id) useNotices.setState({ current: null });
}
