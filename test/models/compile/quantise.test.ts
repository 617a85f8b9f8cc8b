import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hasCode } from '../../../core/api/errors.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import type { StoredTensor } from '../../../models/checkpoint/tensors.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { type QuantiseOptions, quantised, type SideFile, type WeightToQuantise } from '../../../models/compile/quantise.ts';
import { int4RowSize, int4Rows, int8Rows, turnRows } from '../../../models/compile/quantise-rows.ts';
import { stageOf } from '../../../models/compile/stage.ts';
import { linear } from '../../../models/graph/linear.ts';
import { output } from '../../../models/graph/plan.ts';
import { openSession } from '../../../models/runtime/session.ts';
import { temporaryFolder } from '../checkpoint/folder.ts';
import { type Matrix, matrix, normalNumbers, product, rowCosines } from '../graph/linear-quantised.ts';

const inFolder = temporaryFolder();

const names = ['a.weight', 'b.weight', 'c.weight'] as const;
const sizes = [
  [96, 128],
  [40, 160],
  [7, 33],
] as const;

const weights = names.map((_, i) => {
  const next = normalNumbers(10 + i);
  const [rows, width] = sizes[i] ?? [0, 0];
  return matrix(rows, width, () => 0.05 * next());
});

const options = (kind: 'int8' | 'int4', more: Partial<QuantiseOptions> = {}): QuantiseOptions => ({
  kind,
  cache: inFolder('cache'),
  key: 'abc123',
  ...more,
});

/** The three weights as a checkpoint stores them, in BF16, F16 and F32. */
async function stored(): Promise<WeightToQuantise[]> {
  const dtypes = ['BF16', 'F16', 'F32'] as const;
  const file = inFolder('model.safetensors');
  await writeSafetensors(
    file,
    weights.map(({ rows, width, values }, i) => ({
      name: names[i] ?? '',
      dtype: dtypes[i] ?? 'F32',
      shape: [rows, width],
      values,
    })),
  );
  return (await readShard(file)).map((tensor) => ({ name: tensor.name, tensor }));
}

for (const kind of ['int8', 'int4'] as const) {
  test(`${kind} weights of every stored type go through a side file and a real session`, async () => {
    const side = await quantised(await stored(), options(kind));
    for (const [i, name] of names.entries()) {
      const weight = weights[i] as Matrix;
      const next = normalNumbers(20);
      const x = matrix(5, weight.width, next);
      const cosines = rowCosines(await multiply(side, name, kind, x, weight.rows), product(x, weight));
      expect(Math.min(...cosines)).toBeGreaterThan(kind === 'int8' ? 0.9995 : 0.98);
    }
  });

  test(`${kind} adds the adapter's product before it rounds`, async () => {
    const [first] = await stored();
    const next = normalNumbers(30);
    const file = inFolder('adapter.safetensors');
    const [a, b] = [matrix(4, 128, next), matrix(96, 4, next)];
    await writeSafetensors(file, [
      { name: 'a', dtype: 'F32', shape: [4, 128], values: a.values },
      { name: 'b', dtype: 'F32', shape: [96, 4], values: b.values },
    ]);
    const tensors = await readShard(file);
    const named = (name: string) => tensors.find((tensor) => tensor.name === name) as StoredTensor;
    const weight = { ...(first as WeightToQuantise), pair: { a: named('a'), b: named('b') }, scale: 0.25 };
    const side = await quantised([weight], options(kind));
    const base = weights[0] as Matrix;
    const merged = matrix(96, 128, (row, column) => {
      let sum = base.values[row * 128 + column] as number;
      for (let r = 0; r < 4; r++) sum += 0.25 * (b.values[row * 4 + r] as number) * (a.values[r * 128 + column] as number);
      return sum;
    });
    const x = matrix(5, 128, next);
    const cosines = rowCosines(await multiply(side, 'a.weight', kind, x, 96), product(x, merged));
    expect(Math.min(...cosines)).toBeGreaterThan(kind === 'int8' ? 0.9995 : 0.98);
  });
}

test('int8 is off by half a step of its row at most, and -128 never occurs', () => {
  const { rows, width, values } = weights[0] as Matrix;
  const turned = values.slice();
  turnRows(turned, width);
  const bytes = new Int8Array(rows * width);
  const scales = new Float32Array(rows);
  // In two pieces, the first one no whole number of tiles.
  int8Rows(turned.subarray(0, 70 * width), width, 0, bytes, scales);
  int8Rows(turned.subarray(70 * width), width, 70, bytes, scales);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const scale = scales[row] as number;
      const error = Math.abs((bytes[i * rows + row] as number) * scale - (turned[row * width + i] as number));
      expect(error).toBeLessThanOrEqual(scale * 0.50001);
    }
  }
  expect(Math.min(...bytes)).toBe(-127);
});

test('int4 is off by a tenth of the whole, by a step and a half where it clips, and fills the last block up with zeros', () => {
  const { rows, width, values } = weights[1] as Matrix;
  const turned = values.slice();
  turnRows(turned, width);
  const size = int4RowSize(width);
  expect(size).toEqual({ blocks: 2, bytes: 128 });
  const bytes = new Uint8Array(rows * size.bytes);
  const scales = new Float32Array(rows * size.blocks);
  int4Rows(turned, width, bytes, scales);
  let error = 0;
  let whole = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < 256; i++) {
      const byte = bytes[row * size.bytes + (i >> 1)] as number;
      const number = (i % 2 === 0 ? byte & 15 : byte >> 4) - 8;
      if (i >= width) expect(number).toBe(0);
      else {
        const scale = scales[row * size.blocks + (i >> 7)] as number;
        const value = turned[row * width + i] as number;
        expect(Math.abs(number * scale - value)).toBeLessThan(Math.abs(scale) * 1.6);
        error += (number * scale - value) ** 2;
        whole += value ** 2;
      }
    }
  }
  expect(Math.sqrt(error / whole)).toBeLessThan(0.105);
});

test('turning twice is multiplying by the block: the matrix is orthogonal', () => {
  for (const [width, block] of [
    [192, 64],
    [160, 32],
    [40, 8],
    [6, 2],
    [5, 1],
  ] as const) {
    const next = normalNumbers(40);
    const { values } = matrix(3, width, next);
    const turned = values.slice();
    turnRows(turned, width);
    if (block > 1) expect(turned).not.toEqual(values);
    turnRows(turned, width);
    turned.forEach((value, i) => {
      expect(value / block).toBeCloseTo(values[i] as number, 5);
    });
  }
});

test('rows of zeros have no scale, in either form', () => {
  const zeros = new Float32Array(2 * 128);
  const scales8 = new Float32Array(2).fill(1);
  int8Rows(zeros, 128, 0, new Int8Array(256), scales8);
  expect([...scales8]).toEqual([0, 0]);
  const bytes = new Uint8Array(128);
  const scales4 = new Float32Array(2).fill(1);
  int4Rows(zeros, 128, bytes, scales4);
  expect([...scales4]).toEqual([0, 0]);
  expect([...new Set(bytes)]).toEqual([0x88]);
});

test('a package is found again, and not made a second time', async () => {
  const list = await stored();
  const first = await quantised(list, options('int8'));
  const made = statSync(first.file);
  const steps: number[] = [];
  const second = await quantised(list, options('int8', { onProgress: (done, of) => steps.push(done / of) }));
  expect(second).toEqual(first);
  expect(statSync(second.file).ino).toBe(made.ino);
  expect(steps).toEqual([1]);
  expect(readdirSync(inFolder('cache'))).toHaveLength(1);
});

test('other weights, another kind and another key are other packages', async () => {
  const list = await stored();
  const files = new Set<string>();
  files.add((await quantised(list, options('int8'))).file);
  files.add((await quantised(list, options('int4'))).file);
  files.add((await quantised(list, options('int8', { key: 'def456' }))).file);
  expect(files.size).toBe(3);
});

test.each([
  ['is cut short', (file: string) => truncateSync(file, statSync(file).size - 1)],
  ['has lost its pages', (file: string) => writeFileSync(file, new Uint8Array(statSync(file).size))],
  ['is gone', (file: string) => truncateSync(file, 0)],
  ['has no description', (file: string) => writeFileSync(path.join(path.dirname(file), 'package.json'), '{')],
])('a package that %s is made anew', async (_, damage) => {
  const list = await stored();
  const { file } = await quantised(list, options('int4'));
  const whole = readFileSync(file);
  damage(file);
  await quantised(list, options('int4'));
  expect(readFileSync(file).equals(whole)).toBe(true);
  expect(readdirSync(inFolder('cache'))).toHaveLength(1);
});

test('progress goes up in bytes and ends at the whole file', async () => {
  const seen: [number, number][] = [];
  const { file } = await quantised(await stored(), options('int8', { onProgress: (done, of) => seen.push([done, of]) }));
  const { size } = statSync(file);
  expect(seen.length).toBeGreaterThan(3);
  expect(seen.every(([done, of], i) => of === size && done <= of && done >= (seen[i - 1]?.[0] ?? 0))).toBe(true);
  expect(seen.at(-1)?.[0]).toBe(size);
});

test('a cancelled build leaves nothing behind', async () => {
  const cancel = new AbortController();
  const building = quantised(await stored(), options('int8', { signal: cancel.signal, onProgress: () => cancel.abort() }));
  await expect(building).rejects.toMatchObject({ name: 'AbortError' });
  expect(readdirSync(inFolder('cache'))).toEqual([]);
});

test('a weight with a number that is none is refused by name and row, and leaves nothing behind', async () => {
  for (const kind of ['int8', 'int4'] as const) {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const file = inFolder('bad.safetensors');
      const values = new Float32Array(20 * 64).fill(0.5);
      values[13 * 64 + 5] = bad;
      await writeSafetensors(file, [{ name: 'bad.weight', dtype: 'F32', shape: [20, 64], values }]);
      const list = (await readShard(file)).map((tensor) => ({ name: tensor.name, tensor }));
      const failure = await quantised(list, options(kind)).catch((error: unknown) => error);
      expect(hasCode(failure, 'model-invalid')).toBe(true);
      expect(String(failure)).toMatch(/bad\.weight .* row 13 /);
      expect(readdirSync(inFolder('cache'))).toEqual([]);
    }
  }
});

test('a weight that is no matrix is refused', async () => {
  const file = inFolder('vector.safetensors');
  await writeSafetensors(file, [{ name: 'norm.weight', dtype: 'F32', shape: [4], values: new Float32Array(4) }]);
  const list = (await readShard(file)).map((tensor) => ({ name: tensor.name, tensor }));
  await expect(quantised(list, options('int8'))).rejects.toMatchObject({ code: 'model-invalid' });
});

test('a file that shrinks while it is read is a damaged model', async () => {
  const list = await stored();
  truncateSync(list[0]?.tensor.file ?? '', 1000);
  await expect(quantised(list, options('int8'))).rejects.toMatchObject({ code: 'model-invalid' });
});

test('a disk without room is said before anything is written', async () => {
  const [first] = await stored();
  const { tensor } = first as WeightToQuantise;
  const huge = { name: 'huge', tensor: { ...tensor, shape: [1 << 24, 1 << 24] } };
  const failure = await quantised([huge], options('int8')).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'disk-full' });
  expect(String(failure)).toMatch(/need 281,\d{3},\d{3} MB in .* only [\d,]+ MB are free/);
  expect(readdirSync(inFolder('cache'))).toEqual([]);
});

test('two at once end with one package that both can use', async () => {
  const list = await stored();
  const [one, two] = await Promise.all([quantised(list, options('int8')), quantised(list, options('int8'))]);
  expect(one).toEqual(two);
  expect(readdirSync(inFolder('cache'))).toEqual([path.basename(path.dirname(one.file))]);
});

test('what a killed process left unfinished is not used, and removed by the next', async () => {
  await writeSafetensors(inFolder('large.safetensors'), [
    { name: 'large.weight', dtype: 'BF16', shape: [4096, 4096], values: new Uint8Array(2 * 4096 * 4096) },
  ]);
  const script = `
    import { readShard } from ${JSON.stringify(path.resolve('models/checkpoint/safetensors.ts'))};
    import { quantised } from ${JSON.stringify(path.resolve('models/compile/quantise.ts'))};
    const tensors = await readShard(${JSON.stringify(inFolder('large.safetensors'))});
    await quantised(tensors.map((tensor) => ({ name: tensor.name, tensor })), {
      kind: 'int8', cache: ${JSON.stringify(inFolder('cache'))}, key: 'abc123', onProgress: () => process.kill(process.pid, 'SIGKILL'),
    });`;
  const killed = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).catch((error: unknown) => error);
  expect(killed).toMatchObject({ signal: 'SIGKILL' });
  const left = readdirSync(inFolder('cache'));
  expect(left).toHaveLength(1);
  expect(left[0]).toMatch(/\.part$/);

  const { file } = await quantised(await stored(), options('int8'));
  expect(readdirSync(inFolder('cache'))).toEqual([path.basename(path.dirname(file))]);
});

/** x W^T through a session over the side file. */
async function multiply(side: SideFile, name: string, kind: 'int8' | 'int4', x: Matrix, outFeatures: number): Promise<Matrix> {
  const stage = stageOf(
    {
      name: 'one product',
      build(scope) {
        const input = scope.graph.input('x', 'float32', ['rows', x.width]);
        output(scope, 'y', linear(scope.at(name.replace('.weight', '')), input, outFeatures, x.width), ['rows', outFeatures]);
      },
    },
    {
      weights: {
        find(wanted, shape) {
          const entry = side.entries.get(wanted);
          expect(entry?.shape).toEqual(shape);
          return { type: entry?.dtype ?? 'uint8', shape, file: side.file, offset: entry?.offset ?? 0, bytes: entry?.bytes ?? 0 };
        },
        lowRank: () => undefined,
      },
      linear: kind,
      compute: 'float32',
    },
  );
  const session = await openSession(stage.model(), { threads: 1 });
  try {
    const { 'y.out': values = new Float32Array(0) } = await session.run({ x: { data: x.values, shape: [x.rows, x.width] } });
    return { rows: x.rows, width: outFeatures, values };
  } finally {
    await session.close();
  }
}
