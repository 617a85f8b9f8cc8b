/** @file Which places of an answer are selected: ranges, so that all of a hundred thousand is one of them. Every change is a pure function. */

/** From the first place up to but without the second; sorted, apart from each other. */
export type Range = readonly [from: number, to: number];

export type Selection = {
  readonly ranges: readonly Range[];
  /** Where a range that is being drawn out begins. */
  readonly anchor: number;
  /** The range that was drawn out last, which the next one from the same anchor replaces. */
  readonly drawn: Range | null;
};

export const nothingSelected: Selection = { ranges: [], anchor: 0, drawn: null };

export function countOf({ ranges }: Selection): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

export function has({ ranges }: Selection, index: number): boolean {
  return ranges.some(([from, to]) => index >= from && index < to);
}

export function toggled(selection: Selection, index: number): Selection {
  const one: Range = [index, index + 1];
  const ranges = has(selection, index) ? without(selection.ranges, one) : joined(selection.ranges, one);
  return { ranges, anchor: index, drawn: null };
}

/** From the anchor to here, in place of what was drawn out from it before. Without a selection it begins at `from`. */
export function drawnTo(selection: Selection, from: number, to: number): Selection {
  const anchor = selection.ranges.length === 0 ? from : selection.anchor;
  const range: Range = [Math.min(anchor, to), Math.max(anchor, to) + 1];
  const others = selection.drawn ? without(selection.ranges, selection.drawn) : selection.ranges;
  return { ranges: joined(others, range), anchor, drawn: range };
}

export function allOf(total: number): Selection {
  return { ranges: total > 0 ? [[0, total]] : [], anchor: 0, drawn: null };
}

/** Places from `at` on have moved by so many: something was put in before them, or (less than 0) taken out from there. */
export function shifted(selection: Selection, at: number, by: number): Selection {
  const kept = by < 0 ? without(selection.ranges, [at, at - by]) : selection.ranges;
  const ranges = kept.flatMap(([from, to]): Range[] => {
    if (to <= at) return [[from, to]];
    if (from >= at) return [[from + by, to + by]];
    return by < 0
      ? [[from, to + by]]
      : [
          [from, at],
          [at + by, to + by],
        ];
  });
  return {
    ranges: ranges.reduce<readonly Range[]>(joined, []),
    anchor: selection.anchor >= at ? Math.max(0, selection.anchor + by) : selection.anchor,
    drawn: null,
  };
}

function joined(ranges: readonly Range[], [from, to]: Range): readonly Range[] {
  const touching = ranges.filter((range) => range[0] <= to && range[1] >= from);
  const whole: Range = [Math.min(from, ...touching.map((range) => range[0])), Math.max(to, ...touching.map((range) => range[1]))];
  return [...ranges.filter((range) => !touching.includes(range)), whole].sort((a, b) => a[0] - b[0]);
}

function without(ranges: readonly Range[], [from, to]: Range): readonly Range[] {
  return ranges.flatMap((range): Range[] => {
    const parts: Range[] = [
      [range[0], Math.min(range[1], from)],
      [Math.max(range[0], to), range[1]],
    ];
    return parts.filter(([start, end]) => start < end);
  });
}
