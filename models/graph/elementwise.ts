/** @file Sums and activations, by the names that configurations use for them. */
import type { Value } from './graph.ts';
import type { Scope } from './scope.ts';

/** The residual stream is float32: in float16 the few huge values that large models carry would overflow. */
export function addResidual(scope: Scope, x: Value, y: Value): Value {
  return scope.op('Add', [scope.cast(x, 'float32'), scope.cast(y, 'float32')]);
}

export function multiply(scope: Scope, x: Value, y: Value): Value {
  return scope.op('Mul', [x, y]);
}

/** x * sigmoid(x), which is QuickGelu with another factor. */
export function silu(scope: Scope, x: Value): Value {
  return scope.op('com.microsoft.QuickGelu', [x], { attributes: { alpha: { float: 1 } } });
}

/** x * sigmoid(1.702 x), CLIP's approximation. */
export function quickGelu(scope: Scope, x: Value): Value {
  return scope.op('com.microsoft.QuickGelu', [x], { attributes: { alpha: { float: 1.702 } } });
}

/** The exact one, by the error function. */
export function gelu(scope: Scope, x: Value): Value {
  return scope.op('Gelu', [x], { attributes: { approximate: 'none' } });
}

/** Its approximation by a hyperbolic tangent: `gelu_pytorch_tanh`, `gelu_new`. */
export function geluTanh(scope: Scope, x: Value): Value {
  return scope.op('Gelu', [x], { attributes: { approximate: 'tanh' } });
}
