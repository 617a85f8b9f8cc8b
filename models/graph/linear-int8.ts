/**
 * @file Linear with int8 weights, a scale per output feature, and activations rounded to 8 bits, a scale per row, while it runs.
 * Weights: `weight#int8` [in, out], turned (rotation.ts) and transposed, and `weight#int8.scale` [out].
 * Reference: ContribOperators.md of ONNX Runtime, com.microsoft.MatMulIntegerToFloat
 */
import type { Value } from './graph.ts';
import type { LinearSize } from './linear.ts';
import { rotate } from './rotation.ts';
import type { Scope } from './scope.ts';

/** Rows of bytes, 128 for zero, and what each row is to be multiplied with [rows, 1]. */
export type QuantisedRows = { readonly bytes: Value; readonly scale: Value };

/** Below it a row counts as zero. Keeps 0 / 0 out of rows of zeros. */
const leastPeak = 1e-30;

/**
 * [Note: saturating processors] x86 processors without VNNI (before about 2019, and some cheap ones since) add pairs of byte products in
 * 16 bits, which overflow: 255 * 127 * 2. Measured on an emulated Haswell, a sum of 4,129,024 came out as 32,640. The session option
 * `session.x64quantprecision` = '1' makes it exact, for weights in external data too, but by way of unsigned weights on every x86 processor:
 * with VNNI it halves the speed. So a runner tries which kind it is on (compile/byte-probe.ts) and sets the option where sums overflow.
 * Weights of 7 bits would be exact everywhere, with twice the rounding error everywhere.
 */

/**
 * x [rows, in] -> [rows, out] in the graph's compute type.
 *
 * [Note: speed of int8] One row scale and one column scale leave a product of whole integers, which VNNI computes at 3.5 to 4 times the rate
 * of float32. MatMulIntegerToFloat writes floats with the column scale applied; only the row scale is a pass of its own, because the
 * operator takes a single scale for its input. QuantizeLinear with a scale per row would save the division but runs on one thread.
 * Signed activations fall off the fast kernel (a tenth of the speed), unsigned weights halve it. One product for q, k and v, or for gate
 * and up, is not faster: it has to be split again. Over a mapped file, without laying the weights out first, an 8B layer takes 3 % longer at
 * 256 rows and a third longer at 32, and saves a quarter second of opening.
 */
export function linearInt8(scope: Scope, x: Value, { outFeatures, inFeatures, bias }: LinearSize): Value {
  const rows = quantiseRows(scope, rotate(scope, scope.cast(x, 'float32'), inFeatures));
  const weight = scope.weight('weight#int8', inFeatures, outFeatures);
  const weightScale = scope.weight('weight#int8.scale', outFeatures);
  const inputs = [rows.bytes, weight, scope.constant('float32', 1), weightScale, scope.constant('uint8', 128)];
  const product = scope.op('com.microsoft.MatMulIntegerToFloat', inputs, { type: 'float32' });
  const y = scope.op('Mul', [product, rows.scale]);
  return scope.cast(bias ? scope.op('Add', [y, bias]) : y, scope.graph.options.compute);
}

/** x [rows, features] in float32 to bytes. Made once per value: q, k and v share it, so do gate and up. */
export function quantiseRows(scope: Scope, x: Value): QuantisedRows {
  return scope.graph.once(`bytes of ${x.name}`, () => {
    const axis = scope.constant('int64', [-1]);
    const highest = scope.op('ReduceMax', [x, axis], { attributes: { keepdims: 1 } });
    const lowest = scope.op('ReduceMin', [x, axis], { attributes: { keepdims: 1 } });
    const peak = scope.op('Max', [highest, scope.op('Neg', [lowest]), scope.constant('float32', leastPeak)]);
    const scale = scope.op('Mul', [peak, scope.constant('float32', 1 / 127)]);
    const steps = scope.op('Div', [x, scale]);
    const bytes = scope.op('QuantizeLinear', [steps, scope.constant('float32', 1), scope.constant('uint8', 128)], { type: 'uint8' });
    return { bytes, scale };
  });
}
