/** @file `oneword embed`: the vector of a text, a picture, or a picture with an edit, without a library. */
import type { Command } from 'commander';
import { AppError, toWire } from '../../core/api/errors.ts';
import type { Embedder, PictureInput, Vectors } from '../../core/indexing/embedder.ts';
import type { Readers } from '../../core/readers/reader.ts';
import { defaultModel } from '../../models/default-model.ts';
import { inOrder, readBatch } from '../batch.ts';
import { demandFile } from '../demand-file.ts';
import { Failed } from '../failed.ts';
import { printJson, printLine, say } from '../terminal.ts';
import { withJson } from './options.ts';

type Flags = {
  readonly model: string;
  readonly text?: string;
  readonly image?: string;
  readonly edit?: string;
  readonly prompt?: string;
  readonly batch?: string;
  readonly json?: true;
};

type Input = { text?: string | undefined; image?: string | undefined; edit?: string | undefined };

export function addEmbed(program: Command): void {
  withJson(program.command('embed'))
    .description('Print the vector of a text, a picture, or a picture with an edit. Needs no library.')
    .option('--model <ID>', 'engine (see: oneword models list)', defaultModel)
    .option('--text <TEXT>', 'a text, taken as it is')
    .option('--image <FILE>', 'a picture')
    .option('--edit <TEXT>', 'what should be different about the picture')
    .option('--prompt <TEXT>', 'a complete prompt, for engines that take prompts')
    .option('--batch <FILE>', 'one input per line: {"id","text"} or {"id","image"} or {"id","image","edit"}; - = standard input')
    .addHelpText('after', '\nExamples:\n  oneword embed --text "a dog" --json\n  oneword embed --image cat.jpg --edit "at night" --json')
    .action(embed);
}

async function embed(flags: Flags): Promise<void> {
  checkUse(flags);
  const { openEmbedder } = await import('../../models/registry.ts');
  const { createReaders } = await import('../../core/readers/pool.ts');
  const embedder = await openEmbedder(flags.model);
  const readers = createReaders({ processes: 1, log: () => undefined });
  try {
    const vectorOf = (input: Input) => embedOne(embedder, readers, input);
    if (flags.batch !== undefined) await embedAll(flags.batch, vectorOf);
    else printVector(embedder, await vectorOf(flags), flags.json);
  } finally {
    await readers.close();
    await embedder.close();
  }
}

function checkUse({ model, text, image, edit, prompt, batch }: Flags): void {
  if (prompt !== undefined) {
    throw new AppError('bad-request', `The engine "${model}" takes no prompts. Give it --text, --image, or --image with --edit.`);
  }
  if ([text, image, batch].filter((given) => given !== undefined).length !== 1) {
    throw new AppError('bad-request', 'Give one of --text, --image (with or without --edit) and --batch.');
  }
  if (edit !== undefined && image === undefined)
    throw new AppError('bad-request', '--edit says what to change about a picture: give --image.');
}

async function embedOne(embedder: Embedder, readers: Readers, { text, image, edit }: Input): Promise<Vectors> {
  if (image === undefined) return embedder.text([text ?? ''], { priority: 'query' });
  const picture = await readPicture(embedder, readers, image);
  return edit === undefined ? embedder.image([picture]) : embedder.composed([{ picture, edit }]);
}

async function readPicture(embedder: Embedder, readers: Readers, path: string): Promise<PictureInput> {
  await demandFile(path);
  return (await readers.read({ path, rasters: embedder.rasters('fast') })).picture;
}

async function embedAll(file: string, vectorOf: (input: Input) => Promise<Vectors>): Promise<void> {
  let failed = false;
  const answers = inOrder(readBatch(file), 4, async (line) => {
    try {
      return { id: line.id, vectors: await vectorOf(line) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { id: line.id, error: toWire(error) };
    }
  });
  for await (const { id, vectors, error } of answers) {
    if (vectors) printJson({ id, dimension: vectors.dimension, embedding: [...vectors.data] });
    else {
      if (error) say(`oneword: ${error.message}`);
      printJson({ id, error });
      failed = true;
    }
  }
  if (failed) throw new Failed();
}

function printVector({ space }: Embedder, { dimension, data }: Vectors, json: true | undefined): void {
  if (json) printJson({ model: space.model, dimension, embedding: [...data] });
  else {
    say(`${space.model}, ${dimension} values:`);
    printLine([...data].join(' '));
  }
}
