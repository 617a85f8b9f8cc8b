/** @file Compiles the kernel: `node pixels/assembly/build.ts` writes pixels/resample.wasm. */
import { writeFileSync } from 'node:fs';
import { compile } from './compile.ts';

export function compileKernel(): Promise<Uint8Array> {
  return compile(new URL('./resample.ts', import.meta.url));
}

if (import.meta.main) writeFileSync(new URL('../resample.wasm', import.meta.url), await compileKernel());
