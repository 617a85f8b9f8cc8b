/** @file A linear in any form over weights written to a folder, run in a real session, and what to compare its rows with. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { int4RowSize, int4Rows, int8Rows, turnRows } from '../../../models/compile/quantise-rows.ts';
import { type Stage, stageOf } from '../../../models/compile/stage.ts';
import type { LinearForm, PlacedWeight } from '../../../models/graph/graph.ts';
import { linear } from '../../../models/graph/linear.ts';
import { output } from '../../../models/graph/plan.ts';
import { openSession } from '../../../models/runtime/session.ts';

export type Matrix = { readonly rows: number; readonly width: number; readonly values: Float32Array };

export function matrix(rows: number, width: number, value: (row: number, column: number) => number): Matrix {
  return { rows, width, values: Float32Array.from({ length: rows * width }, (_, i) => value(Math.floor(i / width), i % width)) };
}

/** Normal numbers that are the same on every machine. */
export function normalNumbers(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 4294967297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** x [n, in] W^T for W [out, in], in float64. */
export function product(x: Matrix, weight: Matrix): Matrix {
  return matrix(x.rows, weight.rows, (row, column) => {
    let sum = 0;
    for (let i = 0; i < x.width; i++) sum += (x.values[row * x.width + i] as number) * (weight.values[column * x.width + i] as number);
    return sum;
  });
}

/** The cosine of each row of `a` to the same row of `b`. */
export function rowCosines(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: a.rows }, (_, row) => {
    let dot = 0;
    let aa = 0;
    let bb = 0;
    for (let i = row * a.width; i < (row + 1) * a.width; i++) {
      const p = a.values[i] as number;
      const q = b.values[i] as number;
      dot += p * q;
      aa += p * p;
      bb += q * q;
    }
    return dot / Math.sqrt(aa * bb);
  });
}

/** A stage `x` -> one output per weight [out, in], all of the same input, in this form. */
export function linearStage(folder: string, form: LinearForm, weights: Readonly<Record<string, Matrix>>, bias?: Float32Array): Stage {
  const placed = new Map<string, PlacedWeight>();
  for (const [name, weight] of Object.entries(weights)) {
    for (const [suffix, type, shape, data] of partsOf(form, weight)) {
      const file = path.join(folder, `${name}${suffix.replace('#', '-')}`);
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      placed.set(`${name}.weight${suffix}`, { type, shape, file, offset: 0, bytes: data.byteLength });
    }
    if (bias) {
      const file = path.join(folder, `${name}-bias`);
      writeFileSync(file, new Uint8Array(bias.buffer));
      placed.set(`${name}.bias`, { type: 'float32', shape: [bias.length], file, offset: 0, bytes: bias.byteLength });
    }
  }
  const find = (name: string, shape: readonly number[]): PlacedWeight => {
    const weight = placed.get(name);
    if (weight?.shape.join() !== shape.join()) throw new Error(`${name} [${shape}] asked, [${weight?.shape}] there`);
    return weight;
  };
  return stageOf(
    {
      name: `linear ${form}`,
      build(scope) {
        const [first] = Object.values(weights);
        const width = first?.width ?? 0;
        const x = scope.graph.input('x', 'float32', ['rows', width]);
        for (const [name, weight] of Object.entries(weights)) {
          const y = linear(scope.at(name), x, weight.rows, width, { bias: bias !== undefined });
          output(scope, name, y, ['rows', weight.rows]);
        }
      },
    },
    { weights: { find, lowRank: () => undefined }, linear: form, compute: 'float32' },
  );
}

type Part = [suffix: string, PlacedWeight['type'], shape: number[], Int8Array | Uint8Array | Float32Array];

function partsOf(form: LinearForm, { rows, width, values }: Matrix): Part[] {
  if (form === 'float') return [['', 'float32', [rows, width], values]];
  const turned = values.slice();
  turnRows(turned, width);
  if (form === 'int8') {
    const bytes = new Int8Array(rows * width);
    const scales = new Float32Array(rows);
    int8Rows(turned, width, 0, bytes, scales);
    return [
      ['#int8', 'int8', [width, rows], bytes],
      ['#int8.scale', 'float32', [rows], scales],
    ];
  }
  const size = int4RowSize(width);
  const bytes = new Uint8Array(rows * size.bytes);
  const scales = new Float32Array(rows * size.blocks);
  int4Rows(turned, width, bytes, scales);
  return [
    ['#int4', 'uint8', [rows, size.blocks, size.bytes / size.blocks], bytes],
    ['#int4.scale', 'float32', [rows, size.blocks], scales],
  ];
}

/** All outputs of the stage for these rows, by name. */
export async function runLinear(stage: Stage, x: Matrix): Promise<Record<string, Matrix>> {
  const session = await openSession(stage.model(), { threads: 1 });
  try {
    const results = await session.run({ x: { data: x.values, shape: [x.rows, x.width] } });
    return Object.fromEntries(
      stage.outputs.map((name) => {
        const values = results[`${name}.out`] ?? new Float32Array(0);
        return [name, { rows: x.rows, width: values.length / x.rows, values }];
      }),
    );
  } finally {
    await session.close();
  }
}
