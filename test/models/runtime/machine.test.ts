/** @file Devices that fail, sessions that come and go, and jobs that are not disturbed by it. */
import { rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AppError } from '../../../core/api/errors.ts';
import type { Stage } from '../../../models/compile/stage.ts';
import { createMachine, type Machine, type MachineOptions } from '../../../models/runtime/machine.ts';
import { openSession } from '../../../models/runtime/session.ts';
import type { RunStage } from '../../../models/runtime/stage-run.ts';
import { scaling, temporaryFolder } from './hand-made.ts';

let folder: string;
let stages: Stage[];
let machine: Machine;
let opened: string[];
let openNow: number;
let mostOpen: number;

const cpu = { name: 'cpu', attention: 'gqa', note: '' } as const;
const cuda = { name: 'cuda', attention: 'plain', note: '' } as const;

const open: MachineOptions['open'] = async (stage, device) => {
  opened.push(`${device.name} ${stage.name}`);
  const session = await openSession(stage.model(), { threads: 1, provider: device.name, name: stage.name, weights: 'mapped' });
  openNow += 1;
  mostOpen = Math.max(mostOpen, openNow);
  return {
    run: session.run,
    close() {
      openNow -= 1;
      return session.close();
    },
  };
};

function machineOf(options: Partial<MachineOptions> = {}): Machine {
  return createMachine({ device: cpu, open, plan: () => () => true, idleMs: 60_000, ...options });
}

/** onnxruntime throws in `create` where there is no such device: the real failure of a machine without one. */
const withoutDevice: MachineOptions['open'] = (stage, { name }) => {
  const absent = process.platform === 'win32' ? 'coreml' : 'dml';
  return openSession(stage.model(), { threads: 1, provider: name === 'cpu' ? 'cpu' : absent, name: stage.name });
};

/** Real sessions on the CPU under a device's name, whose n-th run is the device's last. */
function deviceThatFails(after: number): MachineOptions['open'] {
  let runs = 0;
  return async (stage, device, stays) => {
    const session = await open(stage, cpu, stays);
    return {
      close: session.close,
      async run(inputs) {
        runs += 1;
        if (device.name !== 'cpu' && runs > after) throw new AppError('engine-failed', 'device lost');
        return session.run(inputs);
      },
    };
  };
}

beforeEach(() => {
  folder = temporaryFolder();
  opened = [];
  openNow = 0;
  mostOpen = 0;
  stages = [2, 3, 5].map((factor) => scaling(folder, `times${factor}`, [factor]));
});

afterEach(async () => {
  await machine.close();
  expect(openNow).toBe(0);
  rmSync(folder, { recursive: true, force: true });
});

/** 1 through all stages: 30. */
async function product(run: RunStage): Promise<number | undefined> {
  let x = Float32Array.of(1);
  for (const stage of stages) x = Float32Array.from((await run(stage, { x: { data: x, shape: [1, 1] } }, ['x'])).x);
  return x[0];
}

it('runs stages, tells how far it is, and keeps what stays', async () => {
  machine = machineOf({ plan: () => (stage) => stage.name !== 'times3' });
  const heard: string[] = [];
  expect(await machine.perform({ priority: 'query', onProgress: (done, of) => heard.push(`${done}/${of}`) }, 3, product)).toBe(30);
  expect(heard).toEqual(['1/3', '2/3', '3/3']);
  expect(machine.sessions).toBe(2);
  await machine.perform({ priority: 'query' }, 3, product);
  expect(opened).toEqual(['cpu times2', 'cpu times3', 'cpu times5', 'cpu times3']);
});

it('holds one passing session at most, none after a job, and opens it once for runs in a row', async () => {
  machine = machineOf({ plan: () => () => false });
  const [stage] = stages;
  await machine.perform({ priority: 'index' }, 2, async (run) => {
    const x = { data: Float32Array.of(1), shape: [1, 1] };
    for (let i = 0; i < 2 && stage; i++) await run(stage, { x }, ['x']);
    expect(machine.sessions).toBe(1);
    return product(run);
  });
  expect(openNow).toBe(0);
  expect(mostOpen).toBe(1);
  expect(opened).toEqual(['cpu times2', 'cpu times3', 'cpu times5']);
});

it('releases everything when it was idle for a while, and works again', async () => {
  machine = machineOf({ idleMs: 20 });
  await machine.perform({ priority: 'query' }, 3, product);
  expect(machine.sessions).toBe(3);
  await expect.poll(() => machine.sessions).toBe(0);
  expect(await machine.perform({ priority: 'query' }, 3, product)).toBe(30);
});

it('opens again what is released while a job is suspended', async () => {
  machine = machineOf();
  const released: Promise<void>[] = [];
  const onProgress = (done: number) => done === 2 && released.push(machine.release());
  expect(await machine.perform({ priority: 'index', onProgress }, 3, product)).toBe(30);
  await Promise.all(released);
  expect(opened).toEqual(['cpu times2', 'cpu times3', 'cpu times5']);
  expect(machine.sessions).toBe(1);
});

it('warms what stays, and a device that cannot even open a session gives way to the CPU', async () => {
  const said: string[] = [];
  machine = machineOf({
    device: cuda,
    open: withoutDevice,
    plan: () => (stage) => stage.name !== 'times5',
    log: (line) => said.push(line),
  });
  await machine.warm(() => stages);
  expect(machine.sessions).toBe(2);
  expect(machine.device).toMatchObject({ name: 'cpu', attention: 'gqa' });
  expect(said).toEqual([machine.device.note]);
  expect(machine.device.note).toMatch(/^CUDA failed and the CPU took over: .*times2/);
});

it('starts a job again on the CPU when the device fails in the middle, and never goes back in what it tells', async () => {
  machine = machineOf({ device: cuda, open: deviceThatFails(2) });
  const heard: number[] = [];
  let attempts = 0;
  const answer = machine.perform({ priority: 'index', onProgress: (done) => heard.push(done) }, 3, (run, device) => {
    attempts += 1;
    expect(device.name).toBe(attempts === 1 ? 'cuda' : 'cpu');
    return product(run);
  });
  expect(await answer).toBe(30);
  expect(attempts).toBe(2);
  expect(heard).toEqual([1, 2, 3]);
  expect(machine.device.note).toContain('device lost');
});

it('starts a suspended job again too when the device fails under a query', async () => {
  machine = machineOf({ device: cuda, open: deviceThatFails(2) });
  const attempts = { index: 0, query: 0 };
  let query: Promise<number | undefined> | undefined;
  const index = machine.perform({ priority: 'index' }, 3, (run) => {
    attempts.index += 1;
    query ??= machine.perform({ priority: 'query' }, 3, (inner) => {
      attempts.query += 1;
      return product(inner);
    });
    return product(run);
  });
  expect(await index).toBe(30);
  expect(await query).toBe(30);
  expect(attempts).toEqual({ index: 2, query: 2 });
});

it('does not blame the device for weights that are missing', async () => {
  machine = machineOf({ device: cuda, open: deviceThatFails(9) });
  truncateSync(path.join(folder, 'times3.bin'), 1);
  await expect(machine.perform({ priority: 'query' }, 3, product)).rejects.toMatchObject({ code: 'model-missing' });
  expect(machine.device).toBe(cuda);
});

it('names the stage in which the CPU fails', async () => {
  machine = machineOf();
  const broken = machine.perform({ priority: 'query' }, 1, async (run) => {
    const [stage] = stages;
    if (stage) await run(stage, { x: { data: Float32Array.of(1, 2), shape: [1, 2] } }, ['x']);
  });
  await expect(broken).rejects.toMatchObject({ code: 'engine-failed', message: expect.stringContaining('times2') });
  expect(await machine.perform({ priority: 'query' }, 3, product)).toBe(30);
});

it('ends running and waiting jobs when it is closed, and takes no more', async () => {
  machine = machineOf();
  const running = machine.perform({ priority: 'index' }, 3, product);
  const waiting = machine.perform({ priority: 'index' }, 3, product);
  const ends = Promise.allSettled([running, waiting]);
  await sleep(1);
  await machine.close();
  expect(await ends).toMatchObject([{ reason: { code: 'unavailable' } }, { reason: { code: 'unavailable' } }]);
  expect(machine.sessions).toBe(0);
  await expect(machine.perform({ priority: 'query' }, 3, product)).rejects.toMatchObject({ code: 'unavailable' });
});
