/** @file The vectors that the sentence encoder makes of fixed phrases: those of the labels, and those of numbers of people. */
import { textSize } from '../blocks.ts';
import type { Glosses } from '../glosses.ts';
import { personPhrases } from '../people.ts';
import { encodeSentences } from '../sentences.ts';
import type { TextEncoder } from '../text-encoder.ts';
import type { LabelTable } from './wordnet.ts';

/** One row per class: its first name and its gloss. */
export async function labelVectors(encoder: TextEncoder, { classes }: LabelTable): Promise<Float32Array> {
  return stacked(await encoder.encode(classes.map(({ names, gloss }) => `${names[0]}: ${gloss}`)));
}

export async function personVectors(encoder: TextEncoder, glosses: Glosses): Promise<Float32Array> {
  return stacked(await encodeSentences(encoder, glosses, personPhrases));
}

function stacked(rows: readonly Float32Array[]): Float32Array {
  const data = new Float32Array(rows.length * textSize);
  for (const [i, row] of rows.entries()) data.set(row, i * textSize);
  return data;
}
