/** @file Contents on their way through the queue, and files with the same bytes that wait for what becomes of them. */
import type { FileRow } from '../store/files.ts';

export type SameBytes = {
  begin(hash: string): void;
  /** True where these bytes are on their way: the file waits for them. */
  join(file: FileRow, hash: string): boolean;
  /** Those that waited. */
  end(hash: string): readonly FileRow[];
};

export function createSameBytes(): SameBytes {
  const onTheWay = new Map<string, FileRow[]>();
  return {
    begin: (hash) => {
      onTheWay.set(hash, []);
    },
    join: (file, hash) => {
      const waiting = onTheWay.get(hash);
      waiting?.push(file);
      return waiting !== undefined;
    },
    end: (hash) => {
      const waiting = onTheWay.get(hash) ?? [];
      onTheWay.delete(hash);
      return waiting;
    },
  };
}
