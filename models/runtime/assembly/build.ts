/** @file Compiles the kernel: `node models/runtime/assembly/build.ts` writes models/runtime/widen.wasm. */
import { writeFileSync } from 'node:fs';
import { compile } from '../../../pixels/assembly/compile.ts';

export function compileWiden(): Promise<Uint8Array> {
  return compile(new URL('./widen.ts', import.meta.url));
}

if (import.meta.main) writeFileSync(new URL('../widen.wasm', import.meta.url), await compileWiden());
