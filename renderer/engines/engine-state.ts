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

/** The engines that answer searches and are not about to be replaced by another: one, or two side by side. */
export function servingEngines(engines: readonly EngineInfo[]): EngineInfo[] {
  return engines.filter((engine) => engine.active && !engine.takingOver);
}

export type Change = { readonly from: EngineInfo; readonly to: EngineInfo };

/** The change of engine that is under way. */
export function changeOf(engines: readonly EngineInfo[]): Change | null {
  const to = engines.find((engine) => engine.takingOver);
  const [from] = servingEngines(engines);
  return to && from ? { from, to } : null;
}

/** What else can be done with an engine, in the order of its menu. */
export type Secondary = 'beside' | 'alone' | 'measure' | 'remove';

export function secondariesOf(engine: EngineInfo, engines: readonly EngineInfo[]): Secondary[] {
  const serving = servingEngines(engines);
  const isIdle = engine.installed && !engine.active && !engine.takingOver;
  const isChanging = changeOf(engines) !== null;
  const possible: Record<Secondary, boolean> = {
    beside: isIdle && serving.length === 1 && !isChanging,
    alone: engine.active && serving.length > 1,
    // Again: what was never measured has a button for it where the figure would stand. While it works it is timed anyway.
    measure: engine.secondsPerPicture !== null && !isMeasured(engine) && !engine.active && !engine.takingOver,
    remove: isIdle || primaryOf(engine) === 'go-on',
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
