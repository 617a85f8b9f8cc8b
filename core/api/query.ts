/**
 * @file What may be asked and what comes back: query, filters, hits. Schemas are values, types derive from them.
 */
import { z } from 'zod';

/** Opaque id of a searchable thing: `<file>` for a picture, `<file>p<page>` for a page of a document. */
export const itemId = z.string().regex(/^\d{1,15}(p\d{1,6})?$/);

/** Id of a picture that was handed over, made of its content. */
export const uploadId = z.string().regex(/^[0-9a-f]{32}$/);

/** A part of an upright picture, in fractions of its width and height. */
export const crop = z
  .object({
    x: z.number().min(0).max(1),
    y: z.number().min(0).max(1),
    width: z.number().positive().max(1),
    height: z.number().positive().max(1),
  })
  .refine(({ x, y, width, height }) => x + width <= 1.000001 && y + height <= 1.000001, 'lies outside of the picture');
export type Crop = z.infer<typeof crop>;

/** A picture to search with. `upload` is one that was dropped, pasted or given on the command line (see `POST /query-picture`). */
export const pictureRef = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('item'), id: itemId, crop: crop.optional() }),
  z.object({ kind: z.literal('upload'), id: uploadId, crop: crop.optional() }),
]);
export type PictureRef = z.infer<typeof pictureRef>;

const day = z.iso.date();

export const fileTypes = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'svg', 'heic', 'raw'] as const;
export type FileType = (typeof fileTypes)[number];

export const filters = z
  .object({
    /** Absolute path of a folder: everything below it. Anything else is the name, or last names, of folders anywhere (`Trips`, `Trips/2019`). */
    folder: z.string().min(1),
    /** Local calendar days, both inclusive. Matches the date taken, else the file's own date. */
    from: day,
    to: day,
    types: z.array(z.enum(fileTypes)).min(1),
    /** Case-insensitive part of make and model. */
    camera: z.string().min(1),
    orientation: z.enum(['landscape', 'portrait', 'square']),
    /** Pixels of the shorter side. */
    minSide: z.int().positive(),
    people: z.int().nonnegative(),
    minRating: z.int().min(1).max(5),
    /** Has GPS coordinates. */
    hasPlace: z.boolean(),
    starred: z.boolean(),
    /** Name of a collection. */
    collection: z.string().min(1),
  })
  .partial();
export type Filters = z.infer<typeof filters>;

export const query = z.object({
  /**
   * Words. Facts in it ("july 2023", "people: 2") become filters unless `literal`. At most 2,000 characters.
   * Beside a picture they are added to it: what looks like the picture and fits the words. Neither words nor picture: everything.
   */
  text: z.string().max(2000).optional(),
  picture: pictureRef.optional(),
  /** What should be different about the picture, which is then not among the results. Needs `picture`. */
  edit: z.string().max(2000).optional(),
  /** Between the picture (0) and the edit (1): 0.5 is what the engine makes of both. */
  strength: z.number().min(0).max(1).optional(),
  /** How picture and edit are combined: as the engine learned it (one that has not adds them up), or by vector arithmetic. The engine's own way if absent. */
  composition: z.enum(['learned', 'arithmetic']).optional(),
  filters: filters.optional(),
  literal: z.boolean().optional(),
});
export type Query = z.infer<typeof query>;

export const searchRequest = z.object({
  query,
  /** By date: newest first above the cut line, then newest first below it. */
  order: z.enum(['relevance', 'date']).default('relevance'),
  limit: z.int().min(1).max(1000).default(100),
  /** From the page before; a cursor of another query is refused. Pages stay those of one answer while the library changes. */
  cursor: z.string().max(200).optional(),
  /** Instead of a cursor: the place where the page begins, in the order of the outline. Each hit says its own; what is gone leaves a gap. */
  from: z.int().min(0).optional(),
  /** The answer that `from` is a place of. Where it is forgotten, the answer is made anew. */
  snapshot: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** Collapse near-duplicates into their best hit. */
  group: z.boolean().default(false),
});
export type SearchRequest = z.input<typeof searchRequest>;

export const word = z.object({ text: z.string(), probability: z.number() });

/** A fact that was recognised in the words: what it became and where it stood, so that the page can make a chip of it. */
export const recognisedFact = z.object({
  text: z.string(),
  start: z.int(),
  end: z.int(),
  filters,
  /** In English: "July 2023", "2 people", "JPEG". A page in another language makes words of the filters. */
  label: z.string(),
});
export type RecognisedFact = z.infer<typeof recognisedFact>;

export const why = z.object({
  /** What the hit says, in one word each, best first. */
  words: z.array(word),
  /** Matched text: which field, and a snippet with the matches between U+0002 and U+0003. */
  text: z.object({ field: z.enum(['name', 'folder', 'text']), snippet: z.string() }).optional(),
  /** Labels, in English, of the filters that it passed. */
  filters: z.array(z.string()),
  /** Rank (from 1) and score per source that put it here: `vectors`, or each engine by its name where two answered, and `names`. */
  ranks: z.array(z.object({ source: z.string(), rank: z.int(), score: z.number() })),
});
export type Why = z.infer<typeof why>;

export const hit = z.object({
  id: itemId,
  /** Its place in the answer, on pages that were asked for by `from`. */
  at: z.int().optional(),
  path: z.string(),
  name: z.string(),
  page: z.int().optional(),
  type: z.enum(fileTypes),
  /** Upright size in pixels. */
  width: z.int(),
  height: z.int(),
  /** `#rrggbb`, average colour: the skeleton while the thumbnail loads. */
  colour: z.string(),
  /** Changes when the picture's content does: cache key for /thumb and /media. */
  version: z.string(),
  /** ISO date-time without zone (camera time), or the file's own time. */
  takenAt: z.string(),
  offline: z.boolean(),
  starred: z.boolean(),
  /** Relevance, comparable within one answer only: cosine-like in [-1, 1]; from the ranks, up to 1, where two engines answered. */
  score: z.number(),
  /** False for what lies below the cut line. */
  aboveCut: z.boolean(),
  why,
  /** With `group`: the other members of its near-duplicate group, best first. */
  similar: z.array(itemId).optional(),
});
export type Hit = z.infer<typeof hit>;

export const searchPage = z.object({
  hits: z.array(hit),
  /** How many of all matches (not of this page) lie above the line where results stop being better than chance; with `group`, groups. */
  cut: z.int(),
  total: z.int(),
  nextCursor: z.string().nullable(),
  /** Names this answer, see `outline`. */
  snapshot: z.string(),
  /** What was understood: the words left after the facts, the facts, what the query says in one word, and all filters that the hits passed. */
  understood: z.object({ words: z.string(), facts: z.array(recognisedFact), says: z.array(word), filters }),
  /** How the picture and the edit were combined: learned by the model or by vector arithmetic; `none` without an edit. */
  composition: z.enum(['none', 'learned', 'arithmetic']),
  milliseconds: z.number(),
});
export type SearchPage = z.infer<typeof searchPage>;
