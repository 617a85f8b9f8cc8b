/** @file A header is believed only where it agrees with itself and with the file. */
import { symlink, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { fixtures, temporaryFolder, vector, writeRaw } from './folder.ts';

const at = temporaryFolder();

async function refusal(header: string | object, bytes: number): Promise<unknown> {
  await writeRaw(at('w.safetensors'), header, bytes);
  return readShard(at('w.safetensors')).catch((error: unknown) => error);
}

const invalid = (message: string | RegExp) => ({ code: 'model-invalid', message: expect.stringMatching(message) });
const missing = (message: string | RegExp) => ({ code: 'model-missing', message: expect.stringMatching(message) });

describe('a file that is right', () => {
  it('gives every tensor with its place, in the order of the bytes', async () => {
    const header = { late: vector(4, 12), __metadata__: { format: 'pt' }, early: { dtype: 'BF16', shape: [1, 2], data_offsets: [0, 4] } };
    await writeRaw(at('w.safetensors'), header, 12);
    const start = 8 + JSON.stringify(header).length;
    const file = at('w.safetensors');
    expect(await readShard(file)).toEqual([
      { name: 'early', dtype: 'BF16', shape: [1, 2], file, offset: start, bytes: 4 },
      { name: 'late', dtype: 'F32', shape: [2], file, offset: start + 4, bytes: 8 },
    ]);
  });

  it('may begin its tensors at an odd place, pad its header and hold no tensor at all', async () => {
    await writeRaw(at('w.safetensors'), `${JSON.stringify({ a: vector(0, 4) })}   `, 4);
    expect((await readShard(at('w.safetensors')))[0]?.offset).toBe(8 + JSON.stringify({ a: vector(0, 4) }).length + 3);
    await writeRaw(at('w.safetensors'), {}, 0);
    expect(await readShard(at('w.safetensors'))).toEqual([]);
  });

  it('may hold empty tensors, before, between and after others, and scalars', async () => {
    const none = (place: number) => ({ dtype: 'F16', shape: [0, 9_007_199_254_740_991], data_offsets: [place, place] });
    const header = { b: { dtype: 'F32', shape: [], data_offsets: [0, 4] }, a: none(0), c: none(4), d: vector(4, 8), e: none(8) };
    await writeRaw(at('w.safetensors'), header, 8);
    expect((await readShard(at('w.safetensors'))).map(({ name, bytes }) => `${name}${bytes}`).sort()).toEqual([
      'a0',
      'b4',
      'c0',
      'd4',
      'e0',
    ]);
  });

  it('may call a tensor anything', async () => {
    const names = ['__proto__', 'constructor', '', 'a "quoted" \\ name', '重み'];
    const entries = names.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(vector(4 * i, 4 * i + 4))}`);
    await writeRaw(at('w.safetensors'), `{${entries.join(',')}}`, 4 * names.length);
    expect((await readShard(at('w.safetensors'))).map(({ name }) => name)).toEqual(names);
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });

  it('is the one behind links, as in a cache of the hub', async () => {
    await writeRaw(at('blob'), { a: vector(0, 4) }, 4);
    await symlink('blob', at('link.safetensors'));
    await symlink(at('link.safetensors'), at('twice.safetensors'));
    expect((await readShard(at('twice.safetensors')))[0]?.file).toBe(at('blob'));
  });

  it('is what the reference library writes', async () => {
    const tensors = await readShard(`${fixtures}/llava-next-llama3/checkpoint/model-00001-of-00002.safetensors`);
    expect(tensors).toHaveLength(80);
    expect(tensors[0]).toMatchObject({ name: 'image_newline', dtype: 'F16', shape: [64], offset: 9840, bytes: 128 });
  });
});

describe('a file that is not all there', () => {
  it('is half downloaded, with both sizes', async () => {
    expect(await refusal({ a: vector(0, 400) }, 100)).toMatchObject(
      missing(/half downloaded: the file has \d+ of \d+ bytes\. Download it again/),
    );
  });

  it('is half downloaded when it is cut at any byte', async () => {
    await writeRaw(at('w.safetensors'), { a: vector(0, 4) }, 4);
    const { offset } = (await readShard(at('w.safetensors')))[0] ?? { offset: 0 };
    for (let size = offset + 3; size >= 0; size--) {
      await truncate(at('w.safetensors'), size);
      await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(missing(`has ${size} of `));
    }
  });

  it('is missing, or a link to nothing', async () => {
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(missing('w.safetensors is missing'));
    await symlink('gone', at('w.safetensors'));
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(missing('link to a file that is gone'));
  });

  it('is the pointer that a clone without Git LFS leaves', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 4976698672\n';
    await writeFile(at('w.safetensors'), pointer);
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(missing('git lfs pull'));
  });
});

describe('a file that is something else', () => {
  it('has a header of absurd length', async () => {
    await writeFile(at('w.safetensors'), '<!doctype html><title>404</title>');
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(invalid('not a safetensors file: its header would have'));
    await writeFile(at('w.safetensors'), Buffer.alloc(64, 0xff));
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(invalid('not a safetensors file'));
  });

  it('has a header that is no JSON object', async () => {
    expect(await refusal('', 4)).toMatchObject(invalid('no header at its beginning'));
    expect(await refusal('[1]', 4)).toMatchObject(invalid('no header at its beginning'));
    expect(await refusal('{"a":', 4)).toMatchObject(invalid('not valid JSON'));
    expect(await refusal(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 0)).toMatchObject(invalid('nested 5001 deep'));
    await writeFile(at('w.safetensors'), Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x7d]));
    await expect(readShard(at('w.safetensors'))).rejects.toMatchObject(invalid('not UTF-8'));
  });

  it('is a folder', async () => {
    await expect(readShard(at())).rejects.toMatchObject(invalid('is not a file'));
  });
});

describe('a header that lies', () => {
  it('names a tensor twice, also in other letters', async () => {
    const entry = JSON.stringify(vector(0, 4));
    expect(await refusal(`{"a":${entry},"b":${entry},"\\u0061":${entry}}`, 4)).toMatchObject(invalid(/same key twice:\n {2}"a"$/));
    expect(await refusal('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4)).toMatchObject(invalid('"shape"'));
  });

  it('overlaps', async () => {
    expect(await refusal({ a: vector(0, 8), b: vector(4, 12) }, 12)).toMatchObject(invalid('"a" and "b" overlap by 4 bytes'));
    const inside = { a: vector(0, 12), b: vector(4, 8), c: vector(12, 16) };
    expect(await refusal(inside, 16)).toMatchObject(invalid(/contradicts itself:\n {2}"a" and "b" overlap by 4 bytes$/));
    expect(await refusal({ a: vector(0, 4), b: vector(0, 4) }, 4)).toMatchObject(invalid('overlap by 4 bytes'));
  });

  it('leaves gaps and rests', async () => {
    expect(await refusal({ a: vector(4, 8) }, 8)).toMatchObject(invalid('4 bytes between the header and "a" belong to no tensor'));
    expect(await refusal({ a: vector(0, 4), b: vector(8, 12) }, 12)).toMatchObject(invalid('4 bytes between "a" and "b"'));
    expect(await refusal({ a: vector(0, 4) }, 7)).toMatchObject(invalid(/has \d+ bytes, its header describes only \d+/));
  });

  it('gives a tensor more or fewer bytes than its shape needs', async () => {
    const entry = { dtype: 'F16', shape: [3, 5], data_offsets: [0, 28] };
    expect(await refusal({ a: entry }, 28)).toMatchObject(invalid(/"a": F16 \[3, 5\] needs 30 bytes, its data_offsets span 28/));
  });

  it.each([
    ['dtype', { dtype: 'F8_E4M3' }, 'its dtype is "F8_E4M3"; known are F64, F32'],
    ['inherited dtype', { dtype: 'toString' }, 'its dtype is "toString"'],
    ['missing shape', { shape: undefined }, 'its shape is nothing'],
    ['fractional shape', { shape: [0.5, 2] }, 'not a list of whole numbers'],
    ['negative shape', { shape: [-1, -1] }, 'not a list of whole numbers'],
    ['huge shape', { shape: [9_007_199_254_740_991, 9_007_199_254_740_991] }, 'data_offsets span 4'],
    ['shape past 2^53', { shape: [1e16] }, 'not a list of whole numbers'],
    ['negative offsets', { data_offsets: [-4, 0] }, 'not two whole numbers'],
    ['offsets past 2^53', { data_offsets: [0, 1e300] }, 'not two whole numbers'],
    ['three offsets', { data_offsets: [0, 4, 8] }, 'not two whole numbers'],
    ['turned offsets', { data_offsets: [4, 0] }, 'ends before it begins'],
  ])('has a %s', async (_, change, message) => {
    expect(await refusal({ a: { ...vector(0, 4), ...change } }, 4)).toMatchObject(invalid(message));
  });

  it('is answered with ten problems and how many more there are', async () => {
    const header = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`t${i}`, null]));
    expect(await refusal(header, 0)).toMatchObject(invalid(/"t0": should be an object and is null(.|\n)*and 15 more$/));
  });
});
