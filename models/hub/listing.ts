/**
 * @file What a repository holds at a commit, with sizes and checksums.
 * The Hub's answer to `GET /api/models/{repo}/revision/{revision}?blobs=true`: `sha` is the commit; each of `siblings` has `rfilename`,
 * `size`, `blobId` (git's SHA-1 of the blob) and, for large files, `lfs.sha256` of the bytes.
 */
import { z } from 'zod';
import { AppError } from '../../core/api/errors.ts';
import type { HubClient } from './hub-client.ts';
import { Interruption, type Persistence, persist } from './patience.ts';

export type RepoFile = {
  readonly name: string;
  readonly bytes: number;
  readonly checksum: { readonly kind: 'sha256' | 'git-sha1'; readonly hex: string };
};

export type Listing = { readonly repo: string; readonly commit: string; readonly files: readonly RepoFile[] };

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
// The tree's answer and some mirrors say `oid`, with or without the algorithm's name before it.
const sha256 = z
  .string()
  .transform((text) => text.replace(/^sha256:/, ''))
  .pipe(hex(64));
const sibling = z.object({
  rfilename: z.string(),
  size: z.int().nonnegative().optional(),
  blobId: hex(40).optional(),
  lfs: z.object({ sha256: sha256.optional(), oid: sha256.optional(), size: z.int().nonnegative().optional() }).nullish(),
});
const answer = z.object({ sha: hex(40), siblings: z.array(sibling) });

/** A listing of the largest repositories is below a megabyte. */
const mostBytes = 8 * 1024 ** 2;

/** Lists the files that an engine needs. Throws `download-failed`, also where the answer is not one that can be trusted. */
export async function listRepo(
  hub: HubClient,
  { repo, revision, exported }: { repo: string; revision: string; exported?: 'int8' },
  persistence: Omit<Persistence, 'position'>,
): Promise<Listing> {
  const what = `the list of files of ${repo} at ${revision}`;
  const url = `${hub.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const text = await persist(() => readText(hub, url, { what, repo, signal: persistence.signal }), persistence);
  const { sha, siblings } = parse(text, what);
  const all = siblings.map((file) => fileOf(file, what));
  if (exported) return { repo, commit: sha, files: exportedFiles(all, `${repo} at ${revision}`) };
  const files = all.filter(({ name }) => isBeside(name) || name === 'model.safetensors' || isPart(name));
  // Several of them hold the same weights twice: the single file wins, as where the checkpoint is read.
  const isWhole = files.some(({ name }) => name === 'model.safetensors');
  if (!isWhole && !files.some(({ name }) => isPart(name))) {
    throw new AppError('model-invalid', `${repo} at ${revision} has no model.safetensors, and weights in other formats cannot be used.`);
  }
  return { repo, commit: sha, files: isWhole ? files.filter(({ name }) => !isPart(name)) : files };
}

async function readText(
  hub: HubClient,
  url: string,
  options: { what: string; repo: string; signal: AbortSignal | undefined },
): Promise<string> {
  const response = await hub.get(url, options);
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response) {
      parts.push(part as Buffer);
      bytes += (part as Buffer).length;
      if (bytes > mostBytes) throw new AppError('download-failed', `${options.what} is longer than ${mostBytes} bytes.`);
    }
  } catch (error) {
    if (error instanceof AppError || options.signal?.aborted) throw error;
    throw new Interruption(`the connection was cut within ${options.what}`, { cause: error });
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string, what: string): z.infer<typeof answer> {
  try {
    return answer.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('download-failed', `${what} is not what the Hub answers. Is HF_ENDPOINT a mirror of it?`, { cause });
  }
}

function fileOf({ rfilename: name, size, blobId, lfs }: z.infer<typeof sibling>, what: string): RepoFile {
  if (!staysInside(name)) {
    throw new AppError('download-failed', `${what} names "${name}", which would lie outside its folder. Nothing was downloaded.`);
  }
  const bytes = lfs?.size ?? size;
  const large = lfs?.sha256 ?? lfs?.oid;
  const checksum = large ? ({ kind: 'sha256', hex: large } as const) : blobId && ({ kind: 'git-sha1', hex: blobId } as const);
  if (bytes !== undefined && checksum) return { name, bytes, checksum };
  throw new AppError('download-failed', `${what} has no size or no checksum for ${name}; without them nothing can be checked.`);
}

function staysInside(name: string): boolean {
  const parts = name.split('/');
  return !/[\\:\0]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Configuration, tokenizer, and the licence's text. Never code, pickles or other formats of the same weights. */
function isBeside(name: string): boolean {
  return (
    /^(config|generation_config|preprocessor_config|processor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|chat_template)\.json$/.test(
      name,
    ) || /^(LICENSE|LICENCE|NOTICE|USE_POLICY)(\.(txt|md))?$/i.test(name)
  );
}

/** As transformers.js names its smallest form of both towers; weights of more than 2 GB lie beside them as `_data`. */
const exportedNames = ['onnx/vision_model_quantized.onnx', 'onnx/text_model_quantized.onnx'];

function exportedFiles(files: readonly RepoFile[], where: string): RepoFile[] {
  const missing = exportedNames.filter((name) => !files.some((file) => file.name === name));
  if (missing.length > 0) throw new AppError('model-invalid', `${where} has no ${missing.join(' and no ')}.`);
  return files.filter(({ name }) => isBeside(name) || exportedNames.includes(name.replace(/_data(_\d+)?$/, '')));
}

function isPart(name: string): boolean {
  return name === 'model.safetensors.index.json' || /^model-\d+-of-\d+\.safetensors$/.test(name);
}
