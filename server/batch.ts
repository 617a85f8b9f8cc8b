/** @file JSONL in, JSONL out: the lines of `--batch FILE`, checked, worked on side by side, answered in their order. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { AppError } from '../core/api/errors.ts';
import { demandFile } from './demand-file.ts';

const line = z
  .strictObject({
    id: z.union([z.string(), z.number()]),
    text: z.string().optional(),
    image: z.string().min(1).optional(),
    edit: z.string().optional(),
    prompt: z.string().optional(),
  })
  .refine(
    ({ text, image, prompt }) => (text === undefined) !== ((prompt ?? image) === undefined),
    'give one of "text", "image" and "prompt" (with or without "image")',
  )
  .refine(({ image, edit, prompt }) => edit === undefined || (image !== undefined && prompt === undefined), '"edit" needs "image"');
export type BatchLine = z.infer<typeof line>;

/** `-` is standard input. Empty lines are passed over; a wrong one ends the run with its number. */
export async function* readBatch(file: string): AsyncGenerator<BatchLine> {
  if (file !== '-') await demandFile(file);
  const input = file === '-' ? process.stdin : createReadStream(file);
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() !== '') yield parseLine(text, `${file}:${number}`);
  }
}

function parseLine(text: string, place: string): BatchLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError('bad-request', `${place} is not JSON: ${text.slice(0, 80)}`, { cause: error });
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  throw new AppError('bad-request', `${place}: ${[path.join('.'), message].filter((part) => part !== '').join(': ')}`);
}

/** Works on up to `width` inputs at once; answers come in the order of the inputs. */
export async function* inOrder<I, O>(inputs: AsyncIterable<I>, width: number, work: (input: I) => Promise<O>): AsyncGenerator<O> {
  const running: Promise<O>[] = [];
  for await (const input of inputs) {
    const job = work(input);
    job.catch(() => undefined); // awaited below; one that fails while an earlier one is awaited is no unhandled rejection
    running.push(job);
    if (running.length < width) continue;
    const first = running.shift();
    if (first) yield await first;
  }
  for (const job of running) yield await job;
}
