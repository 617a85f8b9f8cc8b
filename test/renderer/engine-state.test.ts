/** @file What an engine is to a library, and what can be done with it. */
import { describe, expect, it } from 'vitest';
import type { EngineInfo, Job, LibraryStatus } from '../../core/api/library.ts';
import { defaultModel } from '../../models/default-model.ts';
import {
  builtInEngine,
  enginesMoved,
  isMeasured,
  lineupOf,
  primaryOf,
  readingEngine,
  secondariesOf,
  secondsToCover,
  webAddress,
} from '../../renderer/engines/engine-state.ts';

const available: EngineInfo = {
  id: 'e5v',
  name: 'E5-V',
  kind: 'vlm',
  composition: 'learned',
  description: 'One space for words, pictures and edits.',
  limits: 'Slow without a graphics card.',
  problem: null,
  english: true,
  licence: 'Llama 3 Community Licence',
  installed: false,
  active: false,
  takingOver: false,
  source: 'https://huggingface.co/royokong/e5-v',
  consent: 'Its terms.',
  scores: '',
  download: null,
  provider: null,
  dimension: 4096,
  bytes: 16_000_000_000,
  memoryBytes: 1_500_000_000,
  secondsPerPicture: null,
  covered: 0,
  of: 1204,
};
const installed: EngineInfo = { ...available, installed: true };
const lite: EngineInfo = {
  ...installed,
  id: 'lite',
  name: 'Lite',
  kind: 'lite',
  composition: 'arithmetic',
  active: true,
  secondsPerPicture: 0.02,
  covered: 1204,
};
const download = { done: 1, total: 10, rate: 0, secondsLeft: null, problem: null };

describe('the one button of a card', () => {
  it('downloads, stops, goes on, uses, or says that there is nothing to press', () => {
    const engines: EngineInfo[] = [
      available,
      { ...available, download },
      { ...available, download: { ...download, problem: 'The server does not answer.' } },
      installed,
      { ...installed, active: true },
      { ...installed, takingOver: true },
      { ...installed, takingOver: true, active: true },
    ];
    expect(engines.map(primaryOf)).toEqual(['download', 'stop', 'go-on', 'use', 'in-use', 'takes-over', 'takes-over']);
  });
});

describe('the menu of a card', () => {
  const menus = (engines: EngineInfo[], servingId = 'lite') => engines.map((engine) => secondariesOf(engine, lineupOf(engines, servingId)));

  it('offers a second engine beside the present one, and the removal of an idle one', () => {
    expect(menus([lite, installed])).toEqual([[], ['beside', 'remove']]);
  });

  it('offers nothing for the only engine, which is timed while it works', () => {
    expect(menus([lite, available])).toEqual([[], []]);
  });

  it('never removes the engine that comes with the app', () => {
    expect(builtInEngine).toBe(defaultModel);
    expect(
      menus(
        [
          { ...lite, active: false },
          { ...installed, active: true },
        ],
        'e5v',
      ),
    ).toEqual([['beside'], []]);
  });

  it('measures an estimate again, but not a figure that comes from real pictures', () => {
    const estimated = { ...available, secondsPerPicture: 40 };
    const used = { ...installed, covered: 3, secondsPerPicture: 40 };
    expect([available, estimated, used].map((engine) => menus([lite, engine])[1])).toEqual([[], ['measure'], ['beside', 'remove']]);
  });

  it('throws away what has come of a download that stands still', () => {
    const halted = { ...available, download: { ...download, problem: 'The server does not answer.' } };
    expect(menus([lite, halted, { ...available, download }])).toEqual([[], ['remove'], []]);
  });

  it('lets either of two engines go on alone, and offers no third beside them', () => {
    expect(menus([lite, { ...installed, active: true, covered: 1204 }, { ...installed, id: 'third' }])).toEqual([
      ['alone'],
      ['alone'],
      ['remove'],
    ]);
  });

  it('starts no third engine beside a change that is under way', () => {
    expect(menus([lite, { ...installed, takingOver: true }, { ...installed, id: 'third' }])).toEqual([[], [], ['remove']]);
  });
});

describe('a change of engine', () => {
  it('has a side that answers and a side that takes over, which may answer already', () => {
    const to = { ...installed, active: true, takingOver: true, covered: 312 };
    const lineup = lineupOf([to, lite, available], 'lite');
    expect(lineup).toEqual({ serving: lite, beside: undefined, change: { from: lite, to } });
    expect(readingEngine(lineup)).toBe(to);
  });

  it('is none while engines stand side by side, of which the status names the one that serves', () => {
    const other = { ...installed, active: true, covered: 312 };
    expect(lineupOf([lite, other], 'e5v')).toEqual({ serving: other, beside: lite, change: undefined });
    expect(readingEngine(lineupOf([lite, other], 'lite'))).toBe(other);
    expect(readingEngine(lineupOf([lite, { ...other, covered: 1204 }], 'lite'))).toBeUndefined();
  });

  it('is told right in the moment when the status is ahead of the list', () => {
    const to = { ...installed, active: true, takingOver: true, covered: 1204 };
    expect(lineupOf([lite, to], 'e5v').serving).toBe(lite);
    expect(lineupOf([], undefined)).toEqual({ serving: undefined, beside: undefined, change: undefined });
  });
});

describe('the speed of an engine', () => {
  it('is measured once it has read pictures, and an estimate before', () => {
    expect([available, { ...available, secondsPerPicture: 40 }, lite].map(isMeasured)).toEqual([false, false, true]);
  });

  it('tells how long the rest of the library takes', () => {
    expect(secondsToCover({ ...installed, secondsPerPicture: 10, covered: 204 })).toBe(10_000);
    expect([lite, available].map(secondsToCover)).toEqual([null, null]);
  });
});

describe('webAddress', () => {
  it('shows where an engine comes from, and follows nothing but the web', () => {
    expect(webAddress(available.source)).toEqual({ href: 'https://huggingface.co/royokong/e5-v', text: 'huggingface.co/royokong/e5-v' });
    expect(webAddress('https://example.org/')).toEqual({ href: 'https://example.org/', text: 'example.org' });
    expect([null, '/models/e5-v', 'javascript:alert(1)', 'file:///etc/passwd'].map(webAddress)).toEqual([null, null, null, null]);
  });
});

describe('enginesMoved', () => {
  const idle: LibraryStatus = {
    version: '0',
    library: '/l',
    items: 0,
    pictures: 0,
    pages: 0,
    failed: 0,
    offlineFolders: 0,
    paused: false,
    jobs: [],
    engine: lite,
    index: { backend: 'exact', note: '' },
    notices: [],
  };
  const job = (name: Job['name']): Job => ({ name, done: 1, total: 2, rate: 0, secondsLeft: null, paused: false });

  it('is true while an engine is at work, and once more when that ends', () => {
    const working = { ...idle, jobs: [job('changing-engine')] };
    expect(enginesMoved(idle, working)).toBe(true);
    expect(enginesMoved(working, working)).toBe(true);
    expect(enginesMoved(working, idle)).toBe(true);
  });

  it('is true when another engine answers, or from another place', () => {
    expect(enginesMoved(idle, { ...idle, engine: { ...lite, id: 'e5v' } })).toBe(true);
    expect(enginesMoved(idle, { ...idle, engine: { ...lite, provider: 'CPU' } })).toBe(true);
  });

  it('is false for work on the library, and for the first status of all', () => {
    expect(enginesMoved(idle, { ...idle, jobs: [job('indexing')] })).toBe(false);
    expect(enginesMoved(undefined, idle)).toBe(false);
  });
});
