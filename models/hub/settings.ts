/** @file How an installed engine is run, as its user chose it. */

export const precisions = ['auto', 'exact', 'int8', 'int4', 'fp16'] as const;
export const tileBudgets = ['anyres', 'base'] as const;
export const compats = ['4.41', '5'] as const;

export type EngineSettings = {
  /** `auto` takes what suits the machine. */
  readonly precision: (typeof precisions)[number];
  /** How much of a picture the model sees: all tiles, or the whole squashed into one. */
  readonly tiles: (typeof tileBudgets)[number];
  /** Whose arithmetic of tiles: transformers 4.41, which E5-V pins, or 5. */
  readonly compat: (typeof compats)[number];
};

export const defaultSettings: EngineSettings = { precision: 'auto', tiles: 'anyres', compat: '4.41' };
