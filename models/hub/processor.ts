/** @file What `auto` comes to without a graphics card. */
import type { Precision } from '../compile/vlm.ts';
import { choosePrecision } from '../e5v/precision.ts';
import { decoderLayerWeights, type Shape } from './memory.ts';
import type { EngineSettings } from './settings.ts';

/** @param memoryBytes of the machine; without, as if it had enough */
export function cpuPrecision(shape: Shape, wanted: EngineSettings['precision'], memoryBytes = Number.POSITIVE_INFINITY): Precision {
  if (shape.kind === 'dual') return wanted === 'auto' ? 'exact' : wanted;
  return choosePrecision(wanted, shape.layers * decoderLayerWeights(shape), { name: 'cpu' }, memoryBytes);
}
