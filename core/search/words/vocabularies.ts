/** @file The languages that facts are read in: all of them, always, whatever the page speaks. */
import { de } from './de.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Where two read the same words the first counts. */
export const vocabularies: readonly Vocabulary[] = [en, de, ko];
