/** @file How an installed engine is run, as its user chose it. */
import type { Precision } from '../compile/vlm.ts';
import type { View } from '../prompt/reading.ts';

/** `auto` takes what suits the machine. */
export type EngineSettings = View & { readonly precision: Precision | 'auto' };

export const precisions = ['auto', 'exact', 'int8', 'int4', 'fp16'] as const satisfies readonly EngineSettings['precision'][];
export const tileBudgets = ['anyres', 'base'] as const satisfies readonly EngineSettings['tiles'][];
export const compats = ['4.41', '5', 'padded'] as const satisfies readonly EngineSettings['compat'][];

export const defaultSettings: EngineSettings = { precision: 'auto', tiles: 'anyres', compat: '4.41' };

/** SmolVLM cuts every picture, however small, into 13 to 17 tiles: on a laptop the whole picture in one tile is what it is taken for. */
const ofArchitecture: Readonly<Record<string, Partial<EngineSettings>>> = { idefics3: { tiles: 'base' } };

/** What an installed engine of this architecture gets where nothing is said. A checkpoint that is run as it lies has all its tiles. */
export function defaultsOf(architecture: string): EngineSettings {
  return { ...defaultSettings, ...(Object.hasOwn(ofArchitecture, architecture) ? ofArchitecture[architecture] : {}) };
}
