/** @file Something that is opened once, on first use, and shared by all who ask meanwhile. A failure is forgotten, so a retry can work. */

export type Shared<T> = {
  get(): Promise<T>;
  /** The value if it was asked for and could be opened. Does not open it. */
  opened(): Promise<T | undefined>;
};

export function shared<T>(open: () => Promise<T>): Shared<T> {
  let pending: Promise<T> | undefined;

  function get(): Promise<T> {
    if (pending) return pending;
    const started = open();
    pending = started;
    started.catch(() => {
      if (pending === started) pending = undefined;
    });
    return started;
  }

  return { get, opened: async () => pending?.catch(() => undefined) };
}
