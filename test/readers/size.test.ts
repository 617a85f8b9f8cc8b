/** @file At which size a picture is decoded, see [Note: decoding at a reduced size]. */
import { expect, test } from 'vitest';
import { decodingSize } from '../../core/readers/size.ts';

const wanted = [
  { width: 260, height: 260 },
  { width: 320, height: 240 },
];
const jpeg = { shrinks: [3, 5, 9] };

test('a picture with less than three times the pixels wanted is decoded as it is', () => {
  expect(decodingSize({ width: 1000, height: 750 }, wanted, jpeg)).toEqual({ width: 1000, height: 750 });
});

test('a larger one is decoded at twice the pixels wanted', () => {
  expect(decodingSize({ width: 4160, height: 2600 }, wanted)).toEqual({ width: 832, height: 520 });
});

test('a JPEG is decoded smaller where libjpeg can shrink it more, but never below 1.2 times the pixels wanted', () => {
  expect(decodingSize({ width: 1280, height: 960 }, wanted, jpeg)).toEqual({ width: 426, height: 320 });
  expect(decodingSize({ width: 4000, height: 3000 }, wanted, jpeg)).toEqual({ width: 444, height: 333 });
  for (let height = 780; height < 6000; height += 7) {
    const size = decodingSize({ width: height * 1.5, height }, wanted, jpeg);
    expect(size.height).toBeGreaterThanOrEqual(311);
    expect(size.height).toBeLessThanOrEqual(960);
  }
});

test('a drawing is drawn at twice the pixels wanted, whatever size it says it has', () => {
  expect(decodingSize({ width: 10, height: 10 }, [{ width: 260, height: 260 }], { scalable: true })).toEqual({ width: 520, height: 520 });
});

test('where nothing is wanted the size stays', () => {
  expect(decodingSize({ width: 5000, height: 4000 }, [], jpeg)).toEqual({ width: 5000, height: 4000 });
});
