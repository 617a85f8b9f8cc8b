/**
 * @file The two passes of the resampler in AssemblyScript with SIMD. `pixels/resample.wasm` is this file, compiled by
 * `pixels/assembly/build.ts`; `pixels/kernel.ts` lays out the memory.
 *
 * [Note: Weights in two halves] A weight has 22 bits after the point, too many for the 16-bit multiply-and-add-pairs instruction, which
 * is the fast one. So a weight travels as `high * 4096 + low`, both 16 bits, and each half gets a sum of its own. The sums are exact
 * integers: the result is that of one 32-bit multiplication per weight, bit for bit.
 *
 * Per output pixel `index` has two i32, the first source pixel and the number of groups of four; a group is 16 bytes of weights:
 * high 0, high 1, low 0, low 1, high 2, high 3, low 2, low 3. What a last group has too much weighs 0, so it may read past the end.
 */

// @ts-nocheck: AssemblyScript's own types

const lowBits: i32 = 12;
const precision: i32 = 22;
const half: i32 = 1 << (precision - 1);

/** (high * 4096 + low) rounded to a whole number of levels; `low` began at one half. */
@inline
function levels(high: v128, low: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shl(high, lowBits), low), precision);
}

/** Four rows at a time (`rows` is a multiple of four) from RGB to RGB; writes a fourth byte after each pixel. */
export function across(
  source: usize, sourceStride: usize, rows: i32,
  target: usize, targetStride: usize, width: i32,
  index: usize, weights: usize, weightStride: usize,
): void {
  // Of 16 bytes r g b r g b ...: pixels 0 and 1, then 2 and 3, as 16-bit pairs rr gg bb; index -1 gives 0.
  const first = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const second = i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);

  for (let row = 0; row < rows; row += 4) {
    const from = source + <usize>row * sourceStride;
    const to = target + <usize>row * targetStride;
    for (let x = 0; x < width; x++) {
      let p = from + <usize>(load<i32>(index + (<usize>x << 3)) * 3);
      let w = weights + <usize>x * weightStride;
      const end = w + (<usize>load<i32>(index + (<usize>x << 3), 4) << 4);

      let high0 = i32x4.splat(0), high1 = high0, high2 = high0, high3 = high0;
      let low0 = i32x4.splat(half), low1 = low0, low2 = low0, low3 = low0;
      while (w < end) {
        const ha = v128.load32_splat(w), la = v128.load32_splat(w, 4);
        const hb = v128.load32_splat(w, 8), lb = v128.load32_splat(w, 12);

        let q = p;
        let bytes = v128.load(q);
        let a = i8x16.swizzle(bytes, first), b = i8x16.swizzle(bytes, second);
        high0 = i32x4.add(high0, i32x4.add(i32x4.dot_i16x8_s(a, ha), i32x4.dot_i16x8_s(b, hb)));
        low0 = i32x4.add(low0, i32x4.add(i32x4.dot_i16x8_s(a, la), i32x4.dot_i16x8_s(b, lb)));

        q += sourceStride;
        bytes = v128.load(q);
        a = i8x16.swizzle(bytes, first), b = i8x16.swizzle(bytes, second);
        high1 = i32x4.add(high1, i32x4.add(i32x4.dot_i16x8_s(a, ha), i32x4.dot_i16x8_s(b, hb)));
        low1 = i32x4.add(low1, i32x4.add(i32x4.dot_i16x8_s(a, la), i32x4.dot_i16x8_s(b, lb)));

        q += sourceStride;
        bytes = v128.load(q);
        a = i8x16.swizzle(bytes, first), b = i8x16.swizzle(bytes, second);
        high2 = i32x4.add(high2, i32x4.add(i32x4.dot_i16x8_s(a, ha), i32x4.dot_i16x8_s(b, hb)));
        low2 = i32x4.add(low2, i32x4.add(i32x4.dot_i16x8_s(a, la), i32x4.dot_i16x8_s(b, lb)));

        q += sourceStride;
        bytes = v128.load(q);
        a = i8x16.swizzle(bytes, first), b = i8x16.swizzle(bytes, second);
        high3 = i32x4.add(high3, i32x4.add(i32x4.dot_i16x8_s(a, ha), i32x4.dot_i16x8_s(b, hb)));
        low3 = i32x4.add(low3, i32x4.add(i32x4.dot_i16x8_s(a, la), i32x4.dot_i16x8_s(b, lb)));

        p += 12;
        w += 16;
      }

      const pixels = i8x16.narrow_i16x8_u(
        i16x8.narrow_i32x4_s(levels(high0, low0), levels(high1, low1)),
        i16x8.narrow_i32x4_s(levels(high2, low2), levels(high3, low3)),
      );
      let out = to + <usize>(x * 3);
      v128.store32_lane(out, pixels, 0);
      out += targetStride;
      v128.store32_lane(out, pixels, 1);
      out += targetStride;
      v128.store32_lane(out, pixels, 2);
      out += targetStride;
      v128.store32_lane(out, pixels, 3);
    }
  }
}

/** Source and target rows are `stride` bytes long, a multiple of 16; all of a row is computed. */
export function down(
  source: usize, target: usize, stride: usize, height: i32,
  index: usize, weights: usize, weightStride: usize,
): void {
  for (let y = 0; y < height; y++) {
    const from = source + <usize>load<i32>(index + (<usize>y << 3)) * stride;
    const to = target + <usize>y * stride;
    const begin = weights + <usize>y * weightStride;
    const end = begin + (<usize>load<i32>(index + (<usize>y << 3), 4) << 4);

    for (let x: usize = 0; x < stride; x += 16) {
      let high0 = i32x4.splat(0), high1 = high0, high2 = high0, high3 = high0;
      let low0 = i32x4.splat(half), low1 = low0, low2 = low0, low3 = low0;
      let p = from + x;
      for (let w = begin; w < end; w += 8) {
        const h = v128.load32_splat(w), l = v128.load32_splat(w, 4);
        const a = v128.load(p), b = v128.load(p + stride);
        const left = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const right = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);

        let pairs = i16x8.extend_low_i8x16_u(left);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pairs, h));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pairs, l));
        pairs = i16x8.extend_high_i8x16_u(left);
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pairs, h));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pairs, l));
        pairs = i16x8.extend_low_i8x16_u(right);
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pairs, h));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pairs, l));
        pairs = i16x8.extend_high_i8x16_u(right);
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pairs, h));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pairs, l));
        p += stride << 1;
      }
      v128.store(to + x, i8x16.narrow_i16x8_u(
        i16x8.narrow_i32x4_s(levels(high0, low0), levels(high1, low1)),
        i16x8.narrow_i32x4_s(levels(high2, low2), levels(high3, low3)),
      ));
    }
  }
}
