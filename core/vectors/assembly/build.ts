/** @file Compiles the kernel: `node core/vectors/assembly/build.ts` writes core/vectors/dots.wasm. */
import { writeFileSync } from 'node:fs';
import { compile } from '../../../pixels/assembly/compile.ts';

export function compileDots(): Promise<Uint8Array> {
  return compile(new URL('./dots.ts', import.meta.url));
}

if (import.meta.main) writeFileSync(new URL('../dots.wasm', import.meta.url), await compileDots());
