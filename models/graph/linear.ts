/**
 * @file y = x W^T (+ b), in the form that the graph asks for. W is [out, in] as every checkpoint stores it; nothing is transposed on the way.
 * Each form is a function of its own: `float` here, `int8` and `int4` in the files of their names.
 */
import type { LinearForm, Value } from './graph.ts';
import { linearInt4 } from './linear-int4.ts';
import { linearInt8 } from './linear-int8.ts';
import type { Scope } from './scope.ts';

/** What a form is given: the scope of the module (its tensor is `weight`), and the sizes. The bias, if any, is float32. */
export type LinearSize = { readonly outFeatures: number; readonly inFeatures: number; readonly bias: Value | undefined };

/** x [rows, in] -> [rows, out] in the graph's compute type. */
export type LinearBuilder = (scope: Scope, x: Value, size: LinearSize) => Value;

const forms: Readonly<Record<LinearForm, LinearBuilder>> = { float: linearFloat, int8: linearInt8, int4: linearInt4 };

/** x [rows, in] -> [rows, out] in the graph's compute type. */
export function linear(scope: Scope, x: Value, outFeatures: number, inFeatures: number, options: { bias?: boolean } = {}): Value {
  const build = forms[scope.graph.options.linear];
  scope.graph.linears.add(scope.tensorName('weight'));
  const bias = options.bias ? scope.floats('bias', 'float32', outFeatures) : undefined;
  return build(scope, x, { outFeatures, inFeatures, bias });
}

/** The stored tensor itself, cast when the graph runs. An adapter's low-rank path runs beside it, in float32. */
export function linearFloat(scope: Scope, x: Value, { outFeatures, inFeatures, bias }: LinearSize): Value {
  const { compute, weights } = scope.graph.options;
  const weight = scope.floats('weight', compute, outFeatures, inFeatures);
  const y = gemm(scope, scope.cast(x, compute), weight, bias && scope.cast(bias, compute));
  const pair = weights.lowRank(scope.tensorName('weight'));
  if (!pair) return y;
  const a = scope.cast(
    scope.placed(scope.tensorName('lora_A'), () => pair.a),
    'float32',
  );
  const b = scope.cast(
    scope.placed(scope.tensorName('lora_B'), () => pair.b),
    'float32',
  );
  const inner = gemm(scope, scope.cast(x, 'float32'), a);
  return scope.cast(gemm(scope, inner, b, scope.cast(y, 'float32'), pair.scale), compute);
}

/** alpha x W^T + addend, for x [rows, in] and W [out, in]. */
export function gemm(scope: Scope, x: Value, weight: Value, addend?: Value, alpha = 1): Value {
  return scope.op('Gemm', addend ? [x, weight, addend] : [x, weight], { attributes: { transB: 1, alpha: { float: alpha } } });
}
