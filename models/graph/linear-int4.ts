/**
 * @file Linear with int4 weights in blocks along the input, a scale each.
 * Weights: `weight#int4` [out, blocks, 64 bytes], turned (rotation.ts), low half of a byte first, 8 for zero, and `weight#int4.scale` [out, blocks].
 * Reference: ContribOperators.md of ONNX Runtime, com.microsoft.MatMulNBits
 */
import type { Value } from './graph.ts';
import type { LinearSize } from './linear.ts';
import { rotate } from './rotation.ts';
import type { Scope } from './scope.ts';

/**
 * [Note: block size of int4] Products of 640 x 4,096 x 4,096 on a Zen 4, GFLOP per processor second (float32: 88, int8: 335), and the
 * relative error of turned weights, which are close to Gaussian (symmetric, scale as in quantise-rows.ts):
 *
 *     block     32      64      128     256
 *     speed     127     137     192     207
 *     error     0.086   0.093   0.099   0.105
 *
 * 128 is half again as fast as 64 for a twentieth more error. Zero points cost no time, but gain nothing once the weights are turned (cosine
 * 0.99515 with, 0.99499 without), and a tenth more scales' worth of file.
 */
export const int4Block = 128;

/** On CPUs: activations in bytes, a scale per block, integer products. Other providers take it as they like. */
const byteActivations = 4;

/** x [rows, in] -> [rows, out] in the graph's compute type. Fifteen times slower in sessions that do not lay the weights out first. */
export function linearInt4(scope: Scope, x: Value, { outFeatures, inFeatures, bias }: LinearSize): Value {
  const { compute } = scope.graph.options;
  const blocks = Math.ceil(inFeatures / int4Block);
  const turned = rotate(scope, scope.cast(x, compute), inFeatures);
  const weight = scope.weight('weight#int4', outFeatures, blocks, int4Block / 2);
  const scale = scope.floats('weight#int4.scale', compute, outFeatures, blocks);
  const y = scope.op('com.microsoft.MatMulNBits', [turned, weight, scale], {
    attributes: { K: inFeatures, N: outFeatures, bits: 4, block_size: int4Block, accuracy_level: byteActivations },
  });
  return bias ? scope.op('Add', [y, scope.cast(bias, compute)]) : y;
}
