/** @file Colours of pictures and texts. */
import { expect, it } from 'vitest';
import { colourNames, namesColour, pictureColours, textColours } from '../../../models/lite/colours.ts';
import type { Raster } from '../../../pixels/raster.ts';

/** 64 x 64 with a square of one colour on a background of another. */
function square(colour: readonly number[], background: readonly number[], side: number): Raster {
  const first = (64 - side) / 2;
  const inside = (k: number): boolean => k >= first && k < first + side;
  const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return (inside(pixel % 64) && inside(Math.floor(pixel / 64)) ? colour : background)[i % 3] ?? 0;
  });
  return { width: 64, height: 64, data };
}

const strongest = (colours: Float32Array): string | undefined => colourNames[colours.indexOf(Math.max(...colours))];

it.each([
  ['red', [220, 20, 30]],
  ['orange', [250, 140, 20]],
  ['yellow', [245, 230, 40]],
  ['green', [40, 160, 60]],
  ['blue', [30, 60, 200]],
  ['purple', [130, 30, 180]],
  ['pink', [250, 150, 190]],
  ['brown', [110, 65, 30]],
  ['black', [10, 10, 12]],
  ['grey', [128, 128, 130]],
] as const)('a %s thing on white is that colour and not white', (name, rgb) => {
  const colours = pictureColours(square(rgb, [255, 255, 255], 24));
  expect(strongest(colours)).toBe(name);
  expect(colours[colourNames.indexOf('white')]).toBe(0);
});

it('counts all of a plain picture', () => {
  expect(strongest(pictureColours(square([255, 255, 255], [255, 255, 255], 8)))).toBe('white');
});

it('counts the background when the thing on it is tiny', () => {
  expect(strongest(pictureColours(square([220, 20, 30], [20, 40, 200], 4)))).toBe('blue');
});

it('understands colour words and their kin, and nothing else', () => {
  expect(strongest(textColours('a crimson tide'))).toBe('red');
  expect(strongest(textColours('Golden gate'))).toBe('yellow');
  const two = textColours('black and white');
  expect([two[0], two[1]]).toEqual([expect.closeTo(Math.SQRT1_2, 6), expect.closeTo(Math.SQRT1_2, 6)]);
  expect(namesColour('a bored cat, tanned')).toBe(false);
});
