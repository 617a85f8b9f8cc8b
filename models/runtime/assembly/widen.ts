/**
 * @file 16-bit floats as float32, in AssemblyScript with SIMD. `models/runtime/widen.wasm` is this file, compiled by
 * `models/runtime/assembly/build.ts`; `models/runtime/widen-worker.ts` lays out the memory.
 *
 * [Note: float16 to float32] Shifted left by 13 bits a float16 without its sign reads as a float32 that is 2^112 times too small, subnormal
 * numbers included, so one exact multiplication widens it. What had the largest exponent, infinity and what is not a number, comes out as
 * 65,536 or more, as nothing else does: there the exponent is filled up.
 */

// @ts-nocheck: AssemblyScript's own types

/** Four float16 in the upper halves of i32 lanes. */
function floats(lanes: v128): v128 {
  const sign: v128 = v128.and(lanes, i32x4.splat(0x80000000));
  const small: v128 = i32x4.shr_u(v128.and(lanes, i32x4.splat(0x7fff0000)), 3);
  const value: v128 = f32x4.mul(small, f32x4.splat(reinterpret<f32>(0x77800000)));
  const special: v128 = f32x4.ge(value, f32x4.splat(65536));
  return v128.or(v128.or(value, v128.and(special, i32x4.splat(0x7f800000))), sign);
}

/** `count` is a multiple of 8. */
export function widenHalf(source: usize, target: usize, count: i32): void {
  const zero: v128 = i32x4.splat(0);
  const end: usize = source + <usize>count * 2;
  for (let from: usize = source, to: usize = target; from < end; from += 16, to += 32) {
    const halves: v128 = v128.load(from);
    v128.store(to, floats(i8x16.shuffle(zero, halves, 0, 1, 16, 17, 0, 1, 18, 19, 0, 1, 20, 21, 0, 1, 22, 23)));
    v128.store(to, floats(i8x16.shuffle(zero, halves, 0, 1, 24, 25, 0, 1, 26, 27, 0, 1, 28, 29, 0, 1, 30, 31)), 16);
  }
}

/** bfloat16 is the upper half of a float32. `count` is a multiple of 8. */
export function widenBrain(source: usize, target: usize, count: i32): void {
  const zero: v128 = i32x4.splat(0);
  const end: usize = source + <usize>count * 2;
  for (let from: usize = source, to: usize = target; from < end; from += 16, to += 32) {
    const halves: v128 = v128.load(from);
    v128.store(to, i8x16.shuffle(zero, halves, 0, 1, 16, 17, 0, 1, 18, 19, 0, 1, 20, 21, 0, 1, 22, 23));
    v128.store(to, i8x16.shuffle(zero, halves, 0, 1, 24, 25, 0, 1, 26, 27, 0, 1, 28, 29, 0, 1, 30, 31), 16);
  }
}
