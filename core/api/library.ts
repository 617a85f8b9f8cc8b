/**
 * @file What the page may know of the library: folders, progress, failures, engines, health. Schemas are values, types derive from them.
 */
import { z } from 'zod';
import { errorCodes } from './errors.ts';
import { fileTypes, filters, itemId, word } from './query.ts';

export const globs = z.array(z.string().min(1).max(500)).max(200);

export const folder = z.object({
  id: z.int(),
  path: z.string(),
  include: globs,
  exclude: globs,
  /** `offline`: the root cannot be reached; its items are kept. */
  state: z.enum(['scanning', 'watching', 'offline']),
  files: z.int(),
  items: z.int(),
  pending: z.int(),
  failed: z.int(),
  /** ISO time of the last change that was seen, or null. */
  changedAt: z.string().nullable(),
});
export type Folder = z.infer<typeof folder>;

export const typeCountRequest = z.object({ filters: filters.default({}) });
/** Items of one type; types of which there is nothing are left out. */
export const typeCount = z.object({ type: z.enum(fileTypes), items: z.int() });
export type TypeCount = z.infer<typeof typeCount>;

/** One long job. `total` may grow while a folder is being scanned; `done` never shrinks within a run. */
export const job = z.object({
  name: z.enum(['scanning', 'indexing', 'second-pass', 'building-index', 'changing-engine', 'downloading']),
  done: z.int(),
  total: z.int(),
  /** Per second over the last half minute; 0 when unknown. */
  rate: z.number(),
  secondsLeft: z.number().nullable(),
  paused: z.boolean(),
});
export type Job = z.infer<typeof job>;

export const engineInfo = z.object({
  id: z.string(),
  name: z.string(),
  /** `lite`: built in; `vlm`: a language model that reads pictures; `dual`: an encoder for pictures and one for words. */
  kind: z.enum(['lite', 'vlm', 'dual']),
  /** How a picture and an edit become one vector: read together by the model, or added up. */
  composition: z.enum(['learned', 'arithmetic']),
  /** What it is and what it cannot do, in English: a page in another language has its own words by the id. */
  description: z.string(),
  limits: z.string(),
  /** Why it cannot be used now although it is installed; null where it can. */
  problem: z.string().nullable(),
  /** It knows English better than any other language. False also where that is not known. */
  english: z.boolean(),
  licence: z.string(),
  installed: z.boolean(),
  /** Answers searches. With a change of engine under way, or with two engines side by side, more than one is active. */
  active: z.boolean(),
  /** Takes over as soon as it covers the library; meanwhile it works in the background. */
  takingOver: z.boolean(),
  /** Where it comes from, e.g. `https://huggingface.co/royokong/e5-v`; null for the built-in one and for imported folders. */
  source: z.string().nullable(),
  /** What the user must agree to before a download; null where there is nothing to agree to. */
  consent: z.string().nullable(),
  /** What it scores, as published, with where it was published; empty = nothing is published. */
  scores: z.string(),
  /** A download that runs, or stands still because of `problem`. */
  download: z
    .object({ done: z.int(), total: z.int(), rate: z.number(), secondsLeft: z.number().nullable(), problem: z.string().nullable() })
    .nullable(),
  /** Where it really runs, e.g. `CPU`; null while not running. */
  provider: z.string().nullable(),
  dimension: z.int(),
  bytes: z.int(),
  memoryBytes: z.int(),
  /** Measured on this machine; before the first pictures an estimate from a short probe, else null. */
  secondsPerPicture: z.number().nullable(),
  /** Items that have a vector of this engine, of all items. */
  covered: z.int(),
  of: z.int(),
});
export type EngineInfo = z.infer<typeof engineInfo>;

/** A sentence that the user should know now, e.g. that sqlite-vss cannot run here. */
export const notice = z.object({
  id: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  /** The whole of it, in English, with the technical reason. The rest is for a page that says it in its own words. */
  text: z.string(),
  /** `waiting`: pictures of an offline folder wait for the next engine. `unwatched`: the folder is looked through instead. */
  kind: z.enum(['engine', 'next-engine', 'waiting', 'provider', 'index', 'indexing', 'offline', 'unwatched']),
  /** What it is about: a folder's path or an engine's name; empty where that is clear. */
  about: z.string(),
  /** Why, where something went wrong. */
  code: z.enum(errorCodes).nullable(),
  /** How many pictures it is about; 0 where it counts none. */
  count: z.int(),
});
export type Notice = z.infer<typeof notice>;

export const libraryStatus = z.object({
  version: z.string(),
  library: z.string(),
  items: z.int(),
  pictures: z.int(),
  pages: z.int(),
  failed: z.int(),
  offlineFolders: z.int(),
  paused: z.boolean(),
  jobs: z.array(job),
  engine: engineInfo,
  /** How vectors are searched, and why not otherwise (`note`, empty when all is as it should be). */
  index: z.object({ backend: z.string(), note: z.string() }),
  notices: z.array(notice),
});
export type LibraryStatus = z.infer<typeof libraryStatus>;

export const failure = z.object({
  fileId: z.int(),
  path: z.string(),
  code: z.string(),
  message: z.string(),
  attempts: z.int(),
  at: z.string(),
});
export type Failure = z.infer<typeof failure>;

export const itemDetail = z.object({
  id: itemId,
  path: z.string(),
  name: z.string(),
  folder: z.string(),
  type: z.enum(fileTypes),
  bytes: z.int(),
  width: z.int(),
  height: z.int(),
  colour: z.string(),
  version: z.string(),
  takenAt: z.string(),
  /** False where `takenAt` is only the file's own time. */
  takenAtIsFromCamera: z.boolean(),
  camera: z.string().nullable(),
  lens: z.string().nullable(),
  exposure: z.string().nullable(),
  place: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
  rating: z.int().nullable(),
  people: z.int().nullable(),
  words: z.array(word),
  /** The same content under other paths. */
  copies: z.array(z.string()),
  offline: z.boolean(),
  starred: z.boolean(),
  collections: z.array(z.object({ id: z.int(), name: z.string() })),
});
export type ItemDetail = z.infer<typeof itemDetail>;

export const checkNames = [
  'library',
  'library.db',
  'index',
  'vector search',
  'model files',
  'engine',
  'devices',
  'picture decoders',
  'disk',
  'folders',
] as const;
export const check = z.object({
  name: z.enum(checkNames),
  ok: z.boolean(),
  /** What was found; for a failed check also what to do. */
  detail: z.string(),
});
export const doctorReport = z.object({ ok: z.boolean(), checks: z.array(check) });
export type Check = z.infer<typeof check>;
export type DoctorReport = z.infer<typeof doctorReport>;

/** Totals since the library was opened, for `oneword index --json`. */
export const indexRun = z.object({
  indexed: z.int(),
  skipped: z.int(),
  embedded: z.int(),
  moved: z.int(),
  removed: z.int(),
  failed: z.int(),
  items: z.int(),
});
export type IndexRun = z.infer<typeof indexRun>;

export const settings = z.object({
  /** Look for objects in a second, slower pass, in the background. */
  secondPass: z.boolean(),
  /** Cap of the thumbnail cache in MiB. */
  thumbnailCacheMiB: z.int().min(16).max(1_000_000),
});
export type Settings = z.infer<typeof settings>;

/** What a page needs to hear. `changed` says that searches may answer differently now. */
export const libraryEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: libraryStatus }),
  z.object({ type: z.literal('folders') }),
  z.object({ type: z.literal('changed') }),
  /** Stars, collections or saved searches. */
  z.object({ type: z.literal('keepsakes') }),
]);
export type LibraryEvent = z.infer<typeof libraryEvent>;
