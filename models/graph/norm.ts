/** @file Norms. Always computed in float32, whatever the products around them are computed in. */
import type { Value } from './graph.ts';
import type { Scope } from './scope.ts';

/** x [..., size] -> float32 of the same shape. The scope is the norm itself: its tensor is `weight`. */
export function rmsNorm(scope: Scope, x: Value, size: number, epsilon: number): Value {
  return scope.op('SimplifiedLayerNormalization', [scope.cast(x, 'float32'), scope.floats('weight', 'float32', size)], {
    attributes: { axis: -1, epsilon: { float: epsilon } },
  });
}

/** x [..., size] -> float32 of the same shape. The scope's tensors are `weight` and `bias`. */
export function layerNorm(scope: Scope, x: Value, size: number, epsilon: number): Value {
  const inputs = [scope.cast(x, 'float32'), scope.floats('weight', 'float32', size), scope.floats('bias', 'float32', size)];
  return scope.op('LayerNormalization', inputs, { attributes: { axis: -1, epsilon: { float: epsilon } } });
}
