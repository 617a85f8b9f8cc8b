import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Graph, type GraphOptions, type PlacedWeight } from '../../../models/graph/graph.ts';
import { linear } from '../../../models/graph/linear.ts';
import { encodeModel } from '../../../models/graph/model-file.ts';
import { Message } from '../../../models/graph/protobuf.ts';
import { Scope } from '../../../models/graph/scope.ts';
import { openSession } from '../../../models/runtime/session.ts';
import { temporaryFolder } from '../compile/rewritten.ts';

const none: GraphOptions = {
  weights: {
    find: (name) => {
      throw new Error(`no ${name}`);
    },
    lowRank: () => undefined,
  },
  linear: 'float',
  compute: 'float32',
};

describe('protobuf', () => {
  it('writes the bytes of the encoding guide', () => {
    expect([...new Message().integer(1, 150).encode()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().text(2, 'testing').encode()]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect([...new Message().message(3, new Message().integer(1, 150)).encode()]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
    expect([...new Message().integers(6, [3, 270, 86942]).encode()]).toEqual([0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
  });

  it('writes negative numbers in ten bytes and offsets beyond 32 bits', () => {
    expect([...new Message().integer(1, -2).encode()]).toEqual([0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect([...new Message().integer(1, 2 ** 40).encode()]).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
  });

  it('counts the bytes of a text, not its characters', () => {
    expect([...new Message().text(1, 'é').encode()]).toEqual([0x0a, 0x02, 0xc3, 0xa9]);
  });
});

describe('a graph', () => {
  it('names nodes and tensors by the scope', () => {
    const graph = new Graph('g', { ...none, weights: { find: (_, shape) => placed(shape), lowRank: () => undefined } });
    const s = new Scope(graph).at('model', 'layers', 0);
    const x = graph.input('x', 'float32', ['n', 4]);
    linear(s.at('up'), x, 3, 4, { bias: true });
    s.op('Relu', [s.op('Relu', [x])]);
    expect([...graph.weights.keys()]).toEqual(['model.layers.0.up.bias', 'model.layers.0.up.weight']);
    expect(graph.nodes.map(({ name }) => name)).toEqual(['model.layers.0.up/Gemm', 'model.layers.0/Relu', 'model.layers.0/Relu_1']);
    expect([...graph.linears]).toEqual(['model.layers.0.up.weight']);
    expect(graph.weightBytes()).toBe(4 * (3 + 12));
  });

  it('casts a value once, whoever asks, and not to its own type', () => {
    const graph = new Graph('g', none);
    const s = new Scope(graph);
    const x = graph.input('x', 'float32', ['n']);
    expect(s.cast(x, 'float32')).toBe(x);
    expect(s.at('a').cast(x, 'float16')).toBe(s.at('b').cast(x, 'float16'));
    expect(graph.nodes).toHaveLength(1);
  });

  it('runs with weights at any offset of a file below the folder', async () => {
    const folder = await temporaryFolder();
    const bytes = new Uint8Array(7 + 24);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer), 7);
    const file = path.join(folder, 'weights.bin');
    await writeFile(file, bytes);
    const weight: PlacedWeight = { type: 'float32', shape: [3, 2], file, offset: 7, bytes: 24 };
    const graph = new Graph('g', { ...none, weights: { find: () => weight, lowRank: () => undefined } });
    const s = new Scope(graph);
    graph.output('y', linear(s, graph.input('x', 'float32', ['n', 2]), 3, 2), ['n', 3]);
    const session = await openSession({ bytes: encodeModel(graph, (one) => path.relative(folder, one)), folder }, { threads: 1 });
    const { y } = await session.run({ x: { data: Float32Array.of(1, 10, -1, 0), shape: [2, 2] } });
    await session.close();
    expect([...(y ?? [])]).toEqual([21, 43, 65, -1, -3, -5]);
  });
});

function placed(shape: readonly number[]): PlacedWeight {
  return { type: 'float32', shape, file: '/w', offset: 0, bytes: 4 * shape.reduce((product, size) => product * size, 1) };
}
