/** @file `oneword embed`: the vector of a text, a picture, or a picture with an edit, without a library. */
import { type Command, Option } from 'commander';
import { AppError, toWire } from '../../core/api/errors.ts';
import type { Embedder, EmbedOptions, PictureInput, Vectors } from '../../core/indexing/embedder.ts';
import type { Readers } from '../../core/readers/reader.ts';
import { defaultModel } from '../../models/default-model.ts';
import { type BatchLine, inOrder, readBatch } from '../batch.ts';
import { demandFile } from '../demand-file.ts';
import { Failed } from '../failed.ts';
import { clearProgress, printJson, printLine, say, showProgress } from '../terminal.ts';
import { type EngineFlags, engineFlags, modelArgument, withEngineSettings, withJson } from './options.ts';

type Flags = EngineFlags & {
  readonly model: string;
  readonly text?: string;
  readonly image?: string;
  readonly edit?: string;
  readonly prompt?: string;
  readonly batch?: string;
  readonly words?: number | true;
  readonly json?: true;
};

type Input = Pick<BatchLine, 'text' | 'image' | 'edit' | 'prompt'>;

export function addEmbed(program: Command): void {
  const command = withJson(program.command('embed'))
    .description('Print the vector of a text, a picture, or a picture with an edit. Needs no library.')
    .option('--model <ID>', 'engine (see: oneword models list), or the folder of a checkpoint', modelArgument, defaultModel)
    .option('--text <TEXT>', 'a text, taken as it is')
    .option('--image <FILE>', 'a picture')
    .option('--edit <TEXT>', 'what should be different about the picture')
    .option('--prompt <TEXT>', 'a complete prompt as the model reads it, with or without --image; special tokens in it count')
    .option(
      '--batch <FILE>',
      'one input per line: {"id","text"}, {"id","image"}, {"id","image","edit"} or {"id","prompt"}; - = standard input',
    )
    .addOption(new Option('--words [COUNT]', 'also print the words that the vector says').argParser(Number).preset(5));
  withEngineSettings(command)
    .addHelpText(
      'after',
      '\nExamples:\n  oneword embed --text "a dog" --json\n  oneword embed --image cat.jpg --edit "at night" --json\n' +
        '  oneword embed --model ./e5-v --compat 5 --image cat.jpg --json',
    )
    .action(embed);
}

async function embed(flags: Flags): Promise<void> {
  checkUse(flags);
  const { openEmbedder } = await import('../../models/registry.ts');
  const { createReaders } = await import('../../core/readers/pool.ts');
  const { adapter, ...settings } = engineFlags(flags);
  const embedder = await openEmbedder(flags.model, { settings, log: say, ...(adapter !== undefined && { adapter }) });
  const readers = createReaders({ processes: 1, log: () => undefined });
  try {
    const vectorOf = (input: Input) => embedOne(embedder, readers, input);
    if (flags.batch !== undefined) await embedAll(flags.batch, vectorOf);
    else await printVector(embedder, await vectorOf(flags), flags);
  } finally {
    clearProgress();
    await readers.close();
    await embedder.close();
  }
}

function checkUse({ text, image, edit, prompt, batch, words }: Flags): void {
  if ([text, prompt ?? image, batch].filter((given) => given !== undefined).length !== 1) {
    throw new AppError(
      'bad-request',
      'Give one of --text, --image (with or without --edit), --prompt (with or without --image) and --batch.',
    );
  }
  if (edit !== undefined && (image === undefined || prompt !== undefined)) {
    throw new AppError('bad-request', '--edit says what to change about a picture: give it with --image, and without --prompt.');
  }
  if (words !== undefined && (!Number.isInteger(words) || Number(words) < 1 || Number(words) > 100)) {
    throw new AppError('bad-request', '--words takes a whole number from 1 to 100.');
  }
}

async function embedOne(embedder: Embedder, readers: Readers, { text, image, edit, prompt }: Input): Promise<Vectors> {
  const options: EmbedOptions = {
    priority: 'query',
    onNotice: say,
    onProgress: (done, of) => showProgress(`${Math.floor((done / of) * 100)} %`),
  };
  const picture = image === undefined ? undefined : await readPicture(embedder, readers, image);
  if (prompt !== undefined) {
    if (!embedder.prompted) {
      throw new AppError(
        'bad-request',
        `The engine "${embedder.space.model}" takes no prompts. Give it --text, --image, or --image with --edit.`,
      );
    }
    return embedder.prompted(picture ? { prompt, picture } : { prompt }, options);
  }
  if (!picture) return embedder.text([text ?? ''], options);
  return edit === undefined ? embedder.image([picture], options) : embedder.composed([{ picture, edit }], options);
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
    clearProgress();
    if (vectors) printJson({ id, dimension: vectors.dimension, embedding: [...vectors.data] });
    else {
      if (error) say(`oneword: ${error.message}`);
      printJson({ id, error });
      failed = true;
    }
  }
  if (failed) throw new Failed();
}

async function printVector(embedder: Embedder, vectors: Vectors, { words: count, json }: Flags): Promise<void> {
  const { dimension, data } = vectors;
  const { model } = embedder.space;
  const [words] = count === undefined ? [] : await embedder.words(vectors, Number(count));
  clearProgress();
  if (json) printJson({ model, dimension, embedding: [...data], ...(words ? { words } : {}) });
  else {
    say(`${model}, ${dimension} values:`);
    printLine([...data].join(' '));
    for (const { text, probability } of words ?? []) printLine(`${text} ${(probability * 100).toFixed(1)} %`);
  }
}
