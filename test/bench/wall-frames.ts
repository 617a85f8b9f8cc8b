/**
 * @file How smoothly the wall scrolls. Two things are noted of each phase: when the page was given a frame (`requestAnimationFrame`, whose times are
 * those of the display: a frame that was missed shows as 33 ms), and, of Chromium's own trace, which frames it dropped and its longest task.
 * The first is the stricter one: where the compositor scrolls alone, what one sees stays smooth while the page's own frame is late.
 */
import type { Browser, Page } from 'playwright-core';
import { type Figure, percentile } from './report.ts';

export type Phase = { readonly name: string; run(page: Page): Promise<void> };

export type Frames = {
  readonly name: string;
  /** Of all frames. */
  readonly shareUnder17: number;
  readonly longestMs: number;
  readonly over50: number;
  readonly p99Ms: number;
  readonly count: number;
  /** By Chromium's trace, of frames in which something was to be drawn. */
  readonly dropped: number;
  readonly drawn: number;
  readonly longestTaskMs: number;
};

type Noted = { frames: number[]; tasks: { at: number; duration: number }[] };

export async function measureFrames(browser: Browser, page: Page, phases: readonly Phase[]): Promise<Frames[]> {
  const measured: Frames[] = [];
  for (const { name, run } of phases) {
    const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline.frame', 'devtools.timeline.frame', 'toplevel'];
    await browser.startTracing(page, { categories });
    await page.evaluate('wallProbe.startFrames()');
    await run(page);
    const { frames, tasks } = (await page.evaluate('wallProbe.stopFrames()')) as Noted;
    const { dropped, drawn } = framesOf(await browser.stopTracing());
    const gaps = frames.slice(1).map((at, i) => at - (frames[i] ?? at));
    measured.push({
      name,
      count: gaps.length,
      shareUnder17: gaps.filter((gap) => gap < 17).length / Math.max(1, gaps.length),
      longestMs: Math.max(0, ...gaps),
      over50: gaps.filter((gap) => gap > 50).length,
      p99Ms: percentile(gaps, 0.99),
      dropped,
      drawn,
      longestTaskMs: Math.max(0, ...tasks.map(({ duration }) => duration)),
    });
  }
  return measured;
}

type TraceEvent = { readonly name: string; readonly ph: string; readonly ts: number };

function framesOf(trace: Buffer): { dropped: number; drawn: number } {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const count = (name: string): number => traceEvents.filter((event) => event.name === name).length;
  return { dropped: count('DroppedFrame'), drawn: count('DrawFrame') };
}

const pause = (page: Page, milliseconds: number): Promise<void> => page.waitForTimeout(milliseconds);

/** What anybody does to a wall; `isQuick` does less of each. */
export function scrollPhases(isQuick: boolean): Phase[] {
  const times = isQuick ? 0.4 : 1;
  const wheel = async (page: Page, steps: number, by: number): Promise<void> => {
    await page.mouse.move(600, 500);
    for (let step = 0; step < steps * times; step++) {
      await page.mouse.wheel(0, by);
      await pause(page, 50);
    }
    await pause(page, 300);
  };
  return [
    { name: 'wheel', run: (page) => wheel(page, 60, 240) },
    { name: 'wheel, fast', run: (page) => wheel(page, 40, 1600) },
    {
      name: 'page by page',
      async run(page) {
        await page.locator('[data-tile]').first().focus();
        for (let step = 0; step < 20 * times; step++) {
          await page.keyboard.press('PageDown');
          await pause(page, 150);
        }
      },
    },
    {
      name: 'far places',
      async run(page) {
        for (let step = 1; step <= 10 * times; step++) {
          const share = (step * 0.37) % 1;
          await page.evaluate(`wallProbe.drag(${share}, ${share + 0.002}, 100)`);
          await pause(page, 300);
        }
      },
    },
    {
      name: 'scroll bar dragged through all of it',
      async run(page) {
        await page.evaluate(`wallProbe.drag(0, 1, ${3000 * times})`);
        await pause(page, 300);
      },
    },
  ];
}

/** Only by date. */
export const scrubPhase: Phase = {
  name: 'timeline dragged',
  async run(page) {
    const box = await page.locator('[role="slider"][aria-orientation="vertical"]').boundingBox();
    if (!box) throw new Error('there is no timeline');
    const x = box.x + box.width / 2;
    await page.mouse.move(x, box.y + 20);
    await page.mouse.down();
    for (let step = 0; step < 60; step++) {
      await page.mouse.move(x, box.y + 20 + (step / 60) * (box.height - 40));
      await pause(page, 25);
    }
    await page.mouse.up();
    await pause(page, 300);
  },
};

/** The same pushes on a page with nothing but height: what this machine and this browser can do. */
export const emptyPage = '<!doctype html><body style="margin:0"><div style="height:4000000px;background:linear-gradient(#888,#ddd)"></div>';

export function frameFigures(where: string, measured: readonly Frames[], ceiling: Frames): Figure[] {
  return measured.flatMap((frames): Figure[] => [
    {
      name: `${where}, ${frames.name}: frames under 17 ms`,
      value: 100 * frames.shareUnder17,
      unit: '%',
      against: `an empty page ${(100 * ceiling.shareUnder17).toFixed(1)} %; ${frames.count} frames, p99 ${frames.p99Ms.toFixed(1)} ms, over 50 ms: ${frames.over50}, dropped ${frames.dropped} of ${frames.drawn + frames.dropped}`,
      ratio: frames.shareUnder17 / ceiling.shareUnder17,
      aim: '>= 0.95',
    },
    {
      name: `${where}, ${frames.name}: longest frame`,
      value: frames.longestMs,
      unit: 'ms',
      against: `50 ms; longest task ${frames.longestTaskMs.toFixed(0)} ms`,
      ratio: frames.longestMs / 50,
      aim: '<= 1',
    },
  ]);
}
