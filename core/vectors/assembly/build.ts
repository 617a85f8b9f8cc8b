/** @file Compiles the kernel: `node core/vectors/assembly/build.ts` writes core/vectors/dots.wasm. The result is committed; a test compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

export async function compileDots(): Promise<Uint8Array> {
  const text = readFileSync(new URL('./dots.ts', import.meta.url), 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['dots.ts', '--outFile', 'dots.wasm', '-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'],
    {
      readFile: (name: string) => (name === 'dots.ts' ? text : null),
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name === 'dots.wasm' && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`core/vectors/assembly/dots.ts does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}

if (import.meta.main) writeFileSync(new URL('../dots.wasm', import.meta.url), await compileDots());
