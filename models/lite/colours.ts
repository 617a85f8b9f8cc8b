/** @file Eleven basic colour names: how much of each a picture's likely foreground has, and which ones a text names. */
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { colourSize } from './blocks.ts';
import { unit } from './vector.ts';

export const colourNames = ['black', 'white', 'grey', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'brown'] as const;
type ColourName = (typeof colourNames)[number];

/** biome-ignore format: a table */
const synonyms: Readonly<Record<ColourName, string>> = {
  black: 'blackish', white: 'whitish', grey: 'gray silver silvery', red: 'crimson scarlet maroon reddish', orange: '', yellow: 'golden yellowish',
  green: 'teal greenish emerald', blue: 'turquoise navy azure bluish', purple: 'violet lilac', pink: 'magenta rosy',
  brown: 'tan beige chestnut brownish',
};

const colourOfWord = new Map<string, number>(
  colourNames.flatMap((name, i) => [name, ...synonyms[name].split(' ').filter(Boolean)].map((word): [string, number] => [word, i])),
);

const side = 64;
export const colourRaster: SizedRequest = { fit: 'squash', width: side, height: side, filter: 'bilinear' };

/** A border is one background when this share of its pixels is near its median colour. */
const plainBorder = 0.6;
/** Levels in each channel. */
const nearness = 24;
/** With less foreground than this, the picture is plain and all of it counts. */
const leastForeground = 0.03;

/** Where the centre counts more: exp(-(x^2 + y^2)) on [-1, 1]^2. */
const centreWeights = Float64Array.from({ length: side * side }, (_, i) => {
  const x = ((i % side) / (side - 1)) * 2 - 1;
  const y = (Math.floor(i / side) / (side - 1)) * 2 - 1;
  return Math.exp(-(x * x + y * y));
});

/** Unit vector of the colours that the text names, zeros when it names none. */
export function textColours(text: string): Float32Array {
  const counts = new Float32Array(colourSize);
  for (const [word] of text.toLowerCase().matchAll(/[a-z]+/g)) {
    const colour = colourOfWord.get(word);
    if (colour !== undefined) counts[colour] = (counts[colour] ?? 0) + 1;
  }
  return unit(counts);
}

export function namesColour(text: string): boolean {
  return textColours(text).some((value) => value > 0);
}

/** Unit vector of the square roots of the shares. Takes the `colourRaster` of a picture. */
export function pictureColours({ data }: Raster): Float32Array {
  const isBackground = backgroundOf(data);
  const shares = new Float32Array(colourSize);
  for (let pixel = 0; pixel < side * side; pixel++) {
    if (isBackground?.(pixel)) continue;
    const colour = colourOf(data[pixel * 3] ?? 0, data[pixel * 3 + 1] ?? 0, data[pixel * 3 + 2] ?? 0);
    shares[colour] = (shares[colour] ?? 0) + (centreWeights[pixel] ?? 0);
  }
  return unit(shares.map(Math.sqrt));
}

/** Tells background from foreground, or undefined when everything is to be counted. */
function backgroundOf(data: Uint8Array): ((pixel: number) => boolean) | undefined {
  const border = Array.from({ length: side }, (_, i) => [i, (side - 1) * side + i, i * side, i * side + side - 1]).flat();
  const median = [0, 1, 2].map((channel) => medianOf(border.map((pixel) => data[pixel * 3 + channel] ?? 0)));
  const isNear = (pixel: number): boolean => median.every((level, c) => Math.abs((data[pixel * 3 + c] ?? 0) - level) < nearness);

  if (border.filter(isNear).length / border.length <= plainBorder) return undefined;
  let foreground = 0;
  for (let pixel = 0; pixel < side * side; pixel++) if (!isNear(pixel)) foreground++;
  return foreground / (side * side) < leastForeground ? undefined : isNear;
}

function medianOf(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Index into `colourNames`. Later rules outrank earlier ones in the reference; here the order is turned round. */
function colourOf(red: number, green: number, blue: number): number {
  const max = Math.max(red, green, blue);
  const chroma = max - Math.min(red, green, blue);
  const value = max / 255;
  const saturation = max === 0 ? 0 : chroma / max;

  if (value < 0.16) return 0;
  if (saturation < 0.15 || chroma < 18) return value < 0.22 ? 0 : value > 0.85 ? 1 : 2;
  const hue = hueOf(red, green, blue, max, chroma);
  if (hue >= 12 && hue < 48 && (value < 0.62 || saturation < 0.42)) return 10;
  if ((hue < 15 || hue >= 330) && value > 0.75 && saturation < 0.5) return 9;
  if (hue < 15 || hue >= 345) return 3;
  if (hue < 42) return 4;
  if (hue < 70) return 5;
  if (hue < 165) return 6;
  if (hue < 258) return 7;
  if (hue < 315) return 8;
  return 9;
}

/** Degrees, 0 to 360, in the reference's float32: a pixel on the border of two names goes to the same one. */
function hueOf(red: number, green: number, blue: number, max: number, chroma: number): number {
  const divisor = Math.fround(chroma + 1e-6);
  if (max === red) {
    const sector = Math.fround((green - blue) / divisor);
    return Math.fround((sector < 0 ? Math.fround(sector + 6) : sector) * 60);
  }
  const sector = max === green ? Math.fround((blue - red) / divisor) + 2 : Math.fround((red - green) / divisor) + 4;
  return Math.fround(Math.fround(sector) * 60);
}
