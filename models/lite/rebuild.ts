/**
 * @file Rebuilds what the embedded engine's own inputs allow, and says what is missing for the rest:
 *   node models/lite/rebuild.ts --check              compares with models/weights, changes nothing, exit status 1 on a difference
 *   node models/lite/rebuild.ts --out DIR            writes the rebuilt files there
 *   --wordnet DIR                                    the noun files of WordNet 3.0 (default /usr/share/wordnet)
 *   --skip-features                                  without feature-pca.f32, which takes a minute
 *
 * | file               | made from                                                                     |
 * |--------------------|-------------------------------------------------------------------------------|
 * | labels.json        | its own list of class ids, WordNet                                            |
 * | label-vectors.f32  | text.onnx over "<name>: <gloss>" of labels.json                               |
 * | person-vectors.f32 | text.onnx over six phrases with their glosses                                 |
 * | feature-pca.f32    | the last layer of image.onnx; stored as float16 there, hence the wider margin |
 * | glosses.tsv.gz     | WordNet                                                                       |
 * | plurals.json       | WordNet                                                                       |
 * | *.onnx, tokenizer* | not rebuilt: converted from the published checkpoints that NOTICE names       |
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { weightsDirectory } from '../weights.ts';
import { featureSize } from './blocks.ts';
import { readGlosses } from './glosses.ts';
import { readMatrix } from './rebuild/initializer.ts';
import { labelVectors, personVectors } from './rebuild/label-vectors.ts';
import { principalDirections } from './rebuild/principal.ts';
import { glossTable, type LabelTable, labelTable, pluralTable, readWordNet, wordNetFiles } from './rebuild/wordnet.ts';
import { openTextEncoder } from './text-encoder.ts';

const vectorMargin = 1e-4;
const featureMargin = 1e-2;

/** A rebuilt file: text, or numbers that may differ from the committed ones by the margin. */
type Rebuilt = { readonly file: string } & ({ readonly text: string } | { readonly values: Float32Array; readonly margin: number });

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    out: { type: 'string' },
    wordnet: { type: 'string', default: '/usr/share/wordnet' },
    'skip-features': { type: 'boolean', default: false },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const weights = (file: string): string => path.join(weightsDirectory, file);

if (flags.check === (flags.out !== undefined)) {
  process.stderr.write('Give either --check or --out DIR.\n');
  process.exitCode = 2;
} else {
  for await (const rebuilt of rebuildAll()) {
    if (flags.out === undefined) await compare(rebuilt);
    else await write(rebuilt, flags.out);
  }
}

async function* rebuildAll(): AsyncGenerator<Rebuilt> {
  const labels = JSON.parse(await readFile(weights('lite/labels.json'), 'utf8')) as LabelTable;
  const encoder = await openTextEncoder(weights('lite'), { threads: availableParallelism() });
  const glosses = await readGlosses(weights('lite'));
  yield { file: 'lite/label-vectors.f32', values: await labelVectors(encoder, labels), margin: vectorMargin };
  yield { file: 'lite-people/person-vectors.f32', values: await personVectors(encoder, glosses), margin: vectorMargin };
  await encoder.close();

  const missing = wordNetFiles.filter((name) => !existsSync(path.join(flags.wordnet, name)));
  if (missing.length > 0) {
    say(
      `not rebuilt: lite/labels.json, lite/glosses.tsv.gz, lite/plurals.json: ${missing.join(', ')} of WordNet 3.0 not in ${flags.wordnet}`,
    );
    say('             (Debian: apt-get install wordnet-base, or unpack it and give --wordnet DIR)');
  } else {
    const wordNet = await readWordNet(flags.wordnet);
    yield {
      file: 'lite/labels.json',
      text: JSON.stringify(
        labelTable(
          wordNet,
          labels.classes.map(({ wnid }) => wnid),
        ),
      ),
    };
    yield { file: 'lite/glosses.tsv.gz', text: glossTable(wordNet) };
    yield { file: 'lite/plurals.json', text: pluralTable(wordNet) };
  }

  if (flags['skip-features']) say('not rebuilt: lite/feature-pca.f32: --skip-features');
  else {
    const lastLayer = readMatrix(await readFile(weights('lite/image.onnx')), 'm._fc.weight_h');
    yield { file: 'lite/feature-pca.f32', values: principalDirections(lastLayer, featureSize), margin: featureMargin };
  }
  say(
    'not rebuilt: lite/image.onnx, lite/text.onnx, lite-people/*.onnx, tokenizer: their published checkpoints are not part of this project',
  );
}

async function compare(rebuilt: Rebuilt): Promise<void> {
  const bytes = await readFile(weights(rebuilt.file));
  const { equal, note } = 'text' in rebuilt ? compareText(rebuilt, bytes) : compareValues(rebuilt, bytes);
  say(`${equal ? 'equal' : 'DIFFERENT'}: ${rebuilt.file} (${note})`);
  if (!equal) process.exitCode = 1;
}

type Comparison = { equal: boolean; note: string };

function compareText({ file, text }: { file: string; text: string }, bytes: Buffer): Comparison {
  const equal = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8') === text;
  return { equal, note: `${text.length} characters` };
}

function compareValues({ values, margin }: { values: Float32Array; margin: number }, bytes: Buffer): Comparison {
  const sameSize = bytes.length === values.length * 4;
  const worst = sameSize ? values.reduce((max, value, i) => Math.max(max, Math.abs(value - bytes.readFloatLE(i * 4))), 0) : Number.NaN;
  return { equal: worst <= margin, note: `${values.length} numbers, largest difference ${worst.toExponential(1)}` };
}

async function write(rebuilt: Rebuilt, directory: string): Promise<void> {
  const target = path.join(directory, rebuilt.file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, 'text' in rebuilt ? encodeText(rebuilt) : encodeValues(rebuilt.values));
  say(`written: ${target}`);
}

function encodeText({ file, text }: { file: string; text: string }): Buffer {
  return file.endsWith('.gz') ? gzipSync(text, { level: 9 }) : Buffer.from(text, 'utf8');
}

function encodeValues(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes;
}
