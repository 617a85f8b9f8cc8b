import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  countEmbeddings,
  deleteEmbeddings,
  embeddingKeys,
  findEmbedding,
  putEmbedding,
  readStored,
  readVector,
  streamStored,
  streamVectors,
} from '../../core/store/embeddings.ts';
import { addPart, addVectors, createLibrary } from '../vectors/library.ts';
import { syntheticVectors } from '../vectors/synthetic.ts';

const dimension = 16;
let library: ReturnType<typeof createLibrary>;

beforeEach(() => {
  library = createLibrary(dimension);
});
afterEach(() => library.destroy());

const vector = (fill: number) => new Float32Array(dimension).fill(fill);

it('gives a part that is embedded again a new key and names the old one', () => {
  const { store, db, spaceId } = library;
  const partId = addPart(db);
  const first = putEmbedding(store, { spaceId, partId, vector: vector(1), pass: 'fast', words: [] });
  expect(first.replaced).toBeUndefined();
  const words = [{ text: 'café', probability: 0.5 }];
  const second = putEmbedding(store, { spaceId, partId, vector: vector(2), pass: 'thorough', words });
  expect(second.replaced).toBe(first.key);
  expect(second.key).toBeGreaterThan(first.key);
  expect(findEmbedding(store, spaceId, partId)).toEqual({ key: second.key, pass: 'thorough', words });
  const out = vector(0);
  expect(readVector(store, spaceId, first.key, out)).toBe(false);
  expect(readVector(store, spaceId, second.key, out)).toBe(true);
  expect(out).toEqual(vector(2));
});

it('never gives a key twice, not even that of a deleted last row', () => {
  const { store, db, spaceId } = library;
  const partId = addPart(db);
  const { key } = putEmbedding(store, { spaceId, partId, vector: vector(1), pass: 'fast', words: [] });
  expect(deleteEmbeddings(store, partId)).toEqual([{ spaceId, key }]);
  expect(putEmbedding(store, { spaceId, partId, vector: vector(1), pass: 'fast', words: [] }).key).toBeGreaterThan(key);
});

it('streams every row once, by ascending key, whatever the size of the chunks', () => {
  const values = syntheticVectors({ rows: 50, dimension });
  const keys = addVectors(library, values);
  expect(countEmbeddings(library.store, 1)).toBe(50);
  expect([...embeddingKeys(library.store, 1)]).toEqual(keys);
  for (const rows of [1, 7, 50, 1000]) {
    const streamed = [...streamVectors(library.store, 1, dimension, { rows })].flatMap((chunk) => chunk.keys);
    expect(streamed).toEqual(keys);
  }
  const part = [...streamVectors(library.store, 1, dimension, { first: 10, last: 19 })];
  expect(part.flatMap((chunk) => chunk.keys)).toEqual(keys.filter((key) => key >= 10 && key <= 19));
  const half = Float32Array.from(new Float16Array(values));
  expect(part[0]?.values).toEqual(half.slice(9 * dimension, 19 * dimension));
});

it('reads every value that float16 has as it was written, alone and joined with others', () => {
  const finite = Uint16Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
  const values = Float32Array.from(new Float16Array(finite.buffer)); // zero bytes and bytes that are no UTF-8 among them
  const keys = addVectors(library, values);
  const chunks = [...streamStored(library.store, 1, dimension)];
  expect(Buffer.concat(chunks.map(({ blob }) => blob)).equals(Buffer.from(finite.buffer))).toBe(true);
  const some = readStored(library.store, 1, dimension, [3, 1, 7, 999_999]);
  expect([...some.keys].sort()).toEqual([1, 3, 7]);
  for (const [at, key] of some.keys.entries()) {
    const own = new Float32Array(dimension);
    expect(readVector(library.store, 1, key, own)).toBe(true);
    expect([...some.blob.subarray(at * dimension * 2, (at + 1) * dimension * 2)]).toEqual([
      ...new Uint8Array(new Float16Array(own).buffer),
    ]);
    expect(own).toEqual(values.slice(keys.indexOf(key) * dimension, (keys.indexOf(key) + 1) * dimension));
  }
  expect(readStored(library.store, 1, dimension, [])).toEqual({ keys: [], blob: new Uint8Array() });
});

it('leaves out a row of a wrong length that something else wrote', () => {
  const keys = addVectors(library, syntheticVectors({ rows: 5, dimension }));
  library.db.prepare("UPDATE embeddings SET vector = x'0001' WHERE id = ?").run(keys[2]);
  const left = keys.filter((_, at) => at !== 2);
  expect([...streamStored(library.store, 1, dimension, { rows: 2 })].flatMap((chunk) => chunk.keys)).toEqual(left);
  expect(readStored(library.store, 1, dimension, keys).keys).toEqual(left);
  expect(readVector(library.store, 1, keys[2] ?? 0, new Float32Array(dimension))).toBe(false);
});

it('refuses a wrong dimension, an unknown space and values that are not finite, and keeps what was there', () => {
  const { store, db, spaceId } = library;
  const partId = addPart(db);
  const { key } = putEmbedding(store, { spaceId, partId, vector: vector(1), pass: 'fast', words: [] });
  const refused = expect.objectContaining({ code: 'bad-request' });
  const put = (vector: Float32Array, space = spaceId) => putEmbedding(store, { spaceId: space, partId, vector, pass: 'fast', words: [] });
  expect(() => put(new Float32Array(dimension - 1))).toThrow(refused);
  expect(() => put(vector(Number.NaN))).toThrow(refused);
  expect(() => put(vector(1), 99)).toThrow(refused);
  expect(findEmbedding(store, spaceId, partId)?.key).toBe(key);
});
