/**
 * @file The prompts of E5-V, byte for byte: spelling ("desribe") and white space are what the model was tuned and measured with.
 * Reference: retrieval.py and eval_sts.py of https://github.com/kongds/E5-V.
 */
import { AppError } from '../../core/api/errors.ts';
import { isObject, type Json } from '../checkpoint/json.ts';
import type { Prompt, PromptTokenizer } from './tokenizer.ts';

export type Family = 'llama3' | 'mistral';

export type Garment = 'dress' | 'shirt' | 'toptee';

export type PromptSet = {
  /** Part of the name of a vector space: other prompts give other vectors. */
  readonly id: string;
  text(text: string): Prompt;
  readonly image: Prompt;
  /** A picture and what should be different in it. */
  composed(edit: string): Prompt;
  /** The benchmarks' own wording. */
  readonly cirr: { readonly image: Prompt; composed(edit: string): Prompt };
  readonly fashionIq: { image(garment: Garment): Prompt; composed(garment: Garment, edit: string): Prompt };
  sts(sentence: string): Prompt;
};

/** Around every question. `benchmark`: the evaluation removes "[INST] " and " [/INST]", and with it the last space, for Llama 3. */
type Frame = { readonly before: string; readonly after: string; readonly benchmark: string; readonly sts: string };

const llama3After = '<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n \n';
const frames: Record<Family, Frame> = {
  llama3: { before: '<|start_header_id|>user<|end_header_id|>\n\n', after: llama3After, benchmark: '', sts: '' },
  mistral: { before: '[INST] ', after: '[/INST]', benchmark: ' ', sts: ' ' },
};

export function promptSetFor(family: Family): PromptSet {
  const { before, after, benchmark, sts } = frames[family];
  const ask = (start: string, user: string, end: string): Prompt => [{ template: before + start }, { user }, { template: end + after }];
  const show = (question: string): Prompt => [{ template: before + question + after }];
  const change = (edit: string, end: string): Prompt =>
    ask('<image>Modify this image with "', edit, `", desribe modified image in one word:${end}`);
  return {
    id: `e5v-${family}`,
    text: (text) => ask('', text, '\nSummary above sentence in one word: '),
    image: show('<image>\nSummary above image in one word: '),
    composed: (edit) => change(edit, ' '),
    cirr: {
      image: show(`<image>\n Describe this image in one word:${benchmark}`),
      composed: (edit) => change(edit, benchmark),
    },
    fashionIq: {
      image: (garment) => show(`<image>\n Describe this ${nameOf(garment)} in one word based on its style:${benchmark}`),
      composed: (garment, edit) => {
        const name = nameOf(garment);
        const end = `\n Desribe this modified ${name} in one word based on its style:${benchmark}`;
        return ask(`<image> change the style of this ${name} to `, edit, end);
      },
    },
    sts: (sentence) => ask(' ', stated(sentence), `\nSummary above sentence in one word:${sts}`),
  };
}

function nameOf(garment: Garment): string {
  return garment === 'toptee' ? 'shirt' : garment;
}

/** The evaluation turns every sentence into a statement. */
function stated(sentence: string): string {
  const ended = sentence === '' || /[.?"']$/.test(sentence) ? sentence : `${sentence}.`;
  return ended.replaceAll('"', "'").replace(/\?$/, '.').trimStart();
}

/**
 * Which prompts a checkpoint was made for, by config.json and by the tokenizer (Vicuna too is a `llama`).
 * Fails with model-invalid where none are known.
 */
export function familyOf(config: Json, tokenizer: PromptTokenizer): Family {
  const text = isObject(config) ? config.text_config : undefined;
  const type = (isObject(text) ? text.model_type : undefined) ?? 'llama';
  if (type === 'mistral') return 'mistral';
  if (type === 'llama' && tokenizer.id('<|start_header_id|>') !== undefined) return 'llama3';
  const what = type === 'llama' ? 'a Llama before version 3' : JSON.stringify(type);
  throw new AppError('model-invalid', `The language model is ${what}; prompts are known for Llama 3 and Mistral.`);
}
