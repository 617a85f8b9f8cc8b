/** @file How an installed engine is run, as its user chose it. */
import type { Precision } from '../compile/vlm.ts';
import type { View } from '../prompt/reading.ts';

/** `auto` takes what suits the machine. */
export type EngineSettings = View & { readonly precision: Precision | 'auto' };

export const precisions = ['auto', 'exact', 'int8', 'int4', 'fp16'] as const satisfies readonly EngineSettings['precision'][];
export const tileBudgets = ['anyres', 'base'] as const satisfies readonly EngineSettings['tiles'][];
export const compats = ['4.41', '5', 'padded'] as const satisfies readonly EngineSettings['compat'][];

export const defaultSettings: EngineSettings = { precision: 'auto', tiles: 'anyres', compat: '4.41' };
