/** @file Tries whether this processor's int8 products overflow. See [Note: saturating processors] */
import type { Value } from '../graph/graph.ts';
import { output } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import { type Stage, stageOf } from './stage.ts';

const inFeatures = 64;
const outFeatures = 16;

/** The largest byte, which stands for 127, times the largest weight. */
const expected = 127 * 127 * inFeatures;

/** One row of activations as large as they get, against weights as large as they get: `x` [1, 64] of 255 -> `y` [1, 16]. */
function build(scope: Scope): void {
  const bytes = scope.cast(scope.graph.input('x', 'float32', [1, inFeatures]), 'uint8');
  const weight = scope.constant('int8', new Int8Array(inFeatures * outFeatures).fill(127), [inFeatures, outFeatures]);
  const one = scope.constant('float32', 1);
  const inputs: Value[] = [bytes, weight, one, one, scope.constant('uint8', 128)];
  output(scope, 'y', scope.op('com.microsoft.MatMulIntegerToFloat', inputs, { type: 'float32' }), [1, outFeatures]);
}

/**
 * Whether sums of byte products come out wrong on this processor. Then sessions over int8 weights need `session.x64quantprecision` = '1'.
 * @param run runs a stage in a session without that option
 */
export async function bytesOverflow(
  run: (stage: Stage, inputs: { readonly x: { data: Float32Array; shape: readonly number[] } }) => Promise<{ readonly y: Float32Array }>,
): Promise<boolean> {
  const noWeights = {
    find(name: string): never {
      throw new Error(`The probe has no weight ${name}.`);
    },
    lowRank: () => undefined,
  };
  const stage = stageOf({ name: 'byte probe', build }, { weights: noWeights, linear: 'int8', compute: 'float32' });
  const { y } = await run(stage, { x: { data: new Float32Array(inFeatures).fill(255), shape: [1, inFeatures] } });
  return y.some((sum) => sum !== expected);
}
