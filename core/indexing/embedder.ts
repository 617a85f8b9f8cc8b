/**
 * @file What indexing and search need of an engine. Engines live in `models/` and import only these types.
 * See design note "Engines" in ARCHITECTURE.md.
 */
import type { Raster, RasterRequest } from '../../pixels/raster.ts';

/** Identity of a vector space. Vectors of different `id`s are never compared. */
export type Space = {
  /** Stable key made of everything that changes the vectors, e.g. `lite@1`. Also the file name stem of the index. */
  readonly id: string;
  readonly dimension: number;
  readonly model: string;
  readonly revision: string;
  readonly precision: 'fp32' | 'fp16' | 'int8' | 'int4';
  /** Prompt set or composition rule, e.g. `conse-1`, `e5v-llama3`. */
  readonly prompts: string;
  /** How a picture and an edit become one vector: read together by the model, or by vector arithmetic (the default). */
  readonly composition?: 'learned' | 'arithmetic';
};

/** A picture, already resampled to the engine's `rasters`, in their order. */
export type PictureInput = {
  /** Size of the whole upright picture (EXIF orientation applied) in pixels. */
  readonly width: number;
  readonly height: number;
  readonly rasters: readonly Raster[];
};

/** `n` vectors of `dimension` values, row-major. */
export type Vectors = { readonly dimension: number; readonly data: Float32Array };

/** A word that a vector says, with its probability (0 to 1). */
export type Word = { readonly text: string; readonly probability: number };

/** What an engine knows of a picture beside its vector. */
export type PictureFindings = {
  /** Best first; empty where the engine has no readout. */
  readonly words: readonly Word[];
  /** Number of people, where the engine counts them. */
  readonly people?: number;
};

export type EmbeddedPictures = Vectors & { readonly findings: readonly PictureFindings[] };

export type EmbedOptions = {
  readonly signal?: AbortSignal;
  /** `query` overtakes `index` work that has not started. */
  readonly priority?: 'query' | 'index';
  /** `thorough` runs the engine's slower second pass (lite: the object detector), where it has one. */
  readonly pass?: 'fast' | 'thorough';
  /** Hears how far long work is: steps done of all. Calls come from the engine's own process only. */
  readonly onProgress?: (done: number, of: number) => void;
  /** Hears what the caller should know of this input, e.g. that a text was too long and was cut. */
  readonly onNotice?: (sentence: string) => void;
};

/** Where an engine really runs. */
export type Provider = {
  /** `CPU`, `CUDA`, `WebGPU`, `DirectML`, `CoreML`. */
  readonly name: string;
  /** Why not on a better one; empty where all is as it should be. */
  readonly note: string;
};

export type Composed = { readonly picture: PictureInput; readonly edit: string };

/** An engine. Every vector has the same length (norm) within a space, so dot product and cosine rank alike. */
export interface Embedder {
  readonly space: Space;
  /** Rasters it wants of a picture for the given pass. */
  rasters(pass: 'fast' | 'thorough'): readonly RasterRequest[];
  /** True where `thorough` differs from `fast`. */
  readonly hasThoroughPass: boolean;
  /** True where calls may overlap: the engine itself interleaves them, queries first, at the boundaries of its layers. */
  readonly interleaves?: boolean;
  /** May change when a device fails. Absent = the CPU. */
  readonly provider?: Provider;
  text(texts: readonly string[], options?: EmbedOptions): Promise<Vectors>;
  image(pictures: readonly PictureInput[], options?: EmbedOptions): Promise<EmbeddedPictures>;
  composed(pairs: readonly Composed[], options?: EmbedOptions): Promise<Vectors>;
  /** One vector of a complete prompt as it stands, for engines that take prompts; special tokens in it count. */
  prompted?(input: { readonly prompt: string; readonly picture?: PictureInput }, options?: EmbedOptions): Promise<Vectors>;
  /** The k words that each of the n vectors says. */
  words(vectors: Vectors, k: number): Promise<Word[][]>;
  /** Somebody is about to ask: load what a text query needs. */
  warm?(): Promise<void>;
  close(): Promise<void>;
}
