/**
 * @file A picture and an edit as one vector: the edit itself, the picture, and the edit said of what the picture shows ("tabby, wearing a hat").
 * An edit that names a thing replaces the picture's own; one that only describes ("make it red") keeps it.
 */
import { namesColour, textColours } from './colours.ts';
import type { Glosses } from './glosses.ts';
import type { Labels } from './labels.ts';
import type { SeenPicture } from './pictures.ts';
import type { TextEncoder } from './text-encoder.ts';
import { addScaled, unit } from './vector.ts';

const maxNames = 5;
const weightBesideNoun = 0.2;
const weightBesideAttribute = 0.7;

/** Phrases that speak to the search and not of the picture. */
const instructions = /\b(replace (it|this) (by|with)|instead|the same|make it|turn it into|change it to|but with|but|one|as)\b/g;

export type ComposeParts = { readonly labels: Labels; readonly encoder: TextEncoder; readonly glosses: Glosses };

export async function compose(
  { labels, encoder, glosses }: ComposeParts,
  picture: SeenPicture,
  edit: string,
): Promise<{ text: Float32Array; colours: Float32Array }> {
  const wish = stripInstructions(edit);
  const { top, probabilities } = picture.classified;
  const best = top.slice(0, maxNames);
  const total = best.reduce((sum, label) => sum + (probabilities[label] ?? 0), 0);
  const [wished = new Float32Array(), ...edited] = await encoder.encode([wish, ...best.map((label) => `${labels.names[label]}, ${wish}`)]);

  const mixed = new Float32Array(wished.length);
  for (const [k, vector] of edited.entries()) addScaled(mixed, vector, (probabilities[best[k] ?? 0] ?? 0) / total);

  const replaces = glosses.nouns(wish).length > 0 && !namesColour(edit);
  const weight = replaces ? weightBesideNoun : weightBesideAttribute;
  const text = labels.centre(wished);
  addScaled(text, picture.text, weight);
  addScaled(text, labels.centre(mixed), weight);
  return { text: unit(text), colours: textColours(edit) };
}

function stripInstructions(edit: string): string {
  return edit
    .replace(instructions, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ ,.]+|[ ,.]+$/g, '')
    .replace(/^(the|a|an) /, 'a ');
}
