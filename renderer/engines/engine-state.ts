/** @file What an engine is to this library right now, and so what can be done with it. Pure: the cards only draw it. */
import type { EngineInfo, LibraryStatus } from '../../core/api/library.ts';

/** The one button of a card, or what stands in its place. */
export type Primary = 'download' | 'stop' | 'go-on' | 'use' | 'in-use' | 'takes-over';

export function primaryOf(engine: EngineInfo): Primary {
  if (engine.takingOver) return 'takes-over';
  if (engine.active) return 'in-use';
  if (engine.installed) return 'use';
  if (engine.download === null) return 'download';
  return engine.download.problem === null ? 'stop' : 'go-on';
}

/** Who answers, and who is about to. There are two at most: one that serves, and one beside it, to take over or to stay. */
export type Lineup = {
  readonly serving: EngineInfo | undefined;
  /** Answers together with the serving one, for as long as the user likes. */
  readonly beside: EngineInfo | undefined;
  readonly change: Change | undefined;
};

export type Change = { readonly from: EngineInfo; readonly to: EngineInfo };

/** `servingId`: what the status says, which may be a moment ahead of the list or behind it. */
export function lineupOf(engines: readonly EngineInfo[], servingId: string | undefined): Lineup {
  const settled = engines.filter((engine) => engine.active && !engine.takingOver);
  const serving = settled.find(({ id }) => id === servingId) ?? settled[0];
  const to = engines.find((engine) => engine.takingOver);
  return {
    serving,
    beside: settled.find((engine) => engine !== serving),
    change: serving && to && { from: serving, to },
  };
}

/** The engine that is being shown the library beside the serving one. */
export function readingEngine({ change, beside }: Lineup): EngineInfo | undefined {
  return change?.to ?? (beside && beside.covered < beside.of ? beside : undefined);
}

/** Comes with Oneword: there is nothing to remove. */
export const builtInEngine = 'lite';

/** What else can be done with an engine, in the order of its menu. */
export type Secondary = 'beside' | 'alone' | 'measure' | 'remove';

export function secondariesOf(engine: EngineInfo, { serving, beside, change }: Lineup): Secondary[] {
  const isIdle = engine.installed && !engine.active && !engine.takingOver;
  const possible: Record<Secondary, boolean> = {
    beside: isIdle && serving !== undefined && !beside && !change,
    alone: beside !== undefined && (engine.id === serving?.id || engine.id === beside.id),
    // Again: what was never measured has a button for it where the figure would stand. While it works it is timed anyway.
    measure: engine.secondsPerPicture !== null && !isMeasured(engine) && !engine.active && !engine.takingOver,
    remove: (isIdle && engine.id !== builtInEngine) || primaryOf(engine) === 'go-on',
  };
  return (['beside', 'alone', 'measure', 'remove'] as const).filter((action) => possible[action]);
}

/** An engine that has read pictures was timed while it did; before that the figure is a probe's. */
export function isMeasured(engine: EngineInfo): boolean {
  return engine.secondsPerPicture !== null && engine.covered > 0;
}

/** Seconds to read what it has not read yet; null where that is nothing or cannot be told. */
export function secondsToCover(engine: EngineInfo): number | null {
  const left = engine.of - engine.covered;
  return engine.secondsPerPicture === null || left <= 0 ? null : engine.secondsPerPicture * left;
}

/** An address to follow, only where it is one of the web. */
export function webAddress(source: string | null): { href: string; text: string } | null {
  if (source === null || !URL.canParse(source)) return null;
  const url = new URL(source);
  return url.protocol === 'https:' ? { href: url.href, text: `${url.host}${url.pathname}`.replace(/\/$/, '') } : null;
}

const engineJobs: readonly string[] = ['changing-engine', 'downloading'];

/** Whether what is known of the engines is out of date after this status. */
export function enginesMoved(before: LibraryStatus | undefined, now: LibraryStatus): boolean {
  if (before === undefined) return false;
  const isAtWork = [...before.jobs, ...now.jobs].some(({ name }) => engineJobs.includes(name));
  return isAtWork || before.engine.id !== now.engine.id || before.engine.provider !== now.engine.provider;
}
