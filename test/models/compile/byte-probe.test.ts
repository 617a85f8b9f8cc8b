import { expect, test } from 'vitest';
import { bytesOverflow } from '../../../models/compile/byte-probe.ts';
import { type Stage, stageOf } from '../../../models/compile/stage.ts';
import { output } from '../../../models/graph/plan.ts';
import { openSession, type TensorInput } from '../../../models/runtime/session.ts';

async function run(stage: Stage, inputs: Readonly<Record<string, TensorInput>>): Promise<{ y: Float32Array }> {
  const session = await openSession(stage.model(), { threads: 1 });
  try {
    const { 'y.out': y = new Float32Array() } = await session.run(inputs);
    return { y };
  } finally {
    await session.close();
  }
}

/** Another operator, other sizes, several rows: bytes of 255 (127 above zero) by weights of -127. */
const whole: Stage = stageOf(
  {
    name: 'product of integers',
    build(scope) {
      const x = scope.cast(scope.graph.input('x', 'float32', ['rows', 1000]), 'uint8');
      const weight = scope.constant('int8', new Int8Array(1000 * 40).fill(-127), [1000, 40]);
      output(scope, 'y', scope.op('MatMulInteger', [x, weight, scope.constant('uint8', 128)], { type: 'int32' }), ['rows', 40]);
    },
  },
  {
    weights: { find: () => ({ type: 'int8', shape: [], file: '', offset: 0, bytes: 0 }), lowRank: () => undefined },
    linear: 'int8',
    compute: 'float32',
  },
);

test('the probe says of this processor what products of other sizes show', async () => {
  const { y } = await run(whole, { x: { data: new Float32Array(5 * 1000).fill(255), shape: [5, 1000] } });
  expect(y).toHaveLength(200);
  expect(await bytesOverflow(run)).toBe(y.some((sum) => sum !== -127 * 127 * 1000));
});

test('a sum that is cut off is noticed, in any column', async () => {
  const y = new Float32Array(16).fill(127 * 127 * 64);
  expect(await bytesOverflow(async () => ({ y }))).toBe(false);
  y[15] = 8160;
  expect(await bytesOverflow(async () => ({ y }))).toBe(true);
});
