/** @file Compiles the kernel: `node pixels/assembly/build.ts` writes pixels/resample.wasm. The result is committed; a test compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const source = new URL('./resample.ts', import.meta.url);
const target = new URL('../resample.wasm', import.meta.url);

export async function compileKernel(): Promise<Uint8Array> {
  const text = readFileSync(source, 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['resample.ts', '--outFile', 'resample.wasm', '-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'],
    {
      readFile: (name: string) => (name === 'resample.ts' ? text : null),
      writeFile: (name: string, contents: string | Uint8Array) => {
        if (name === 'resample.wasm' && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`pixels/assembly/resample.ts does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await compileKernel());
