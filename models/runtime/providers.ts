/**
 * @file Which device runs a model. The providers of the platform are tried in order, and what is chosen has shown that it computes right and
 * faster than the processor.
 *
 * [Note: when to look for a graphics device] Looking costs: a provider's library, an adapter, compiled shaders, seconds in all. A small
 * model gains nothing from a device, and a machine without one need not be asked twice, so both are on the CPU at once.
 */
import { existsSync, readdirSync } from 'node:fs';
import { AppError } from '../../core/api/errors.ts';
import type { Precision } from '../compile/vlm.ts';
import { type Device, providerNames } from './machine.ts';
import { type Findings, findingsOf, type Trial, tryProvider } from './provider-trial.ts';
import type { ProviderName } from './session.ts';

export type ChosenDevice = Device & {
  /** What it computes right. */
  readonly precisions: readonly Precision[];
};

export type ProviderOptions = {
  /** `auto` if absent. ONEWORD_PROVIDER goes before it. */
  readonly wanted?: ProviderName | 'auto';
  /** Number of weights of the model: a small one runs on the CPU. Absent = a large one. */
  readonly weights?: number;
  readonly threads: number;
  readonly log: (line: string) => void;
};

/** What onnxruntime-node has, best first. CoreML is not among them: it knows few of the operators here, and the rest would go to the CPU. */
const orders: Readonly<Record<string, readonly ProviderName[]>> = {
  'linux-x64': ['cuda', 'webgpu', 'cpu'],
  'win32-x64': ['dml', 'webgpu', 'cpu'],
  'win32-arm64': ['dml', 'webgpu', 'cpu'],
  'darwin-arm64': ['webgpu', 'cpu'],
};

const order = orders[`${process.platform}-${process.arch}`] ?? ['cpu'];

/** 3 GB as float32: a text takes a tenth of a second on any processor, and a picture a second. */
const smallModel = 750e6;

const everything: readonly Precision[] = ['exact', 'int8', 'int4', 'fp16'];

/**
 * Throws `bad-request` where a provider is asked for that this platform does not have, `unavailable` where it is asked for and does not work.
 */
export async function chooseProvider({ wanted = 'auto', weights = Infinity, threads, log }: ProviderOptions): Promise<ChosenDevice> {
  const named = namedProvider(process.env.ONEWORD_PROVIDER ?? wanted);
  if (named !== 'auto') return named === 'cpu' ? processor('') : insistOn(named, threads);
  if (weights < smallModel) return processor('');
  const notes: string[] = [];
  for (const name of order) {
    if (name === 'cpu' || missingHardware(name)) continue;
    const trial = await tryProvider(name, { threads, forced: false });
    const findings = findingsIn(trial);
    const fault = faultOf(trial, findings);
    if (fault === undefined) return deviceOf(name, findings, notes);
    const note = `${providerNames[name]} is not used: ${fault}.`;
    log(note);
    notes.push(note);
  }
  return processor(notes.join(' '));
}

/** All providers of this platform, best first, for a person who wants to know. One that is not ok is not an error: it is not used. */
export async function testProviders(threads: number): Promise<{ name: string; ok: boolean; detail: string }[]> {
  const results: { name: string; ok: boolean; detail: string }[] = [];
  for (const provider of order) {
    const name = providerNames[provider];
    if (provider === 'cpu') results.push({ name, ok: true, detail: 'Always there.' });
    else {
      const missing = missingHardware(provider);
      const trial: Trial = missing === undefined ? await tryProvider(provider, { threads, forced: false }) : { failure: missing };
      const findings = findingsIn(trial);
      const fault = faultOf(trial, findings);
      results.push({ name, ok: fault === undefined, detail: fault === undefined ? praise(trial, findings) : `Not used: ${fault}.` });
    }
  }
  return results;
}

function namedProvider(name: string): ProviderName | 'auto' {
  const found = (['auto', ...order] as const).find((one) => one === name);
  if (found === undefined) throw new AppError('bad-request', `There is no provider "${name}" here. Known: auto, ${order.join(', ')}.`);
  return found;
}

/** Its speed does not matter, but what it computes does. */
async function insistOn(name: ProviderName, threads: number): Promise<ChosenDevice> {
  const trial = await tryProvider(name, { threads, forced: true });
  const findings = findingsIn(trial);
  if (findings.precisions.includes('exact')) return deviceOf(name, findings, []);
  const others = order.filter((one) => one !== name).join(', ');
  throw new AppError(
    'unavailable',
    `${providerNames[name]} was asked for and cannot be used: ${faultOf(trial, findings) ?? 'it failed its self-test'}. Others: auto, ${others}.`,
  );
}

function processor(note: string): ChosenDevice {
  return { name: 'cpu', attention: 'gqa', note, precisions: everything };
}

function deviceOf(name: ProviderName, { attention, precisions }: Findings, notes: readonly string[]): ChosenDevice {
  const own =
    attention === 'plain' ? [`On this device ${providerNames[name]} is wrong in one operator for attention; others do its work.`] : [];
  return { name, attention, precisions, note: [...notes, ...own].join(' ') };
}

function findingsIn(trial: Trial): Findings {
  return 'failure' in trial ? { attention: 'plain', precisions: [] } : findingsOf(trial);
}

/** Why it is not used, to follow a colon; undefined where it is. */
function faultOf(trial: Trial, { precisions }: Findings): string | undefined {
  if ('failure' in trial) return knownFailures.find(([pattern]) => pattern.test(trial.failure))?.[1] ?? trial.failure.replace(/\.$/, '');
  if (trial.speed !== undefined && trial.speed <= 1)
    return `the graphics device is slower than the processor (${trial.speed.toPrecision(1)} of its speed)`;
  if (!precisions.includes('exact')) return 'it computes wrong values on this graphics device';
  if (!precisions.includes('fp16')) return 'this graphics device cannot compute in float16';
  return undefined;
}

function praise(trial: Trial, { attention, precisions }: Findings): string {
  const speed = 'speed' in trial && trial.speed !== undefined ? `, ${trial.speed.toFixed(1)} times as fast as the processor` : '';
  const form = attention === 'plain' ? ', attention in its plain form' : '';
  return `Right in ${precisions.join(', ')}${form}${speed}.`;
}

/** onnxruntime's and Dawn's words for what is simply not there. */
const knownFailures: readonly (readonly [RegExp, string])[] = [
  [/Failed to load shared library|cannot open shared object/i, 'its libraries are not installed'],
  [/Failed to get a WebGPU adapter|No supported adapters/i, 'it found no graphics device that it can use'],
];

/** Linux tells without a library being loaded; elsewhere there always is a graphics device. */
function missingHardware(name: ProviderName): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const nvidia = existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
  if (nvidia) return undefined;
  if (name === 'cuda') return 'there is no NVIDIA device';
  const nodes = existsSync('/dev/dri') ? readdirSync('/dev/dri') : [];
  return nodes.some((node) => node.startsWith('renderD')) ? undefined : 'there is no graphics device';
}
