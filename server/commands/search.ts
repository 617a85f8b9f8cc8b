/** @file `oneword search`: words, a picture, or a picture and an edit; one query or a file of them. */
import path from 'node:path';
import type { Command } from 'commander';
import { AppError, toWire, type WireError } from '../../core/api/errors.ts';
import type { Filters, Hit, Query, SearchPage } from '../../core/api/query.ts';
import { type BatchLine, inOrder, readBatch } from '../batch.ts';
import { Failed } from '../failed.ts';
import type { Session } from '../session.ts';
import { printJson, printLine, say } from '../terminal.ts';
import { collect, type LibraryFlags, libraryOf, wholeNumber, withLibrary } from './options.ts';

type Flags = LibraryFlags & {
  readonly image?: string;
  readonly edit?: string;
  readonly filter?: string[];
  readonly limit: number;
  readonly group?: true;
  readonly literal?: true;
  readonly batch?: string;
};

/** What scripts get for a hit: all that is known of it, the path first. */
type Result = Pick<Hit, 'path' | 'score' | 'why'> & Partial<Hit>;
type Answer = { results: Result[]; cut: number };
type BatchAnswer = { id: BatchLine['id'] } & (Answer | { error: WireError });

/** The most that one call of the contract answers. */
const pageSize = 1000;

export function addSearch(program: Command): void {
  withLibrary(program.command('search').argument('[TEXT]', 'what the picture shows; facts such as "july 2023" become filters'))
    .description(
      'Search the library with words, with a picture, or with a picture and an edit. Best first, nothing left out below the cut.',
    )
    .option('--image <FILE>', 'search with this picture')
    .option('--edit <TEXT>', 'what should be different about the picture')
    .option('--filter <KEY:VALUE>', 'e.g. type:png, date:"july 2023", folder:trips; may be given several times', collect)
    .option('--limit <N>', 'how many results', wholeNumber(1, 1_000_000), 20)
    .option('--group', 'show near-duplicates as one result')
    .option('--literal', 'take all of TEXT as words, no facts')
    .option('--batch <FILE>', 'one query per line: {"id","text"} or {"id","image"} or {"id","image","edit"}; - = standard input')
    .addHelpText(
      'after',
      `
Examples:
  oneword search "a dog on the beach"
  oneword search "receipts" --filter "date:july 2023" --filter type:jpeg --json
  oneword search --image cat.jpg --edit "at night" --limit 5
  oneword search --batch queries.jsonl --limit 10 > answers.jsonl`,
    )
    .action(search);
}

async function search(text: string | undefined, flags: Flags): Promise<void> {
  checkUse(text, flags);
  const filters = await readFilters(flags.filter ?? []);
  const { openSession } = await import('../session.ts');
  const session = await openSession({ ...libraryOf(flags), activity: 'query', mustExist: true });
  try {
    const ask = (asked: Omit<BatchLine, 'id'>) =>
      answer(session, asked, filters, flags).catch((error) => Promise.reject(naming(asked.image, error)));
    if (flags.batch !== undefined) await searchAll(flags.batch, ask);
    else {
      const found = await ask({ text, image: flags.image, edit: flags.edit });
      if (flags.json) printJson(found);
      else printForPeople(found);
    }
  } finally {
    await session.close();
  }
}

function checkUse(text: string | undefined, { batch, image, edit }: Flags): void {
  if (batch !== undefined && (text ?? image ?? edit) !== undefined) {
    throw new AppError('bad-request', '--batch brings its own queries: leave TEXT, --image and --edit out.');
  }
  if (edit !== undefined && image === undefined)
    throw new AppError('bad-request', '--edit says what to change about a picture: give --image.');
}

async function searchAll(file: string, ask: (line: BatchLine) => Promise<Answer>): Promise<void> {
  let failed = false;
  const answers = inOrder(readBatch(file), 4, async (line): Promise<BatchAnswer> => {
    try {
      if (line.prompt !== undefined)
        throw new AppError('bad-request', `${file}, id ${line.id}: a search takes "text" or "image", no "prompt".`);
      return { id: line.id, ...(await ask(line)) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { id: line.id, error: toWire(error) };
    }
  });
  for await (const line of answers) {
    if ('error' in line) {
      say(`oneword: ${line.error.message}`);
      failed = true;
    }
    printJson(line);
  }
  if (failed) throw new Failed();
}

async function answer(
  session: Session,
  { text, image, edit }: { text?: string | undefined; image?: string | undefined; edit?: string | undefined },
  filters: Filters | undefined,
  { limit, group, literal }: Flags,
): Promise<Answer> {
  const query: Query = {
    ...(text === undefined ? {} : { text }),
    ...(image === undefined ? {} : { picture: { kind: 'upload', id: await session.upload(image) } }),
    ...(edit === undefined ? {} : { edit }),
    ...(filters === undefined ? {} : { filters }),
    ...(literal === undefined ? {} : { literal }),
  };
  const results: Result[] = [];
  let page: SearchPage | undefined;
  do {
    const cursor = page?.nextCursor ?? undefined;
    const left = Math.min(pageSize, limit - results.length);
    page = await session.client.search({ query, group: group ?? false, limit: left, ...(cursor === undefined ? {} : { cursor }) });
    results.push(...page.hits.map(toResult));
  } while (page.nextCursor !== null && results.length < limit);
  return { results, cut: page.cut };
}

/** Says which picture could not be read: a batch has many. */
function naming(image: string | undefined, error: unknown): unknown {
  if (image === undefined || !(error instanceof AppError) || !['unreadable-file', 'too-large'].includes(error.code)) return error;
  return new AppError(error.code, `${image}: ${error.message}`, { cause: error });
}

function toResult(hit: Hit): Result {
  const { path: file, page, score, why, ...rest } = hit;
  return { path: file, ...(page === undefined ? {} : { page }), score, why, ...rest };
}

/** `key:value`, the value as it is, spaces included; or several at once in the form that the box takes. */
async function readFilters(texts: readonly string[]): Promise<Filters | undefined> {
  if (texts.length === 0) return undefined;
  const { keyValue, parseFilter, readFilter } = await import('../../core/search/filters.ts');
  let all: Filters = {};
  for (const text of texts) {
    const [, key = '', value = ''] = /^\s*(\p{L}+):\s*(.*)$/su.exec(text) ?? [];
    const single = key !== '' && [...text.matchAll(keyValue)].length < 2 && !value.startsWith('"');
    all = { ...all, ...(single ? readFilter(key, value, new Date()) : parseFilter(text)) };
  }
  // A bare name means any folder of that name; a relative path means the one here.
  return all.folder?.startsWith('.') ? { ...all, folder: path.resolve(all.folder) } : all;
}

function printForPeople({ results, cut }: Answer): void {
  results.forEach((result, i) => {
    if (i === cut && cut > 0) printLine('--- below this line, results are no better than chance ---');
    const words = result.why.words.map(({ text }) => text).slice(0, 3);
    printLine(`${result.score.toFixed(3)}  ${result.path}${words.length > 0 ? `  (${words.join(', ')})` : ''}`);
  });
  if (results.length === 0) say('Nothing was found.');
}
