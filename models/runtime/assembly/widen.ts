/**
 * @file 16-bit floats as float32, in AssemblyScript with SIMD. `models/runtime/widen.wasm` is this file, compiled by
 * `models/runtime/assembly/build.ts`; `models/runtime/widen-worker.ts` lays out the memory.
 *
 * [Note: float16 to float32] Shifted left by 13 bits, with its sign where float32 has it, a float16 reads as a float32 that is 2^112 times too
 * small, subnormal numbers included, so one exact multiplication widens it. What has the largest exponent, infinity and what is not a number,
 * comes out as a finite number instead. No weights should hold it: it is looked for on the way, and put right afterwards.
 */

// @ts-nocheck: AssemblyScript's own types

/** `count` is a multiple of 8. */
export function widenHalf(source: usize, target: usize, count: i32): void {
  const signAndNumber: v128 = i32x4.splat(0x8fffe000);
  const magnitude: v128 = i16x8.splat(0x7fff);
  const scale: v128 = f32x4.splat(reinterpret<f32>(0x77800000));
  const end: usize = source + <usize>count * 2;
  let largest: v128 = i16x8.splat(0);
  for (let from: usize = source, to: usize = target; from < end; from += 16, to += 32) {
    const halves: v128 = v128.load(from);
    largest = i16x8.max_s(largest, v128.and(halves, magnitude));
    v128.store(to, f32x4.mul(v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(halves), 13), signAndNumber), scale));
    v128.store(to, f32x4.mul(v128.and(i32x4.shl(i32x4.extend_high_i16x8_s(halves), 13), signAndNumber), scale), 16);
  }
  if (v128.any_true(i16x8.ge_s(largest, i16x8.splat(0x7c00)))) fillExponents(target, count);
}

/** Finite numbers of float16 are below 65,536. */
function fillExponents(target: usize, count: i32): void {
  const end: usize = target + <usize>count * 4;
  for (let at: usize = target; at < end; at += 16) {
    const value: v128 = v128.load(at);
    const special: v128 = f32x4.ge(f32x4.abs(value), f32x4.splat(65536));
    v128.store(at, v128.or(value, v128.and(special, i32x4.splat(0x7f800000))));
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
