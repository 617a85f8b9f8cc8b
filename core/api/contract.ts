/**
 * @file Everything a page, a command or a script may ask of the library, in one value. Types, allow-list and input checks
 * derive from it; hosts mount it and repeat nothing. See docs/decisions/0002-contract.md.
 */
import { eventIterator, type InferContractRouterInputs, type InferContractRouterOutputs, oc } from '@orpc/contract';
import { z } from 'zod';
import { collection, itemIds, keepsakeName, savedSearch } from './keepsakes.ts';
import {
  doctorReport,
  engineInfo,
  failure,
  folder,
  globs,
  indexRun,
  itemDetail,
  libraryEvent,
  libraryStatus,
  settings,
  typeCount,
  typeCountRequest,
} from './library.ts';
import { outline, outlineRequest, picked, pickRequest } from './outline.ts';
import { itemId, recognisedFact, searchPage, searchRequest } from './query.ts';

const folderId = z.object({ id: z.int() });
const engineId = z.object({ id: z.string().min(1).max(200) });
const path = z.string().min(1).max(4096);

export const contract = {
  /** What there is and what is going on. */
  status: oc.output(libraryStatus),
  /** A status at once and at most twice a second while something changes, plus what changed. */
  events: oc.output(eventIterator(libraryEvent)),

  search: oc.input(searchRequest).output(searchPage),
  /** The whole answer in a few numbers an item. Ranks everything: ask for the first page before. */
  outline: oc.input(outlineRequest).output(outline),
  /** Which items stand at these places of an answer. Throws not-found where the answer is forgotten, since others may stand there now. */
  pick: oc.input(pickRequest).output(picked),
  /** Facts in the words, for chips while typing. */
  understand: oc.input(z.object({ text: z.string().max(2000) })).output(z.array(recognisedFact)),
  item: oc.input(z.object({ id: itemId })).output(itemDetail),
  /** How many items of each type pass the filters, most frequent first. */
  countTypes: oc.input(typeCountRequest).output(z.array(typeCount)),
  /**
   * Shows the file of an item, or one that could not be read (by its `fileId`), in the file manager of the machine where the library is.
   * `unavailable` where that has no desktop.
   */
  reveal: oc.input(z.object({ id: itemId })).output(z.object({})),

  /** Stars belong to the content: copies of a picture are starred together. */
  setStars: oc.input(z.object({ ids: itemIds, starred: z.boolean() })).output(z.object({ changed: z.int() })),
  listCollections: oc.output(z.array(collection)),
  makeCollection: oc.input(z.object({ name: keepsakeName })).output(collection),
  renameCollection: oc.input(z.object({ id: z.int(), name: keepsakeName })).output(z.object({})),
  /** Forgets the collection. The pictures in it stay. */
  removeCollection: oc.input(z.object({ id: z.int() })).output(z.object({})),
  /** Puts items into a collection (`isIn`) or takes them out of it. */
  collect: oc.input(z.object({ id: z.int(), ids: itemIds, isIn: z.boolean() })).output(z.object({ changed: z.int() })),
  listSavedSearches: oc.output(z.array(savedSearch)),
  saveSearch: oc.input(savedSearch.omit({ id: true })).output(savedSearch),
  removeSavedSearch: oc.input(z.object({ id: z.int() })).output(z.object({})),

  listFolders: oc.output(z.array(folder)),
  addFolder: oc.input(z.object({ path, include: globs.default([]), exclude: globs.default([]) })).output(folder),
  /** Replaces the globs; what is excluded now is purged. */
  updateFolder: oc.input(folderId.extend({ include: globs, exclude: globs })).output(folder),
  /** What `updateFolder` would remove: how many items and some of their paths. */
  previewExclude: oc
    .input(folderId.extend({ include: globs, exclude: globs }))
    .output(z.object({ items: z.int(), sample: z.array(z.string()) })),
  /** Forgets the folder and everything indexed from it. Files on disk are not touched. */
  removeFolder: oc.input(folderId).output(z.object({ removed: z.int() })),
  rescan: oc.input(folderId.partial()).output(z.object({})),
  /** Adds the sample pictures that come with Oneword. */
  addSamples: oc.output(folder),
  /** Folders below a folder of this machine, for a page that has no native picker. No path = where to start. */
  browse: oc
    .input(z.object({ path: path.optional() }))
    .output(
      z.object({ path: z.string(), parent: z.string().nullable(), folders: z.array(z.object({ name: z.string(), path: z.string() })) }),
    ),

  pause: oc.output(z.object({})),
  resume: oc.output(z.object({})),
  failures: oc
    .input(z.object({ folderId: z.int().optional(), after: z.int().default(0), limit: z.int().min(1).max(1000).default(100) }))
    .output(z.object({ failures: z.array(failure), total: z.int() })),
  /** Tries failed files again: those named, else all. */
  retry: oc.input(z.object({ fileIds: z.array(z.int()).max(10_000).optional() })).output(z.object({ retried: z.int() })),
  /** What was done since the library was opened. */
  totals: oc.output(indexRun),
  /** Resolves, with the same numbers, when every scan that was asked for has ended and the queue is empty. */
  settled: oc.output(indexRun),

  listEngines: oc.output(z.array(engineInfo)),
  /** Starts or goes on with a download; `listEngines` and the events say how far it is. `consent` = the user agreed to the terms. */
  installEngine: oc.input(engineId.extend({ consent: z.boolean().default(false) })).output(z.object({})),
  /** Stops a download. What has come is kept, and the next `installEngine` goes on from there. */
  stopInstall: oc.input(engineId).output(z.object({})),
  /** Makes an engine of a checkpoint folder of this machine. The folder stays where it is. */
  importEngine: oc.input(z.object({ path })).output(engineId),
  /** Deletes the engine's files (never an imported folder) and its vectors in this library. Not while it answers searches. */
  removeEngine: oc.input(engineId).output(z.object({})),
  /**
   * Searches go to this engine as soon as its vectors cover the library; until then the present one answers, together with it.
   * `beside`: the present one stays too, for new files at once and for answers merged by rank.
   */
  useEngine: oc.input(engineId.extend({ beside: z.boolean().default(false) })).output(z.object({})),
  /** Somebody is about to search: what a question in words needs is loaded. Does not wait for it. */
  warm: oc.output(z.object({})),
  /** Seconds per picture, from a probe of about ten seconds on random numbers of the engine's shape. */
  probeEngine: oc.input(engineId).output(z.object({ secondsPerPicture: z.number(), secondsPerText: z.number() })),
  getSettings: oc.output(settings),
  setSettings: oc.input(settings.partial()).output(settings),
  doctor: oc.output(doctorReport),
};

export type Contract = typeof contract;
export type MethodName = keyof Contract;
export type Inputs = InferContractRouterInputs<Contract>;
export type Outputs = InferContractRouterOutputs<Contract>;
