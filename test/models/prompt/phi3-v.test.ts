/** @file Phi-3-vision's pictures, prompts and ids against the reference: from the picture files, through the reader processes. */
import { afterAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import { openVlm } from '../../../models/arch/index.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { hdTiles } from '../../../models/prompt/hd.ts';
import { type HdConfig, parseHd } from '../../../models/prompt/hd-config.ts';
import { phi3VisionReading } from '../../../models/prompt/phi3-v.ts';
import type { Tiles } from '../../../models/prompt/reading.ts';
import { familyOf, promptSetFor } from '../../../models/prompt/templates.ts';
import { openTokenizer, type Prompt } from '../../../models/prompt/tokenizer.ts';
import { layoutHd } from '../../../pixels/hd.ts';
import type { Raster } from '../../../pixels/raster.ts';
import { render } from '../../../pixels/resample.ts';
import { type Case, fixture, image, readJson } from './fixtures.ts';

type Pair = [number, number];
type Phi3Case = Case & {
  num_img_tokens?: number;
  hd?: { transposed: boolean; resized_wh: Pair; padded_hw: Pair };
  pixel_values_tensor?: string;
  pixel_values_per_crop_mean?: number[];
};

const directory = fixture('phi3-v/checkpoint');
const { cases } = readJson<{ cases: Phi3Case[] }>(fixture('phi3-v/cases.json'));
const tensors = new Map((await readShard(fixture('phi3-v/cases.safetensors'))).map((tensor) => [tensor.name, tensor]));
const withPictures = cases.filter(({ images }) => images.length > 0);

const [config, preprocessor] = [readJson(`${directory}/config.json`), readJson(`${directory}/preprocessor_config.json`)];
const tower = readJson<Record<string, unknown>>(`${directory}/fixture_vision_config.json`);
const model = openVlm({ modelType: 'phi3_v', config: config as Record<string, unknown>, vision: tower });
const hd = parseHd(preprocessor, config, model);
const tokenizer = await openTokenizer(directory);
const readingOf = (tiles: Tiles, cfg: HdConfig = hd) => phi3VisionReading(cfg, { compat: '4.41', tiles }, model.imageToken, tokenizer);
const reading = readingOf('anyres');
const prompts = promptSetFor('phi3');

const readers = createReaders({ processes: 1 });
afterAll(() => readers.close());

/** The reader turns pictures upright; the reference did not. */
async function pictureOf({ images: [name = ''] }: Phi3Case, tiles: Tiles = 'anyres') {
  const file = image(name === 'exif6.jpg' ? 'exif6.decoded.png' : name);
  return (await readers.read({ path: file, rasters: readingOf(tiles).rasters })).picture;
}

function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(expected, (value, i) => Math.abs((found[i] ?? Number.NaN) - value)).reduce((a, b) => Math.max(a, b), 0);
}

/** What the reference made of the prompt, without the padding. */
const idsOf = ({ input_ids, attention_mask }: Case, i: number): number[] =>
  (input_ids?.[i] ?? []).filter((_, at) => attention_mask?.[i]?.[at] === 1);

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a picture', () => {
  it.each(withPictures)('of $name is cut as the reference cuts it', async (one) => {
    const { pixels, count } = reading.tiles(await pictureOf(one));
    const means = one.pixel_values_per_crop_mean ?? [];
    const tile = 3 * hd.side ** 2;
    expect(pixels).toHaveLength(count * tile);
    expect(one.pixel_values?.shape).toEqual([means.length, 3, hd.side, hd.side]);
    expect(worst(pixels.subarray(0, 32), one.pixel_values?.first32 ?? [])).toBeLessThan(2e-6);
    const found = means.map((_, n) => (n < count ? meanOf(pixels.subarray(n * tile, (n + 1) * tile)) : 0));
    expect(worst(found, means)).toBeLessThan(2e-6);
    if (count === means.length) expect(worst(pixels.subarray(-8), one.pixel_values?.last8 ?? [])).toBe(0);
    const whole = tensors.get(one.pixel_values_tensor ?? '');
    if (!whole) return;
    const expected = await readFloats(whole);
    expect(worst(pixels.subarray(0, tile), expected.subarray(0, tile))).toBeLessThan(2e-6);
    expect(worst(pixels.subarray(tile), expected.subarray(tile))).toBe(0);
  });

  it('has its pixels recorded in two cases', () => expect(withPictures.filter((one) => one.pixel_values_tensor)).toHaveLength(2));

  it.each(withPictures)('of $name is as large as the reference makes it, and has as many places', async (one) => {
    const picture = await pictureOf(one);
    const { raster, picture: inside, tall } = layoutHd(picture, hd);
    expect([raster.height, raster.width]).toEqual(one.image_sizes_hw?.[0]);
    expect(tall).toBe(one.hd?.transposed);
    // The reference notes the size of the picture lying on its side.
    const [across, down] = one.hd?.resized_wh ?? [0, 0];
    expect([inside.width, inside.height]).toEqual(tall ? [down, across] : [across, down]);
    expect(reading.rows(picture)).toHaveLength(one.num_img_tokens ?? 0);
  });

  it('has the places of the published model: (h * w + 1) * 144 + 1 + (h + 1) * 12', () => {
    const published = { ...hd, side: 336, merged: 12, crops: 16 };
    for (const [width, height, h, w] of [
      [1344, 1008, 3, 4],
      [640, 480, 3, 4],
      [480, 640, 4, 3],
      [1000, 1000, 4, 4],
      [5000, 300, 1, 16],
    ] as const) {
      expect(readingOf('anyres', published).rows({ width, height })).toHaveLength((h * w + 1) * 144 + 1 + (h + 1) * 12);
    }
  });

  it('is one view of the whole where no more is asked for', async () => {
    for (const name of ['image_wide', 'image_tall']) {
      const one = withPictures.find((any) => any.name === name);
      if (!one) throw new Error(`no ${name}`);
      const { pixels, count } = readingOf('base').tiles(await pictureOf(one, 'base'));
      expect(count).toBe(1);
      expect(pixels).toEqual(reading.tiles(await pictureOf(one)).pixels.subarray(0, 3 * hd.side ** 2));
    }
    // Two lines of two, and the end of each.
    expect([...readingOf('base').rows({ width: 300, height: 100 })]).toEqual([0, 1, 5, 2, 3, 5]);
  });

  it('stands in the sequence crops first or the whole first, as config.json says', () => {
    const small = { ...hd, crops: 2 };
    const [crops, whole] = [
      [6, 7, 12, 13, 5, 8, 9, 14, 15, 5],
      [0, 1, 5, 2, 3, 5],
    ] as const;
    const size = { width: 200, height: 100 };
    expect([...readingOf('anyres', small).rows(size)]).toEqual([...crops, 4, ...whole]);
    expect([...readingOf('anyres', { ...small, cropsFirst: false }).rows(size)]).toEqual([...whole, 4, ...crops]);
    expect(parseHd(preprocessor, { embd_layer: {} }, model).cropsFirst).toBe(false);
    expect(hd.cropsFirst).toBe(true);
  });

  it('is refused in another size than was asked for', async () => {
    const white: Raster = { width: 56, height: 56, data: new Uint8Array(56 * 56 * 3) };
    expect(() => hdTiles({ width: 10, height: 10, rasters: [white] }, hd, 'anyres')).toThrow(
      'The engine takes the raster that it asks for, of 224 x 224, but got: 56 x 56.',
    );
    expect(() => hdTiles({ width: 10, height: 10, rasters: [] }, hd, 'anyres')).toThrow('but got: none.');
  });

  it('may have any shape', () => {
    for (const [width, height] of [
      [1, 1],
      [20_000, 3],
      [3, 20_000],
    ] as const) {
      const grey: Raster = { width, height, data: new Uint8Array(width * height * 3).fill(90) };
      const input = { width, height, rasters: reading.rasters.map((request) => render(grey, request)) };
      const { pixels, count } = reading.tiles(input);
      expect(pixels.every(Number.isFinite)).toBe(true);
      expect(Math.max(...reading.rows(input))).toBeLessThan(count * (hd.merged ** 2 + 2));
    }
  });
});

describe('the settings of pictures', () => {
  it('are the class defaults where they are omitted', () => {
    expect(parseHd(undefined, config, model)).toEqual({ ...hd, crops: 1 });
    expect(parseHd({ num_crops: 4, image_mean: null, image_std: null }, config, model)).toEqual({ ...hd, crops: 4 });
  });

  it.each([
    [{ num_crops: 0 }, /preprocessor_config.json: num_crops /],
    [{ image_mean: ['a'] }, /preprocessor_config.json: image_mean /],
    [{ num_img_tokens: 144 }, /num_img_tokens is 144, but the vision tower makes 4 of a crop/],
  ])('are refused by name where they do not fit: %o', (stated, message) => {
    expect(() => parseHd(stated, config, model)).toThrow(message);
  });
});

describe('prompts', () => {
  const spelled = (prompt: Prompt): string => prompt.map((piece) => ('user' in piece ? piece.user : piece.template)).join('');
  const between = (text: string, before: string, after: string): string => text.slice(before.length, text.indexOf(after));
  const written = (prompt: string): string => between(prompt, '<|user|>\n', '\nSummary above sentence');
  const remade = (prompt: string): Prompt => {
    const edit = /Modify this image with "(.*)", desribe/s.exec(prompt)?.[1];
    if (edit !== undefined) return prompts.composed(edit);
    return prompt.includes('Summary above image') ? prompts.image : prompts.text(written(prompt));
  };

  it.each(cases)('of $name are spelled alike, letter by letter', ({ prompts: recorded }) => {
    for (const prompt of recorded) expect(spelled(remade(prompt))).toBe(prompt);
  });

  it('are those of the evaluations, with the space that they put before the end', () => {
    const inPhi3 = (question: string) => `<|user|>\n${question}<|end|>\n<|assistant|>\n`;
    expect(spelled(prompts.cirr.image)).toBe(inPhi3('<|image_1|>\n Describe this image in one word: '));
    expect(spelled(prompts.cirr.composed('x'))).toBe(inPhi3('<|image_1|>Modify this image with "x", desribe modified image in one word: '));
    expect(spelled(prompts.fashionIq.image('toptee'))).toBe(inPhi3('<|image_1|>\n Describe this shirt in one word based on its style: '));
    expect(spelled(prompts.fashionIq.composed('dress', 'is red'))).toBe(
      inPhi3('<|image_1|> change the style of this dress to is red\n Desribe this modified dress in one word based on its style: '),
    );
    expect(spelled(prompts.sts('A man "sings"?'))).toBe(inPhi3(" A man 'sings'.\nSummary above sentence in one word:"));
    expect(familyOf(config, tokenizer)).toBe('phi3');
  });

  it.each(cases)('of $name have the ids of the reference', async (one) => {
    for (const [i, prompt] of one.prompts.entries()) {
      const picture = one.images[i] === undefined ? undefined : await pictureOf(one);
      expect(reading.encode([{ template: prompt }], { picture }).ids).toEqual(idsOf(one, i));
      // What the user wrote never becomes a special token; apart from that it is tokenised as a part of the whole.
      const apart = reading.encode(remade(prompt), { picture }).ids;
      if (one.name === 'text_literal_special') expect(apart).not.toEqual(idsOf(one, i));
      else expect(apart).toEqual(idsOf(one, i));
    }
  });

  it('have a begin token after the picture too, and one place for it', async () => {
    const picture = { width: 100, height: 100 };
    const { ids } = reading.encode([{ template: 'a<|image_1|>' }], { picture });
    expect(ids.at(-1)).toBe(1);
    expect(ids.filter((id) => id === -1)).toHaveLength(reading.rows(picture).length);
    for (const [template, places] of [
      ['no place', 0],
      ['<|image_1|> and <|image_2|>', 2],
      ['<|image_1|> and <|image_1|> and <|image_1|>', 3],
    ] as const) {
      expect(() => reading.encode([{ template }], { picture })).toThrow(
        `The prompt has ${places} places for a picture ("<|image_1|>"); with one picture it needs exactly one.`,
      );
    }
  });

  it('take the place for text where there is no picture, as the reference does, and always in what the user wrote', () => {
    const literal = tokenizer.encodeRaw('<|user|>\n<|image_1|>\n');
    expect(reading.encode([{ template: '<|user|>\n<|image_1|>\n' }]).ids).toEqual(literal);
    expect(literal.length).toBeGreaterThan(8);
    const picture = { width: 100, height: 100 };
    const edited = reading.encode(prompts.composed('like <|image_1|> and <|end|>'), { picture }).ids;
    expect(edited.filter((id) => id === -1)).toHaveLength(reading.rows(picture).length);
    expect(edited.filter((id) => id === tokenizer.id('<|end|>'))).toHaveLength(1);
  });

  it('are cut where the user wrote, until all fits beside the picture', () => {
    const picture = { width: 100, height: 100 };
    const places = reading.rows(picture).length;
    const prompt = prompts.composed('word '.repeat(3000));
    const whole = reading.encode(prompt, { picture });
    expect(whole.kept).toBe(whole.of);
    const cut = reading.encode(prompt, { picture, maxTokens: 500 });
    expect(cut.ids.length).toBeLessThanOrEqual(500);
    expect(cut.ids.length).toBeGreaterThan(490);
    expect(cut.of).toBe(whole.of);
    expect(cut.kept).toBeLessThan(500 - places);
    expect(cut.ids.slice(-4)).toEqual(whole.ids.slice(-4));
    const before: Prompt = [{ user: 'word '.repeat(3000) }, { template: '<|image_1|>what is it' }];
    expect(reading.encode(before, { picture, maxTokens: 500 }).ids.slice(-4)).toEqual(reading.encode(before, { picture }).ids.slice(-4));
    expect(() => reading.encode(prompt, { picture, maxTokens: places + 10 })).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
