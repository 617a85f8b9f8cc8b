/**
 * @file A picture and an edit as one vector: read together by the engine, or added up; nearer to the picture or nearer to the edit.
 *
 * [Note: strength] 0 is the picture alone, 0.5 what the engine makes of both, 1 the edit alone; between them the vectors are mixed on the
 * sphere's chord and brought back to length. So the middle is always the engine's own answer, and the ends are questions that it answers anyway.
 * Reference for the arithmetic: rclip (https://github.com/yurijmikhalevich/rclip).
 */
import type { SearchSpace } from './space.ts';

export type Composition = 'learned' | 'arithmetic';

export const balanced = 0.5;

/** How this engine combines: what is wanted, if it can. What it has not learned it adds up. */
export function compositionOf({ embedder }: Pick<SearchSpace, 'embedder'>, wanted?: Composition): Composition {
  const own = embedder.space.composition ?? 'arithmetic';
  return wanted === 'arithmetic' ? wanted : own;
}

export type Ingredients = {
  readonly strength: number;
  readonly composition: Composition;
  /** The engine's own way, which `together` goes. */
  readonly own: Composition;
  plain(): Promise<Float32Array>;
  words(): Promise<Float32Array>;
  together(): Promise<Float32Array>;
};

/** Asks the engine only for what the strength needs. */
export async function composedVector({ strength, composition, own, plain, words, together }: Ingredients): Promise<Float32Array> {
  if (strength <= 0) return plain();
  if (strength >= 1) return words();
  const both = composition === own ? await together() : mixed(await plain(), await words(), balanced);
  if (strength === balanced) return both;
  return strength < balanced
    ? mixed(await plain(), both, strength / balanced)
    : mixed(both, await words(), (strength - balanced) / (1 - balanced));
}

/** `share` of b, the rest of a, at the length of a. Both have the length of their space. */
function mixed(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const sum = a.map((value, at) => value * (1 - share) + (b[at] ?? 0) * share);
  const length = Math.hypot(...sum);
  const scale = length > 0 ? Math.hypot(...a) / length : 0;
  return sum.map((value) => value * scale);
}
