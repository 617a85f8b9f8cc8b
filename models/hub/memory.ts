/** @file How much memory a vision-language model needs, computed from its shape. Rough on purpose: it tells 5 GB from 8 GB, before anything is loaded. */
import type { Vlm } from '../arch/architecture.ts';

export type VlmShape = {
  /** The language model. */
  readonly layers: number;
  readonly hidden: number;
  readonly mlp: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** The vision tower: layers that are used, its width and the width of its MLP. */
  readonly vision: { readonly layers: number; readonly hidden: number; readonly mlp: number };
};

export function shapeOf({ text, vision }: Vlm): VlmShape {
  const { layers, hiddenSize: hidden, mlpSize: mlp, kvHeads, headDim } = text;
  return { layers, hidden, mlp, kvHeads, headDim, vision: { layers: vision.layers, hidden: vision.hiddenSize, mlp: vision.mlpSize } };
}

/** Bits that a weight of the decoder takes when it is laid out for the processor, measured (docs/benchmarks/runtime.md). */
const bits = { int8: 8.3, int4: 5.4, fp16: 16 } as const;

/** Tokens of the largest picture with its prompt: 2x2 tiles and the base, each 24x24, with the ends of rows. */
const longestInput = 2_930;

/** The process with its libraries; and what a model whose weights are held takes beside them while it works, measured. */
const processBytes = 250e6;
const workBytes = 950e6;

/**
 * Bytes that are held while a large picture is read. `exact` maps the checkpoint and holds one layer at a time as float32;
 * what the system keeps of the file in memory beyond that is given back when others need it.
 */
export function memoryNeed(shape: VlmShape, precision: 'exact' | keyof typeof bits): number {
  const { layers, hidden, mlp, vision } = shape;
  const activations = 4 * longestInput * (6 * hidden + 2 * mlp);
  if (precision === 'exact') return processBytes + activations + 4 * 2 * hidden * mlp;
  // The tower is not quantised: float32 on a processor.
  const tower = towerWeights(vision) * (precision === 'fp16' ? 2 : 4);
  const held = (layers * decoderLayerWeights(shape) * bits[precision]) / 8 + tower + workBytes;
  return processBytes + activations + held;
}

export type MemoryTable = Readonly<Record<'exact' | keyof typeof bits, number>>;

/** Rounded up to half a gigabyte: the computation is no better than that. */
export function memoryTable(shape: VlmShape): MemoryTable {
  const rounded = (precision: keyof MemoryTable) => Math.ceil(memoryNeed(shape, precision) / 5e8) * 5e8;
  return { exact: rounded('exact'), int8: rounded('int8'), int4: rounded('int4'), fp16: rounded('fp16') };
}

/** Weights of a decoder layer: q and o, k and v, the three of the MLP. */
export function decoderLayerWeights({ hidden, mlp, kvHeads, headDim }: VlmShape): number {
  return 2 * hidden * hidden + 2 * hidden * kvHeads * headDim + 3 * hidden * mlp;
}

function towerWeights({ layers, hidden, mlp }: VlmShape['vision']): number {
  return layers * (4 * hidden * hidden + 2 * hidden * mlp);
}
