/**
 * @file Dot products of one float32 vector with many float16 vectors, in AssemblyScript with SIMD. `core/vectors/dots.wasm` is this file,
 * compiled by `core/vectors/assembly/build.ts`; `core/vectors/half-rows.ts` lays out the memory.
 *
 * [Note: float16 without conversion] Shifted left by 13 bits, with its sign where float32 has it, a float16 reads as a float32 that is
 * 2^112 times too small. The query is multiplied by 2^112 once instead, so a row costs a shift and a mask.
 */

// @ts-nocheck: AssemblyScript's own types

/** `width` is a multiple of 16; `query` has that many float32, each row that many float16. Writes one float32 per row. */
export function dots(query: usize, rows: usize, width: i32, count: i32, scores: usize): void {
  const rowBytes: usize = width * 2;
  const mask: v128 = i32x4.splat(0x8fffe000);
  let from: usize = rows;
  for (let row: i32 = 0; row < count; row++) {
    let sum0: v128 = f32x4.splat(0);
    let sum1: v128 = f32x4.splat(0);
    let sum2: v128 = f32x4.splat(0);
    let sum3: v128 = f32x4.splat(0);
    const end: usize = from + rowBytes;
    for (let at: usize = query; from < end; from += 32, at += 64) {
      const first: v128 = v128.load(from);
      const second: v128 = v128.load(from, 16);
      const value0: v128 = v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(first), 13), mask);
      const value1: v128 = v128.and(i32x4.shl(i32x4.extend_high_i16x8_s(first), 13), mask);
      const value2: v128 = v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(second), 13), mask);
      const value3: v128 = v128.and(i32x4.shl(i32x4.extend_high_i16x8_s(second), 13), mask);
      sum0 = f32x4.add(sum0, f32x4.mul(value0, v128.load(at)));
      sum1 = f32x4.add(sum1, f32x4.mul(value1, v128.load(at, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(value2, v128.load(at, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(value3, v128.load(at, 48)));
    }
    const sum: v128 = f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3));
    f32.store(
      scores + row * 4,
      f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)),
    );
  }
}
