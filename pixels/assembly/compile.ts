/** @file Compiles an AssemblyScript kernel. What comes out is committed; tests compile anew and compare. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** The WebAssembly of one source file that imports nothing. */
export async function compile(source: URL): Promise<Uint8Array> {
  const file = fileURLToPath(source);
  const name = path.basename(file);
  const text = readFileSync(file, 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([name, '--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--enable', 'simd', '--noAssert'], {
    readFile: (asked: string) => (asked === name ? text : null),
    writeFile: (written: string, contents: string | Uint8Array) => {
      if (written === 'kernel.wasm' && typeof contents !== 'string') binary = contents;
    },
  });
  if (error || !binary) throw new Error(`${file} does not compile:\n${stderr.toString()}`, { cause: error });
  return binary;
}
