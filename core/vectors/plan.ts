/**
 * @file Decides what to build next. Pure: segments and loose keys in, a range of keys out.
 *
 * [Note: growth of segments] New rows wait in the tail. When it is full, its rows become a segment together with the segment before
 * them if both fit into one, so segments grow to full size and there are few of them; a row is built about three times in its life.
 */

/** What a segment covers. */
export type Covered = { readonly first: number; readonly last: number; readonly live: number; readonly dead: number };

export type Limits = {
  /** Up to here a library without segments needs none. */
  readonly exactRows: number;
  /** Rows that the exact scan may have to compare besides the segments. */
  readonly tailRows: number;
  readonly segmentRows: number;
  /** Share of deleted rows at which a segment is built anew. */
  readonly deadShare: number;
  /** Filters that leave no more than this are answered by comparing just those rows. */
  readonly amongRows: number;
};

/** Rows shrink with the dimension so that times do not grow: an exact scan stays at about 10 ms, one of the tail at about 2 ms. */
export function defaultLimits(dimension: number): Limits {
  const rows = (values: number, most: number) => Math.max(1, Math.min(most, Math.floor(values / dimension)));
  return {
    exactRows: rows(9_600_000, 20_000),
    tailRows: rows(2_400_000, 5000),
    segmentRows: rows(12_000_000, 50_000),
    deadShare: 0.1,
    amongRows: 20_000,
  };
}

/** The keys from `first` to `last` shall become one segment in the place of all that lie within; with 0 rows, of none. */
export type Build = { readonly first: number; readonly last: number; readonly rows: number };

/** `segments` and `tail` (keys in no segment) are ascending. */
export function nextBuild(segments: readonly Covered[], tail: Float64Array, limits: Limits): Build | undefined {
  if (segments.length === 0 && tail.length <= limits.exactRows) return undefined;
  if (tail.length > limits.tailRows) return buildOfTail(segments, tail, limits);
  const worn = segments.findIndex(({ live, dead }) => dead > limits.deadShare * (live + dead));
  const segment = segments[worn];
  if (!segment) return undefined;
  const build = { first: segment.first, last: segment.last, rows: segment.live };
  return segment.live === 0 ? build : withNeighbours(build, worn - 1, worn + 1, segments, limits);
}

/** The longest run of loose keys between two segments. */
function buildOfTail(segments: readonly Covered[], tail: Float64Array, limits: Limits): Build | undefined {
  let longest = { from: 0, to: 0, gap: 0 };
  for (let gap = 0, from = 0; gap <= segments.length; gap++) {
    const end = segments[gap]?.first ?? Number.POSITIVE_INFINITY;
    let to = from;
    while (to < tail.length && (tail[to] ?? end) < end) to++;
    if (to - from > longest.to - longest.from) longest = { from, to, gap };
    from = to;
  }
  const keys = tail.subarray(longest.from, Math.min(longest.to, longest.from + limits.segmentRows));
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const build = { first, last, rows: keys.length };
  return keys.length === limits.segmentRows ? build : withNeighbours(build, longest.gap - 1, longest.gap, segments, limits);
}

/** Takes in the segments beside it as long as all fit into one. */
function withNeighbours(build: Build, left: number, right: number, segments: readonly Covered[], limits: Limits): Build {
  let { first, last, rows } = build;
  for (let at = left; at >= 0; at--) {
    const segment = segments[at];
    if (!segment || rows + segment.live > limits.segmentRows) break;
    first = segment.first;
    rows += segment.live;
  }
  for (let at = right; at < segments.length; at++) {
    const segment = segments[at];
    if (!segment || rows + segment.live > limits.segmentRows) break;
    last = segment.last;
    rows += segment.live;
  }
  return { first, last, rows };
}
