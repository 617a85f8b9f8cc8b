/**
 * @file What becomes of a text before it is tokenised, step by step as tokenizer.json lists it. Reference: the normalizers of the tokenizers library.
 * Where the JavaScript library differs from it (letters in context, white space, SentencePiece's table) the step is ours.
 */
import { Tokenizer } from '@huggingface/tokenizers';
import { openCharsmap } from './charsmap.ts';
import { withoutSpaceAfter, withoutSpaceBefore } from './white-space.ts';

export type Normalise = (text: string) => string;

type Step = {
  readonly type?: unknown;
  readonly normalizers?: unknown;
  readonly prepend?: unknown;
  readonly precompiled_charsmap?: unknown;
  readonly strip_left?: unknown;
  readonly strip_right?: unknown;
};

/** Fails with an Error for a step that is not known. */
export function openNormaliser(json: unknown): Normalise {
  const step: Step = json ?? {};
  switch (step.type) {
    case undefined:
      return (text) => text;
    case 'Sequence': {
      const steps = Array.isArray(step.normalizers) ? step.normalizers.map(openNormaliser) : [];
      return (text) => steps.reduce((result, normalise) => normalise(result), text);
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form = step.type;
      return (text) => text.normalize(form);
    }
    case 'Lowercase':
      // Letter by letter: a sigma at the end of a word is like any other.
      return (text) => Array.from(text, (letter) => letter.toLowerCase()).join('');
    case 'Prepend': {
      const before = String(step.prepend);
      return (text) => (text === '' ? '' : before + text);
    }
    case 'Strip':
      return stripped(step.strip_left === true, step.strip_right === true);
    case 'Precompiled':
      return step.precompiled_charsmap ? openCharsmap(String(step.precompiled_charsmap)) : (text) => text;
    default:
      return fromLibrary(step);
  }
}

function stripped(left: boolean, right: boolean): Normalise {
  return (text) => {
    const rest = left ? withoutSpaceBefore(text) : text;
    return right ? withoutSpaceAfter(rest) : rest;
  };
}

/** The library opens whole tokenizers only. */
function fromLibrary(step: Step): Normalise {
  const model = { type: 'BPE', vocab: {}, merges: [] };
  const { normalizer }: { normalizer: { normalize(text: string): string } | null } = new Tokenizer(
    { model, normalizer: step, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] },
    {},
  );
  return (text) => (normalizer ? normalizer.normalize(text) : text);
}
