/** @file What a model looks like in numbers, and how much memory it takes. Rough on purpose: it tells 5 GB from 8 GB, before anything is loaded. */
import type { DualEncoder, PictureFamily, TowerSize, Vlm } from '../arch/architecture.ts';
import type { Precision } from '../compile/vlm.ts';
import type { Tiles } from '../prompt/reading.ts';

/** A vision tower: its layers that run, its width, the width of its MLP. */
export type TowerShape = {
  readonly layers: number;
  readonly hidden: number;
  readonly mlp: number;
  /** Of a tile between the layers. */
  readonly tokens: number;
  /** Multiplications for a tile before the first layer and after the last. */
  readonly ends: number;
};

export type VlmShape = {
  readonly kind: 'vlm';
  /** The language model. */
  readonly layers: number;
  readonly hidden: number;
  readonly mlp: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vision: TowerShape;
  /** Of the largest picture, where nothing is held back. */
  readonly tiles: number;
  /** Rows that a tile takes in the sequence. */
  readonly tileRows: number;
};

export type DualShape = {
  readonly kind: 'dual';
  readonly dimension: number;
  readonly vision: TowerShape;
  readonly text: {
    readonly layers: number;
    readonly hidden: number;
    readonly mlp: number;
    readonly vocabulary: number;
    readonly tokens: number;
  };
};

export type Shape = VlmShape | DualShape;

/** Tiles of the largest picture, the whole picture as one of them: 2 x 2, 4 x 4, and 16 in any order. */
const mostTiles: Readonly<Record<PictureFamily, number>> = { anyres: 5, split: 17, hd: 17 };

export function shapeOf(model: Vlm): VlmShape;
export function shapeOf(model: DualEncoder): DualShape;
export function shapeOf(model: Vlm | DualEncoder): Shape;
export function shapeOf(model: Vlm | DualEncoder): Shape {
  if (model.kind === 'dual') {
    const { layers, hiddenSize: hidden, mlpSize: mlp, vocabularySize: vocabulary, maxTokens: tokens } = model.text;
    return {
      kind: 'dual',
      dimension: model.dimension,
      vision: towerOf(model.vision),
      text: { layers, hidden, mlp, vocabulary, tokens },
    };
  }
  const { layers, hiddenSize: hidden, mlpSize: mlp, kvHeads, headDim } = model.text;
  const tiles = mostTiles[model.pictures];
  return { kind: 'vlm', layers, hidden, mlp, kvHeads, headDim, vision: towerOf(model.vision), tiles, tileRows: model.rowsPerTile };
}

function towerOf({ layers, hiddenSize: hidden, mlpSize: mlp, tokens, endMultiplications: ends }: TowerSize): TowerShape {
  return { layers, hidden, mlp, tokens, ends };
}

/** Length of the vectors. */
export function dimensionOf(shape: Shape): number {
  return shape.kind === 'dual' ? shape.dimension : shape.hidden;
}

/** The largest picture with its prompt, in tiles and in tokens of the sequence, about. */
export function pictureInput({ tiles, tileRows }: VlmShape, budget: Tiles): { readonly tiles: number; readonly tokens: number } {
  const seen = budget === 'base' ? 1 : tiles;
  return { tiles: seen, tokens: seen * tileRows + promptTokens };
}

const promptTokens = 45;

/** Bits that a weight of the decoder takes when it is laid out for the processor, measured (docs/benchmarks/runtime.md). */
const bits = { int8: 8.3, int4: 5.4, fp16: 16 } as const;

/** Bytes of an encoder's weight. What others exported in int4 is held so and widened where it is used. */
const encoderBytes = { exact: 4, fp16: 2, int8: 1, int4: 1 } as const;

/** The process with its libraries; and what a model whose weights are held takes beside them while it works, measured. */
const processBytes = 250e6;
const workBytes = 950e6;

/**
 * Bytes that are held while a large picture is read. `exact` maps the checkpoint and holds one layer at a time as float32;
 * what the system keeps of the file in memory beyond that is given back when others need it. Of two encoders all weights are held.
 */
export function memoryNeed(shape: Shape, precision: Precision, budget: Tiles = 'anyres'): number {
  if (shape.kind === 'dual') return processBytes + dualWeights(shape) * encoderBytes[precision] + dualActivations(shape);
  const { layers, hidden, mlp, vision } = shape;
  const activations = 4 * pictureInput(shape, budget).tokens * (6 * hidden + 2 * mlp);
  if (precision === 'exact') return processBytes + activations + 4 * 2 * hidden * mlp;
  // The tower is not quantised: float32 on a processor.
  const tower = encoderWeights(vision) * (precision === 'fp16' ? 2 : 4);
  const held = (layers * decoderLayerWeights(shape) * bits[precision]) / 8 + tower + workBytes;
  return processBytes + activations + held;
}

/** Of the precisions that a model can be run with. */
export type MemoryTable = Readonly<Partial<Record<Precision, number>>> & { readonly exact: number };

/** Rounded up: to half a gigabyte, below one to a tenth of it. The computation is no better than that. */
export function roundedNeed(shape: Shape, precision: Precision, budget: Tiles = 'anyres'): number {
  const need = memoryNeed(shape, precision, budget);
  const step = need < 1e9 ? 1e8 : 5e8;
  return Math.ceil(need / step) * step;
}

export function memoryTable(shape: Shape, budget: Tiles = 'anyres'): MemoryTable {
  const rounded = (precision: Precision) => roundedNeed(shape, precision, budget);
  const both = { exact: rounded('exact'), fp16: rounded('fp16') };
  return shape.kind === 'dual' ? both : { ...both, int8: rounded('int8'), int4: rounded('int4') };
}

/** Weights of a decoder layer: q and o, k and v, the three of the MLP. */
export function decoderLayerWeights({ hidden, mlp, kvHeads, headDim }: Pick<VlmShape, 'hidden' | 'mlp' | 'kvHeads' | 'headDim'>): number {
  return 2 * hidden * hidden + 2 * hidden * kvHeads * headDim + 3 * hidden * mlp;
}

/** Of the matrices of an encoder's layers. */
export function encoderWeights({ layers, hidden, mlp }: Pick<TowerShape, 'layers' | 'hidden' | 'mlp'>): number {
  return layers * (4 * hidden * hidden + 2 * hidden * mlp);
}

/** Both towers. The words' table is read row by row from the file. */
function dualWeights({ vision, text }: DualShape): number {
  return encoderWeights(vision) + encoderWeights(text);
}

function dualActivations({ vision: { tokens, hidden, mlp } }: DualShape): number {
  return 4 * tokens * (6 * hidden + 2 * mlp);
}
