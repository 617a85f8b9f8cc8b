/** @file The choice of a device: what is asked for, what is there, and whether a wrong result is noticed. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasCode } from '../../../core/api/errors.ts';
import { findingsOf } from '../../../models/runtime/provider-trial.ts';
import { chooseProvider, testProviders } from '../../../models/runtime/providers.ts';
import { seededWeights } from '../../../models/runtime/seeded-weights.ts';
import { type Bench, checkAll } from '../../../models/runtime/self-test.ts';
import { openSession, type ProviderName } from '../../../models/runtime/session.ts';

const options = { threads: 1, log: () => undefined };

describe('the choice', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is the CPU for a small model, without a word', async () => {
    vi.stubEnv('ONEWORD_PROVIDER', undefined);
    expect(await chooseProvider({ ...options, weights: 1e6 })).toEqual({
      name: 'cpu',
      attention: 'gqa',
      note: '',
      precisions: ['exact', 'int8', 'int4', 'fp16'],
    });
  });

  it('is for a large model the first provider that passes its test', async () => {
    vi.stubEnv('ONEWORD_PROVIDER', undefined);
    const first = (await testProviders(1)).find(({ ok }) => ok);
    const { name } = await chooseProvider(options);
    expect(first?.name.toLowerCase()).toBe(name === 'dml' ? 'directml' : name);
  });

  it('is what was asked for or an error that says why not, never another one', async () => {
    vi.stubEnv('ONEWORD_PROVIDER', undefined);
    for (const wanted of ['cuda', 'webgpu'] as const) {
      const chosen = await chooseProvider({ ...options, wanted }).catch((error: unknown) => error);
      if (hasCode(chosen, 'unavailable'))
        expect((chosen as Error).message).toMatch(/ was asked for and cannot be used: .+\. Others: auto, .*cpu\.$/);
      else if (hasCode(chosen, 'bad-request')) expect(process.platform !== 'linux' || process.arch !== 'x64').toBe(true);
      else expect(chosen).toMatchObject({ name: wanted });
    }
  });

  it('is the CPU where ONEWORD_PROVIDER says so, and refuses names that it does not know', async () => {
    vi.stubEnv('ONEWORD_PROVIDER', 'cpu');
    expect(await chooseProvider({ ...options, wanted: 'webgpu' })).toMatchObject({ name: 'cpu', note: '' });
    vi.stubEnv('ONEWORD_PROVIDER', 'gpu');
    await expect(chooseProvider(options)).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/"gpu".*auto,.*cpu/),
    });
  });
});

describe('the self-test', () => {
  let folder: string;

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'oneword-self-test-')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A device that is the CPU, but for what `spoil` does to the results of the stages whose names match. */
  function device(pattern: RegExp, spoil: (values: Float32Array) => void): Bench {
    return {
      weights: seededWeights(folder),
      async open(stage, provider: ProviderName) {
        const session = await openSession(stage.model(), { threads: 1, weights: 'resident', name: stage.name });
        if (provider === 'cpu' || !pattern.test(stage.name)) return session;
        return {
          close: () => session.close(),
          async run(inputs) {
            const results = await session.run(inputs);
            for (const values of Object.values(results)) spoil(values);
            return results;
          },
        };
      },
    };
  }

  const fail = (): never => {
    throw new Error('out of memory');
  };
  /** One value in fifty is off by a third of the largest. */
  const smudge = (values: Float32Array): void => {
    const step = values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) / 3;
    for (let i = 0; i < values.length; i += 50) values[i] = (values[i] ?? 0) + step;
  };

  it('passes a device that computes as the CPU does, in everything', async () => {
    const checks = await checkAll('webgpu', device(/never/, smudge));
    expect(checks.filter(({ right }) => !right)).toEqual([]);
    expect(findingsOf({ speed: 2, checks })).toEqual({ attention: 'gqa', precisions: ['exact', 'fp16', 'int4'] });
  });

  it('takes the plain form of attention where the operator is slightly wrong', async () => {
    const checks = await checkAll('webgpu', device(/attention \(gqa\)/, smudge));
    expect(checks.filter(({ right }) => !right).map(({ precision, part }) => `${precision} ${part}`)).toEqual(['exact gqa', 'fp16 gqa']);
    expect(findingsOf({ speed: 2, checks })).toEqual({ attention: 'plain', precisions: ['exact', 'fp16', 'int4'] });
  });

  it.each([
    ['wrong', smudge],
    ['not a number', (values: Float32Array) => values.fill(Number.NaN)],
  ])('takes nothing where products are %s', async (_, spoil) => {
    const checks = await checkAll('webgpu', device(/leave/, spoil));
    expect(findingsOf({ speed: 2, checks }).precisions).toEqual([]);
  });

  it('keeps what is right where only the vision tower cannot be run in some precision', async () => {
    let tiles = 0;
    const checks = await checkAll(
      'webgpu',
      device(/projector/, () => (tiles++ > 0 ? fail() : undefined)),
    );
    expect(checks.find(({ precision, part }) => precision === 'fp16' && part === 'vision')?.error).toBe('out of memory');
    expect(findingsOf({ speed: 2, checks })).toEqual({ attention: 'gqa', precisions: ['exact', 'int4'] });
  });

  it('throws where not even the first stage runs', async () => {
    await expect(checkAll('webgpu', device(/./, fail))).rejects.toThrow('out of memory');
  });
});
