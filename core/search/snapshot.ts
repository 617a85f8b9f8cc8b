/**
 * @file One answer as it stood when it was asked, so that its pages neither repeat nor skip while the library changes.
 *
 * [Note: snapshots] The first page of a large library comes from the approximate index. Only when somebody goes deeper is everything
 * ranked exactly, and what was shown already is left out: an item that the index overlooked comes late, never not at all.
 * A cursor names its snapshot. When that is gone (a restart, many other searches), the answer is made anew and the page goes
 * on behind the key where the last one ended.
 */
import { randomBytes } from 'node:crypto';
import type { Word } from '../indexing/embedder.ts';
import type { Item, KeyKind } from '../store/catalogue.ts';
import type { WordMatch } from '../store/words.ts';
import type { Cursor } from './cursor.ts';
import type { NearDuplicates } from './near-duplicates.ts';
import type { Ranked } from './order.ts';
import type { Places } from './places.ts';

export type Answer = {
  /** What the keys are: of vectors in this space, or of parts, whose vectors may be in any. */
  readonly kind: KeyKind;
  readonly spaceId: number;
  /** Of that space. */
  readonly near: NearDuplicates;
  /** The space whose words are shown for what it has seen, where it is another one. */
  readonly readout?: number;
  entries: Ranked[];
  /** Ranks what `entries` lacks. Absent once they are complete. */
  rest: (() => Ranked[]) | undefined;
  /** How many of the first entries lie above the cut line, and how many items (or groups) that and all of them are. */
  readonly above: number;
  readonly cut: number;
  readonly total: number;
  /** The query's vector; absent when everything is listed. */
  readonly vector: Float32Array | undefined;
  /** Turns a dot product into a cosine. */
  readonly scale: number;
  readonly says: readonly Word[];
  readonly composition: 'none' | 'learned' | 'arithmetic';
  readonly names: ReadonlyMap<number, WordMatch>;
  /** The next one who asks may get a better answer. */
  readonly provisional?: true;
};

/** An answer without a vector: nothing is scored, all of it is there and lies above the line. */
export function unscored(found: Pick<Answer, 'kind' | 'spaceId' | 'near' | 'entries' | 'total' | 'names'>): Answer {
  return {
    ...found,
    rest: undefined,
    above: found.entries.length,
    cut: found.total,
    vector: undefined,
    scale: 0,
    says: [],
    composition: 'none',
  };
}

export type Snapshot = Answer & {
  readonly id: string;
  readonly fingerprint: string;
  readonly generation: string;
  /** Since somebody asked for them. See [Note: places]. */
  places?: Places;
};

export type Place = { readonly index: number; readonly fileId: number };

/** The latest answers, forgotten in order of last use. */
export class Snapshots {
  readonly #kept = new Map<string, Snapshot>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The answer to this query as long as nothing in the library has changed since. */
  current(fingerprint: string, generation: string): Snapshot | undefined {
    const found = [...this.#kept.values()].find(
      (kept) => kept.fingerprint === fingerprint && kept.generation === generation && !kept.provisional,
    );
    return found && this.#touch(found);
  }

  get all(): readonly Snapshot[] {
    return [...this.#kept.values()];
  }

  byId(id: string): Snapshot | undefined {
    const found = this.#kept.get(id);
    return found && this.#touch(found);
  }

  add(fingerprint: string, generation: string, answer: Answer): Snapshot {
    return this.#touch({ ...answer, id: randomBytes(8).toString('hex'), fingerprint, generation });
  }

  #touch(snapshot: Snapshot): Snapshot {
    this.#kept.delete(snapshot.id);
    this.#kept.set(snapshot.id, snapshot);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#limit) break;
      this.#kept.delete(oldest);
    }
    return snapshot;
  }
}

export function complete(snapshot: Answer): void {
  const { rest } = snapshot;
  if (rest === undefined) return;
  snapshot.rest = undefined;
  snapshot.entries = snapshot.entries.concat(rest());
}

/** What the keys of an answer are of: a space, or 0 for parts. */
export function keysOf({ kind, spaceId }: Answer): number {
  return kind === 'part' ? 0 : spaceId;
}

/** Where a cursor's page ended, in this answer. */
export function placeOf(snapshot: Snapshot, cursor: Cursor): Place {
  // An answer by other engines, whose keys have nothing in common with the cursor's.
  if (cursor.of !== keysOf(snapshot)) return { index: cursor.index + 1, fileId: 0 };
  if (snapshot.entries[cursor.index]?.key === cursor.key) return cursor;
  complete(snapshot);
  const index = snapshot.entries.findIndex(({ key }) => key === cursor.key);
  // Gone in the meantime: whatever took its place has not been shown.
  return index >= 0 ? { index, fileId: cursor.fileId } : { index: cursor.index - 1, fileId: Number.MAX_SAFE_INTEGER };
}

export type Shown = { readonly index: number; readonly entry: Ranked; readonly item: Item };

/** The next `limit` items behind a place, and whether there are more. `load` gives what is left of the keys, in their order. */
export function takePage(
  snapshot: Answer,
  after: Place | undefined,
  limit: number,
  load: (keys: number[]) => Item[],
): { shown: Shown[]; more: boolean } {
  const shown: Shown[] = [];
  let index = after ? Math.max(0, after.index) : 0;
  while (shown.length <= limit) {
    const chunk = limit + 1 - shown.length;
    if (index + chunk > snapshot.entries.length) complete(snapshot);
    const entries = snapshot.entries.slice(index, index + chunk);
    if (entries.length === 0) break;
    const at = new Map(entries.map(({ key }, offset) => [key, index + offset]));
    for (const item of load(entries.map(({ key }) => key))) {
      const place = at.get(item.key) ?? 0;
      const entry = snapshot.entries[place];
      const seen = after !== undefined && (place < after.index || (place === after.index && item.fileId <= after.fileId));
      if (entry && !seen) shown.push({ index: place, entry, item });
    }
    index += entries.length;
  }
  return { shown: shown.slice(0, limit), more: shown.length > limit };
}
