/** @file Kinds of engines in words. */
import type { ModelDescription } from '../../models/registry.ts';

export const kindNames: Readonly<Record<ModelDescription['kind'], string>> = {
  lite: 'the built-in engine',
  vlm: 'a language model that reads pictures',
  dual: 'an encoder for pictures and one for words',
};
