/** @file Folders as people have them: whole, in parts, half downloaded, of another format. */
import { appendFile, copyFile, cp, mkdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { fixtures, temporaryFolder, vector, writeRaw } from './folder.ts';

const at = temporaryFolder();
const old = path.join(fixtures, 'llava-next-llama3/checkpoint');

const invalid = (message: string | RegExp) => ({ code: 'model-invalid', message: expect.stringMatching(message) });
const missing = (message: string | RegExp) => ({ code: 'model-missing', message: expect.stringMatching(message) });

const values = Float32Array.from({ length: 1000 }, (_, i) => i);
const tensor = (name: string) => ({ name, dtype: 'F32', shape: [1000], values }) as const;

/** Parts with the tensors named, and an index (of the same, unless another is given). */
async function writeParts(parts: Record<string, string[]>, map?: Record<string, unknown>): Promise<void> {
  for (const [file, names] of Object.entries(parts)) await writeSafetensors(at(file), names.map(tensor));
  const own = Object.fromEntries(Object.entries(parts).flatMap(([file, names]) => names.map((name) => [name, file])));
  await writeFile(at('model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 1 }, weight_map: map ?? own }));
}

describe('the golden checkpoints', () => {
  it.each([
    ['llava-next-llama3/checkpoint', 'language_model.model.embed_tokens.weight', [2304, 64]],
    ['llava-next-llama3/checkpoint-new-layout', 'model.language_model.embed_tokens.weight', [2368, 64]],
    ['llava-next-mistral/checkpoint', 'language_model.lm_head.weight', [1723, 64]],
    ['llava-next-mistral/checkpoint-new-layout', 'lm_head.weight', [1723, 64]],
  ])('open: %s', async (folder, name, shape) => {
    const checkpoint = await openCheckpoint(path.join(fixtures, folder));
    expect(checkpoint.modelType).toBe('llava_next');
    expect(checkpoint.tensors.size).toBe(106);
    expect(checkpoint.tensors.get(name)).toMatchObject({ dtype: 'F16', shape });
    expect(checkpoint.preprocessor).toMatchObject({ image_processor_type: expect.stringContaining('LlavaNextImageProcessor') });
    expect(checkpoint.revision).toMatch(/^[0-9a-f]{16}$/);
  });

  it('have different revisions, the same on every machine', async () => {
    expect((await openCheckpoint(old)).revision).toBe('e7d6bfbac2441b10');
    expect((await openCheckpoint(path.join(fixtures, 'llava-next-mistral/checkpoint'))).revision).toBe('1a1baa7d52849ff2');
  });
});

describe('the revision', () => {
  beforeEach(() => cp(old, at('copy'), { recursive: true }));

  async function revision(): Promise<string> {
    return (await openCheckpoint(at('copy'))).revision;
  }

  it('does not depend on place, dates, links or the order of keys in the configuration', async () => {
    const before = (await openCheckpoint(old)).revision;
    expect(await revision()).toBe(before);
    const config = JSON.parse(await readFile(at('copy/config.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(at('copy/config.json'), JSON.stringify(Object.fromEntries(Object.entries(config).reverse())));
    await rename(at('copy/model-00001-of-00002.safetensors'), at('blob'));
    await symlink('../blob', at('copy/model-00001-of-00002.safetensors'));
    await utimes(at('blob'), 1, 1);
    expect(await revision()).toBe(before);
  });

  it('is the same when all tensors lie in one file', async () => {
    const before = await openCheckpoint(old);
    const tensors = await Promise.all(
      [...before.tensors.values()].reverse().map(async ({ name, dtype, shape, file, offset, bytes }) => {
        if (dtype !== 'F16') throw new Error(`${name} is ${dtype}`);
        return { name, dtype, shape, values: new Uint8Array((await readFile(file)).subarray(offset, offset + bytes)) };
      }),
    );
    for (const part of [1, 2]) await rm(at(`copy/model-0000${part}-of-00002.safetensors`));
    await rm(at('copy/model.safetensors.index.json'));
    await writeSafetensors(at('copy/model.safetensors'), tensors, { written: 'by a test' });
    expect(await revision()).toBe(before.revision);
  });

  it('changes with a value of the configuration', async () => {
    const before = await revision();
    const text = await readFile(at('copy/config.json'), 'utf8');
    await writeFile(at('copy/config.json'), text.replace('"rope_theta": 500000.0', '"rope_theta": 10000.0'));
    expect(await revision()).not.toBe(before);
  });

  it('changes with the first, a middle and the last byte of a tensor, and with any byte of a small one', async () => {
    const { tensors } = await openCheckpoint(at('copy'));
    const large = tensors.get('language_model.lm_head.weight');
    const small = tensors.get('image_newline');
    if (!large || !small) throw new Error('the fixture has changed');
    const middle = large.offset + Math.floor(large.bytes / 3);
    const seen = new Set([await revision()]);
    const places = [large.offset, middle, large.offset + large.bytes - 1].map((place) => ({ file: large.file, place }));
    for (const { file, place } of [...places, { file: small.file, place: small.offset + 77 }]) {
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes[place] ?? 0) ^ 1, place);
      await writeFile(file, bytes);
      seen.add(await revision());
    }
    expect(seen.size).toBe(5);
  });
});

describe('weights in parts', () => {
  beforeEach(() => writeFile(at('config.json'), '{"model_type":"llava_next"}'));

  it('are put together', async () => {
    await writeParts({ 'one.safetensors': ['a', 'b'], 'two.safetensors': ['c'] });
    const { tensors, preprocessor } = await openCheckpoint(at());
    expect([...tensors.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(tensors.get('c')?.file).toBe(at('two.safetensors'));
    expect(preprocessor).toBeUndefined();
  });

  it('lie behind links in the cache of the hub', async () => {
    await writeParts({ 'one.safetensors': ['a'], 'two.safetensors': ['b'] });
    await mkdir(at('blobs'));
    await mkdir(at('snapshots'));
    for (const name of ['one.safetensors', 'two.safetensors', 'config.json', 'model.safetensors.index.json']) {
      await rename(at(name), at(`blobs/hash-of-${name}`));
      await symlink(`../blobs/hash-of-${name}`, at(`snapshots/${name}`));
    }
    const { tensors, directory } = await openCheckpoint(at('snapshots'));
    expect(tensors.get('b')?.file).toBe(at('blobs/hash-of-two.safetensors'));
    expect(directory).toBe(at('snapshots'));
  });

  it('are named when they are missing', async () => {
    await writeParts({ 'one.safetensors': ['a'], 'two.safetensors': ['b'], 'three.safetensors': ['c'] });
    await rm(at('one.safetensors'));
    await rm(at('three.safetensors'));
    await expect(openCheckpoint(at())).rejects.toMatchObject(
      missing(/2 of 3 parts of the weights are missing. Download them:\n {2}one\.safetensors\n {2}three\.safetensors$/),
    );
  });

  it('are all named when several are half downloaded', async () => {
    await writeParts({ 'one.safetensors': ['a'], 'two.safetensors': ['b'], 'three.safetensors': ['c'] });
    await truncate(at('one.safetensors'), 1000);
    await truncate(at('two.safetensors'), 3);
    const both = /2 of 3 parts(.|\n)*one\.safetensors is half downloaded: the file has 1000 of 4072(.|\n)*two\.safetensors is half/;
    await expect(openCheckpoint(at())).rejects.toMatchObject(missing(both));
    await writeFile(at('two.safetensors'), 'x'.repeat(100));
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('2 of 3 parts'));
  });

  it('hold exactly what the index says', async () => {
    await writeParts(
      { 'one.safetensors': ['a', 'extra'], 'two.safetensors': ['b', 'a'] },
      { a: 'one.safetensors', b: 'two.safetensors', c: 'two.safetensors' },
    );
    const error = await openCheckpoint(at()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(invalid('are not those that model.safetensors.index.json lists'));
    expect(String(error).split('\n  ').slice(1)).toEqual([
      '"extra" is in one.safetensors, unknown to the index',
      '"c" should be in two.safetensors and is not',
      '"a" is in one.safetensors and in two.safetensors',
    ]);
  });

  it('need an index that can be read', async () => {
    const index = at('model.safetensors.index.json');
    await writeFile(index, '{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('same key twice'));
    await writeFile(index, '{"weight_map":["a"]}');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('weight_map in .* should be an object and is \\["a"\\]'));
    await writeFile(index, '{"metadata":{}');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('index.json is not valid JSON'));
    await writeFile(index, '{"weight_map":{}}');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('holds no tensors'));
  });

  it.each(['../one.safetensors', '/etc/one.safetensors', 'C:one.safetensors', 'sub\\one.safetensors', '.', 7])(
    'never lie at %s',
    async (part) => {
      await writeParts({}, { a: part });
      await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('is not the name of a file beside it'));
    },
  );
});

describe('a folder', () => {
  it('with a single file needs no index, and the file wins over one', async () => {
    await writeFile(at('config.json'), '{"model_type":"clip"}');
    await writeParts({ 'one.safetensors': ['a'] });
    await writeSafetensors(at('model.safetensors'), [tensor('whole')]);
    expect([...(await openCheckpoint(at())).tensors.keys()]).toEqual(['whole']);
  });

  it('may keep the settings of pictures inside processor_config.json', async () => {
    await writeFile(at('config.json'), '{"model_type":"clip"}');
    await writeSafetensors(at('model.safetensors'), [tensor('a')]);
    await writeFile(at('processor_config.json'), '{"image_processor":{"do_resize":true},"patch_size":14}');
    expect((await openCheckpoint(at())).preprocessor).toEqual({ do_resize: true });
    await writeFile(at('preprocessor_config.json'), '{"do_resize":false}');
    expect((await openCheckpoint(at())).preprocessor).toEqual({ do_resize: false });
    await writeFile(at('preprocessor_config.json'), '{"do_resize":');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('preprocessor_config.json is not valid JSON'));
  });

  it('that is not there, or a file, is named', async () => {
    await expect(openCheckpoint(at('nowhere'))).rejects.toMatchObject(missing('There is no model folder .*nowhere'));
    await writeFile(at('file'), '');
    await expect(openCheckpoint(at('file'))).rejects.toMatchObject(missing('is a file. Give the folder'));
  });

  it.each([
    ['pytorch_model.bin', 'PyTorch'],
    ['pytorch_model-00001-of-00002.bin', 'PyTorch'],
    ['consolidated.00.pth', 'PyTorch'],
    ['e5-v.Q4_K_M.gguf', 'GGUF'],
    ['model.onnx', 'ONNX'],
    ['tf_model.h5', 'TensorFlow'],
  ])('with only %s needs safetensors', async (name, format) => {
    await writeFile(at('config.json'), '{"model_type":"llava_next"}');
    await writeFile(at(name), 'weights');
    const pattern = new RegExp(`has only ${format}.* files; Oneword reads safetensors\\. Needed is model\\.safetensors(.|\n)*${name}$`);
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid(pattern));
  });

  it('with safetensors of other names, or parts without their index, says so', async () => {
    await writeFile(at('config.json'), '{"model_type":"llava_next"}');
    await writeSafetensors(at('model-00001-of-00002.safetensors'), [tensor('a')]);
    await expect(openCheckpoint(at())).rejects.toMatchObject(missing(/not the one to start from(.|\n)*index\.json(.|\n)*model-00001-of/));
  });

  it('without weights says what is needed', async () => {
    await writeFile(at('config.json'), '{"model_type":"llava_next"}');
    await expect(openCheckpoint(at())).rejects.toMatchObject(missing('has no weights. Needed is model.safetensors'));
  });

  it('needs a config.json that names the model', async () => {
    await writeSafetensors(at('model.safetensors'), [tensor('a')]);
    await expect(openCheckpoint(at())).rejects.toMatchObject(missing('has no config.json'));
    for (const [text, message] of [
      ['{', 'config.json is not valid JSON'],
      ['[]', 'should hold a JSON object and holds a list'],
      ['{}', 'model_type in .* should be a name and is nothing'],
      ['{"model_type":3}', 'should be a name and is 3'],
      [`{"a":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`, 'nested 101 deep'],
    ] as const) {
      await writeFile(at('config.json'), text);
      await expect(openCheckpoint(at())).rejects.toMatchObject(invalid(message));
    }
  });

  it('without a single tensor is no checkpoint', async () => {
    await writeFile(at('config.json'), '{"model_type":"clip"}');
    await writeRaw(at('model.safetensors'), {}, 0);
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('holds no tensors'));
  });

  it('takes damage in its only file for what it is', async () => {
    await writeFile(at('config.json'), '{"model_type":"clip"}');
    await writeRaw(at('model.safetensors'), { a: vector(0, 40) }, 40);
    await copyFile(at('model.safetensors'), at('other'));
    await appendFile(at('model.safetensors'), 'rest');
    await expect(openCheckpoint(at())).rejects.toMatchObject(invalid('its header describes only'));
    await rename(at('other'), at('model.safetensors'));
    await truncate(at('model.safetensors'), 70);
    await expect(openCheckpoint(at())).rejects.toMatchObject(missing('half downloaded'));
  });
});
