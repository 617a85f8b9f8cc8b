/** @file Facts that the engine recognises in the words while they are typed: they can be made chips. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import type { RecognisedFact } from '../../core/api/query.ts';
import { queries } from '../app/api.ts';
import { usePlace } from '../query/use-place.ts';

const typingPause = 80;

export function useRecognisedFacts(): RecognisedFact[] {
  const words = usePlace((place) => place.query.words);
  const literal = usePlace((place) => place.query.literal);
  const [text] = useDebouncedValue(words, typingPause);
  const wanted = !literal && text.trim().length > 1;
  const { data } = useQuery(queries.understand.queryOptions({ input: wanted ? { text } : skipToken, placeholderData: keepPreviousData }));
  if (!wanted || !data) return [];
  // An answer to a letter ago still holds where its text stands where it stood.
  return data.filter((fact) => words.slice(fact.start, fact.end) === fact.text);
}
