/**
 * @file Causal attention over grouped heads with rotary positions and a cache of earlier keys and values, and plain attention among all.
 * Two forms of the causal one with the same inputs and results: ONNX Runtime's own operator, and plain operators for adapters on which that is wrong.
 */
import type { Value } from './graph.ts';
import type { Scope } from './scope.ts';

/** Rotary halves as in Hugging Face: [x1, x2] -> [x1 cos - x2 sin, x2 cos + x1 sin], frequencies theta^(-2i/headDim). */
export type CausalHeads = {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ropeTheta: number;
  /** What each of the headDim / 2 frequencies is divided by; 1 if absent. */
  readonly ropeFactors?: readonly number[];
  /** What cosines and sines are multiplied by; 1 if absent. */
  readonly ropeScale?: number;
  /** Positions in the tables of cosines and sines. */
  readonly maxTokens: number;
};

/**
 * S new tokens of one sequence after P earlier ones.
 * q [1, S, heads*headDim]; k, v [1, S, kvHeads*headDim], not yet rotated; pastK, pastV [1, kvHeads, P, headDim], keys rotated; total int32 scalar P + S.
 */
export type CausalInputs = {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly pastK: Value;
  readonly pastV: Value;
  readonly total: Value;
};

/** y [1, S, heads*headDim]; presentK, presentV [1, kvHeads, P + S, headDim]. */
export type CausalResult = { readonly y: Value; readonly presentK: Value; readonly presentV: Value };

/** The operator rotates heads of such sizes only. */
export function fitsGroupQueryAttention({ headDim }: CausalHeads): boolean {
  return headDim % 16 === 0;
}

/** @param seqlensK int32 [1] = P + S - 1 */
export function groupQueryAttention(scope: Scope, cfg: CausalHeads, inputs: CausalInputs & { readonly seqlensK: Value }): CausalResult {
  const { compute } = scope.graph.options;
  const { cos, sin } = rotaryTables(scope, cfg);
  const floats = [inputs.q, inputs.k, inputs.v, inputs.pastK, inputs.pastV].map((value) => scope.cast(value, compute));
  const [y, presentK, presentV] = scope.ops(
    'com.microsoft.GroupQueryAttention',
    [...floats, inputs.seqlensK, inputs.total, scope.cast(cos, compute), scope.cast(sin, compute)],
    3,
    { attributes: { num_heads: cfg.heads, kv_num_heads: cfg.kvHeads, do_rotary: 1, rotary_interleaved: 0 } },
  ) as [Value, Value, Value];
  return { y, presentK, presentV };
}

/** The same by plain operators. With `last`, q holds the last token alone ([1, 1, heads*headDim]), which sees every other: no mask. */
export function plainCausalAttention(scope: Scope, cfg: CausalHeads, inputs: CausalInputs, options?: { last: boolean }): CausalResult {
  const { compute } = scope.graph.options;
  const { heads, kvHeads, headDim } = cfg;
  const { cos, sin } = rotaryTables(scope, cfg);
  const one = scope.constant('int32', 1);
  const total = inputs.total;
  const newTokens = scalarSize(scope, inputs.k, 1);
  const positions = scope.op('Range', [scope.op('Sub', [total, newTokens]), total, one]);
  const queryPositions = options?.last ? unsqueeze(scope, scope.op('Sub', [total, one]), [0]) : positions;

  const rotated = (x: Value, count: number, at: Value): Value =>
    rotate(scope, headsFirst(scope, scope.cast(x, compute), count, headDim), scope.op('Gather', [cos, at]), scope.op('Gather', [sin, at]));
  const q = rotated(inputs.q, heads, queryPositions);
  const presentK = appendTokens(scope, inputs.pastK, rotated(inputs.k, kvHeads, positions));
  const presentV = appendTokens(scope, inputs.pastV, headsFirst(scope, scope.cast(inputs.v, compute), kvHeads, headDim));

  // [kv, group, S, d] x [kv, 1, d, T]: the heads of a group share their keys by broadcasting.
  const scaled = scope.op('Mul', [q, scope.cast(scope.constant('float32', 1 / Math.sqrt(headDim)), compute)]);
  const grouped = reshape(scope, scaled, [kvHeads, heads / kvHeads, -1, headDim]);
  const scores = scope.op('MatMul', [grouped, transpose(scope, presentK, [1, 0, 3, 2])]);
  const masked = options?.last ? scores : scope.op('Add', [scores, scope.cast(causalMask(scope, positions, total), compute)]);
  const weights = scope.op('Softmax', [masked], { attributes: { axis: -1 } });
  const mixed = scope.op('MatMul', [weights, transpose(scope, presentV, [1, 0, 2, 3])]);
  const y = reshape(scope, transpose(scope, reshape(scope, mixed, [heads, -1, headDim]), [1, 0, 2]), [1, -1, heads * headDim]);
  return { y, presentK, presentV };
}

export type FullHeads = {
  readonly heads: number;
  readonly headDim: number;
  /** Of a picture or a text; int64 [1] where it is only known when the graph runs. */
  readonly tokens: number | Value;
  /** Of them, how many ask: as many as there are if absent. With 1 and n = 1 the same query asks of all. */
  readonly queries?: number;
};

/**
 * Every token sees every token of its picture, or what `mask` leaves of them: it is added to the scores [n, heads, queries, tokens].
 * q [n * queries, heads*headDim], k, v [n * tokens, heads*headDim] -> [n * queries, heads*headDim].
 */
export function fullAttention(
  scope: Scope,
  { heads, headDim, tokens, queries }: FullHeads,
  inputs: { readonly q: Value; readonly k: Value; readonly v: Value; readonly mask?: Value | undefined },
): Value {
  const split = (x: Value, rows: number | Value, order: readonly number[]): Value => {
    const shape = scope.constant('int64', typeof rows === 'number' ? [-1, rows, heads, headDim] : [-1]);
    const whole =
      typeof rows === 'number'
        ? shape
        : scope.op('Concat', [shape, rows, scope.constant('int64', [heads, headDim])], { attributes: { axis: 0 } });
    return transpose(scope, scope.op('Reshape', [x, whole]), order);
  };
  const scale = scope.cast(scope.constant('float32', 1 / Math.sqrt(headDim)), inputs.q.type);
  const q = split(scope.op('Mul', [inputs.q, scale]), queries ?? tokens, [0, 2, 1, 3]);
  const scores = scope.op('MatMul', [q, split(inputs.k, tokens, [0, 2, 3, 1])]);
  const seen = inputs.mask ? scope.op('Add', [scores, scope.cast(inputs.mask, scores.type)]) : scores;
  const weights = scope.op('Softmax', [seen], { attributes: { axis: -1 } });
  const mixed = scope.op('MatMul', [weights, split(inputs.v, tokens, [0, 2, 1, 3])]);
  return reshape(scope, transpose(scope, mixed, [0, 2, 1, 3]), [-1, heads * headDim]);
}

/** The mask of texts of `tokens` (int64 [1]) in which nobody sees what comes later: float32 [tokens, tokens]. */
export function causalMaskOf(scope: Scope, tokens: Value): Value {
  const total = scope.cast(scope.op('Squeeze', [tokens]), 'int32');
  return causalMask(scope, scope.op('Range', [scope.constant('int32', 0), total, scope.constant('int32', 1)]), total);
}

/** float32 [maxTokens, headDim / 2] each, every step rounded from float64 as torch rounds it. */
function rotaryTables(scope: Scope, heads: CausalHeads): { cos: Value; sin: Value } {
  const { headDim, ropeTheta, ropeFactors, ropeScale, maxTokens } = heads;
  const key = [headDim, ropeTheta, ropeFactors?.join() ?? '', ropeScale ?? '', maxTokens].join(';');
  return scope.graph.once(`rotary tables ${key}`, () => makeRotaryTables(scope, heads));
}

function makeRotaryTables(scope: Scope, { headDim, maxTokens, ...rope }: CausalHeads): { cos: Value; sin: Value } {
  const half = headDim / 2;
  const cos = new Float32Array(maxTokens * half);
  const sin = new Float32Array(maxTokens * half);
  const scale = Math.fround(rope.ropeScale ?? 1);
  for (let i = 0; i < half; i++) {
    const factor = Math.fround(rope.ropeFactors?.[i] ?? 1);
    const frequency = Math.fround(1 / Math.fround(factor * Math.fround(rope.ropeTheta ** ((2 * i) / headDim))));
    for (let position = 0; position < maxTokens; position++) {
      const angle = Math.fround(position * frequency);
      cos[position * half + i] = Math.fround(Math.cos(angle)) * scale;
      sin[position * half + i] = Math.fround(Math.sin(angle)) * scale;
    }
  }
  return { cos: scope.constant('float32', cos, [maxTokens, half]), sin: scope.constant('float32', sin, [maxTokens, half]) };
}

/** x [heads, S, headDim], cos and sin [S, headDim / 2]. */
function rotate(scope: Scope, x: Value, cosTable: Value, sinTable: Value): Value {
  const cos = scope.cast(cosTable, x.type);
  const sin = scope.cast(sinTable, x.type);
  const [first, second] = scope.ops('Split', [x], 2, { attributes: { axis: -1, num_outputs: 2 } }) as [Value, Value];
  const turnedFirst = scope.op('Sub', [scope.op('Mul', [first, cos]), scope.op('Mul', [second, sin])]);
  const turnedSecond = scope.op('Add', [scope.op('Mul', [second, cos]), scope.op('Mul', [first, sin])]);
  return scope.op('Concat', [turnedFirst, turnedSecond], { attributes: { axis: -1 } });
}

/** [S, T]: 0 where the key is not after the query, else a number that no score outweighs and that float16 holds. */
function causalMask(scope: Scope, positions: Value, total: Value): Value {
  const keys = scope.op('Range', [scope.constant('int32', 0), total, scope.constant('int32', 1)]);
  const later = scope.op('Greater', [keys, unsqueeze(scope, positions, [1])], { type: 'bool' });
  return scope.op('Where', [later, scope.constant('float32', -65504), scope.constant('float32', 0)], { type: 'float32' });
}

/** [1, S, heads*headDim] -> [heads, S, headDim]. */
function headsFirst(scope: Scope, x: Value, heads: number, headDim: number): Value {
  return transpose(scope, reshape(scope, x, [-1, heads, headDim]), [1, 0, 2]);
}

/** past [1, kvHeads, P, headDim] and new [kvHeads, S, headDim] -> [1, kvHeads, P + S, headDim]. */
function appendTokens(scope: Scope, past: Value, fresh: Value): Value {
  return scope.op('Concat', [scope.cast(past, fresh.type), unsqueeze(scope, fresh, [0])], { attributes: { axis: 2 } });
}

/** The size of an axis as an int32 scalar. */
function scalarSize(scope: Scope, x: Value, axis: number): Value {
  const size = scope.op('Shape', [x], { attributes: { start: axis, end: axis + 1 }, type: 'int64' });
  return scope.cast(scope.op('Squeeze', [size]), 'int32');
}

export function reshape(scope: Scope, x: Value, shape: readonly number[]): Value {
  return scope.op('Reshape', [x, scope.constant('int64', shape)]);
}

export function transpose(scope: Scope, x: Value, order: readonly number[]): Value {
  return scope.op('Transpose', [x], { attributes: { perm: order } });
}

export function unsqueeze(scope: Scope, x: Value, axes: readonly number[]): Value {
  return scope.op('Unsqueeze', [x, scope.constant('int64', axes)]);
}
