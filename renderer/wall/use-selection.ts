/** @file What is selected on the wall, and what can be done with it: its items are looked up when they are needed, since all of an answer may be selected. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api } from '../app/api.ts';
import { notify } from '../app/notices.ts';
import { compare } from '../compare/comparison.ts';
import { collectItems } from '../keepsakes/collect-store.ts';
import { useStars } from '../keepsakes/use-keepsakes.ts';
import { useMessages } from '../messages/messages.ts';
import { countOf, nothingSelected, type Selection } from './selection.ts';
import type { Flow } from './use-stacks.ts';

type Items = { readonly ids: readonly string[]; readonly paths: readonly string[] };

export type SelectionActions = {
  /** Stars them, or takes the stars where all of them have one. Of the focused picture where nothing is selected. */
  star(focus: number): void;
  collect(focus: number): void;
  copyPaths(): void;
  /** The two that are selected; says why not where there are more or fewer. */
  compare(): void;
};

export function useSelection(flow: Flow): [Selection, (change: (selection: Selection) => Selection) => void, SelectionActions] {
  const { selection: words } = useMessages();
  const stars = useStars();
  const { snapshot } = flow.outline;
  const [state, setState] = useState({ snapshot, selection: nothingSelected });
  // Places of another answer are other pictures.
  const selection = state.snapshot === snapshot ? state.selection : nothingSelected;
  const change = useCallback(
    (by: (selection: Selection) => Selection) =>
      setState((before) => ({ snapshot, selection: by(before.snapshot === snapshot ? before.selection : nothingSelected) })),
    [snapshot],
  );
  useEffect(() => {
    if (state.snapshot !== snapshot) setState({ snapshot, selection: nothingSelected });
  }, [state.snapshot, snapshot]);

  const actions = useMemo((): SelectionActions => {
    const act = (focus: number, work: (items: Items) => void | Promise<void>): void => {
      const chosen = countOf(selection) > 0 ? selection.ranges : ([[focus, focus + 1]] as const);
      void itemsOf(flow, chosen)
        .then((items) => (items.ids.length > 0 ? work(items) : undefined))
        .catch((error: unknown) => notify(words.forgotten, error));
    };
    return {
      star: (focus) => {
        const chosen = countOf(selection) > 0 ? selection.ranges : ([[focus, focus + 1]] as const);
        const allStarred = chosen.every(([from, to]) => {
          for (let at = from; at < to; at++) if (flow.at(at)?.starred !== true) return false;
          return true;
        });
        act(focus, ({ ids }) => stars.set(ids, !allStarred));
      },
      collect: (focus) => act(focus, ({ ids }) => collectItems(ids)),
      compare: () => {
        if (countOf(selection) !== 2) return notify(words.compareNeedsTwo(countOf(selection)));
        act(0, ({ ids: [first, second] }) => {
          if (first && second) compare(first, second);
          else notify(words.forgotten);
        });
      },
      copyPaths: () =>
        act(0, async ({ paths }) => {
          try {
            await navigator.clipboard.writeText(paths.join('\n'));
            notify(words.copied(paths.length));
          } catch (error) {
            notify(words.copyFailed, error);
          }
        }),
    };
  }, [flow, selection, stars, words]);
  return [selection, change, actions];
}

/** From what is loaded where all of it is, else by the answer's own list. */
async function itemsOf(flow: Flow, ranges: Selection['ranges']): Promise<Items> {
  const loaded: { id: string; path: string }[] = [];
  for (const [from, to] of ranges) {
    for (let at = from; at < to; at++) {
      const hit = flow.at(at);
      if (!hit && !flow.isGone(at)) return pickedOf(flow, ranges);
      if (hit) loaded.push({ id: hit.id, path: hit.path });
    }
  }
  return { ids: loaded.map(({ id }) => id), paths: loaded.map(({ path }) => path) };
}

async function pickedOf(flow: Flow, chosen: Selection['ranges']): Promise<Items> {
  const { ranges, members } = flow.origins(chosen);
  const { ids, paths } = await api.pick({ snapshot: flow.outline.snapshot, ranges: ranges.map(([from, to]) => [from, to]) });
  return { ids: [...ids, ...members.map(({ id }) => id)], paths: [...paths, ...members.map(({ path }) => path)] };
}
