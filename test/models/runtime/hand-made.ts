/** @file Stages small enough to be checked by hand, over weights in a temporary folder. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Stage, stageOf } from '../../../models/compile/stage.ts';
import type { PlacedWeight } from '../../../models/graph/graph.ts';
import { gemm } from '../../../models/graph/linear.ts';
import { output } from '../../../models/graph/plan.ts';

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(path.join(tmpdir(), 'oneword-runtime-')));
}

/** y = x * weight, elementwise over rows of `weight.length`; the weights lie in `FOLDER/NAME.bin`. */
export function scaling(folder: string, name: string, weight: readonly number[]): Stage {
  const file = path.join(folder, `${name}.bin`);
  const data = Float32Array.from(weight);
  writeFileSync(file, new Uint8Array(data.buffer));
  const placed: PlacedWeight = { type: 'float32', shape: [data.length], file, offset: 0, bytes: data.byteLength };
  return stageOf(
    {
      name,
      build(scope) {
        const x = scope.graph.input('x', 'float32', ['n', data.length]);
        output(scope, 'x', scope.op('Mul', [x, scope.weight('weight', data.length)]), ['n', data.length]);
      },
    },
    { weights: { find: () => placed, lowRank: () => undefined }, linear: 'float', compute: 'float32' },
  );
}

/** x[rows], rows int64, and an int32 scalar added: the kinds of inputs that there are. */
export function picking(): Stage {
  return stageOf(
    {
      name: 'picking',
      build(scope) {
        const x = scope.graph.input('x', 'float32', ['n']);
        const rows = scope.graph.input('rows', 'int64', ['m']);
        const add = scope.graph.input('add', 'int32', []);
        output(scope, 'y', scope.op('Add', [scope.op('Gather', [x, rows]), scope.cast(add, 'float32')]), ['m']);
      },
    },
    {
      weights: {
        find: () => {
          throw new Error('no weights');
        },
        lowRank: () => undefined,
      },
      linear: 'float',
      compute: 'float32',
    },
  );
}

/** A language model's head: `weight` is [rows, width], row-major. */
export function head(folder: string, weight: Float32Array, width: number): (firstRow: number, rows: number) => Stage {
  const file = path.join(folder, 'head.bin');
  writeFileSync(file, new Uint8Array(weight.buffer));
  return (firstRow, rows) => {
    const bytes = rows * width * 4;
    const placed: PlacedWeight = { type: 'float32', shape: [rows, width], file, offset: firstRow * width * 4, bytes };
    return stageOf(
      {
        name: `head ${firstRow}`,
        build(scope) {
          const hidden = scope.graph.input('hidden', 'float32', ['n', width]);
          output(scope, 'logits', gemm(scope, hidden, scope.weight('weight', rows, width)), ['n', rows]);
        },
      },
      { weights: { find: () => placed, lowRank: () => undefined }, linear: 'float', compute: 'float32' },
    );
  };
}
