/** @file Short sentences after an action: what was done, or why not, and a way to take it back. One at a time, gone by itself unless it is a problem. */
import { create } from 'zustand';

/** One thing that can be done about it. It takes the notice away. */
export type NoticeAction = { label: string; run(): void };

export type Notice = { id: number; text: string; error?: unknown; action?: NoticeAction };

type Notices = { current: Notice | null };

export const useNotices = create<Notices>(() => ({ current: null }));

let lastId = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const shownFor = 6000;
/** Long enough to read it, to change one's mind and to get there by keyboard. */
export const offeredFor = 12_000;

export function notify(text: string, error?: unknown): void {
  show(error === undefined ? { text } : { text, error }, error === undefined ? shownFor : null);
}

/** Says what was done and offers one way on, as a rule to take it back. */
export function offer(text: string, action: NoticeAction): void {
  show({ text, action }, offeredFor);
}

export function dismissNotice(id: number): void {
  if (useNotices.getState().current?.id === id) useNotices.setState({ current: null });
}

function show(notice: Omit<Notice, 'id'>, milliseconds: number | null): void {
  clearTimeout(timer);
  lastId += 1;
  const id = lastId;
  useNotices.setState({ current: { id, ...notice } });
  if (milliseconds !== null) timer = setTimeout(() => dismissNotice(id), milliseconds);
}
