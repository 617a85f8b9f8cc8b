/** @file What a checkpoint turned out to be, for the person who brought it: its kind, its sizes, how it will be run. */
import { totalmem } from 'node:os';
import type { Precision } from '../compile/vlm.ts';
import type { Tiles } from '../prompt/reading.ts';
import type { EngineKind } from './fitting.ts';
import type { Installed } from './installed.ts';
import { dimensionOf } from './memory.ts';
import { cpuPrecision } from './processor.ts';

export type Found = {
  readonly kind: EngineKind;
  /** model_type of config.json. */
  readonly architecture: string;
  readonly dimension: number;
  /** Layers and width of what reads pictures, and of what reads words. */
  readonly vision: { readonly layers: number; readonly hidden: number };
  readonly text: { readonly layers: number; readonly hidden: number };
  /** What the precision comes to without a graphics card. */
  readonly precision: Precision;
  /** Absent where pictures are not cut into tiles. */
  readonly tiles?: Tiles;
  /** How a picture and an edit become one vector: read together by the model, or added up. */
  readonly composition: 'learned' | 'arithmetic';
};

/** @param memoryBytes of the machine */
export function foundIn({ shape, architecture, settings }: Installed, memoryBytes = totalmem()): Found {
  const sizes = ({ layers, hidden }: Found['text']) => ({ layers, hidden });
  const isDual = shape.kind === 'dual';
  return {
    ...{ kind: shape.kind, architecture, dimension: dimensionOf(shape) },
    vision: sizes(shape.vision),
    text: sizes(isDual ? shape.text : shape),
    precision: cpuPrecision(shape, settings.precision, memoryBytes),
    ...(isDual ? {} : { tiles: settings.tiles }),
    composition: isDual ? 'arithmetic' : 'learned',
  };
}
