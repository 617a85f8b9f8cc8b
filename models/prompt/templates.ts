/**
 * @file The prompts of E5-V, byte for byte: spelling ("desribe") and white space are what the model was tuned and measured with.
 * Reference: retrieval.py and eval_sts.py of https://github.com/kongds/E5-V.
 */
import { AppError } from '../../core/api/errors.ts';
import { isObject, type Json } from '../checkpoint/json.ts';
import type { Prompt, PromptTokenizer } from './tokenizer.ts';

export type Family = 'llama3' | 'mistral' | 'phi3' | 'smolvlm';

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

/**
 * Around every question, and what ends it: a space or nothing. `benchmark`: the evaluation removes "[INST] " and " [/INST]", and with it the last
 * space, for Llama 3; for Phi 3 it puts one back.
 */
type Frame = {
  readonly before: string;
  readonly after: string;
  /** Before a question that begins with words. */
  readonly words: string;
  /** Stands for the picture. */
  readonly picture: string;
  readonly question: string;
  readonly benchmark: string;
  readonly sts: string;
};

const llama3After = '<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n \n';
const frames: Record<Family, Frame> = {
  llama3: {
    ...{ before: '<|start_header_id|>user<|end_header_id|>\n\n', after: llama3After, words: '' },
    ...{ picture: '<image>', question: ' ', benchmark: '', sts: '' },
  },
  mistral: { before: '[INST] ', after: '[/INST]', words: '', picture: '<image>', question: ' ', benchmark: ' ', sts: ' ' },
  phi3: {
    before: '<|user|>\n',
    after: '<|end|>\n<|assistant|>\n',
    words: '',
    picture: '<|image_1|>',
    question: '',
    benchmark: ' ',
    sts: '',
  },
  smolvlm: {
    ...{ before: '<|im_start|>User:', after: '<end_of_utterance>\nAssistant:', words: ' ' },
    ...{ picture: '<image>', question: ' ', benchmark: ' ', sts: ' ' },
  },
};

export function promptSetFor(family: Family): PromptSet {
  const { before, after, words, picture, question: end, benchmark, sts } = frames[family];
  const ask = (start: string, user: string, rest: string): Prompt => [{ template: before + start }, { user }, { template: rest + after }];
  const show = (question: string): Prompt => [{ template: before + picture + question + after }];
  const change = (edit: string, space: string): Prompt =>
    ask(`${picture}Modify this image with "`, edit, `", desribe modified image in one word:${space}`);
  return {
    id: `e5v-${family}`,
    text: (text) => ask(words, text, `\nSummary above sentence in one word:${end}`),
    image: show(`\nSummary above image in one word:${end}`),
    composed: (edit) => change(edit, ' '),
    cirr: {
      image: show(`\n Describe this image in one word:${benchmark}`),
      composed: (edit) => change(edit, benchmark),
    },
    fashionIq: {
      image: (garment) => show(`\n Describe this ${nameOf(garment)} in one word based on its style:${benchmark}`),
      composed: (garment, edit) => {
        const name = nameOf(garment);
        const rest = `\n Desribe this modified ${name} in one word based on its style:${benchmark}`;
        return ask(`${picture} change the style of this ${name} to `, edit, rest);
      },
    },
    sts: (sentence) => ask(`${words} `, stated(sentence), `\nSummary above sentence in one word:${sts}`),
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
  if (isObject(config) && config.model_type === 'phi3_v') return 'phi3';
  if (isObject(config) && config.model_type === 'idefics3') return 'smolvlm';
  const text = isObject(config) ? config.text_config : undefined;
  const type = (isObject(text) ? text.model_type : undefined) ?? 'llama';
  if (type === 'mistral') return 'mistral';
  if (type === 'llama' && tokenizer.id('<|start_header_id|>') !== undefined) return 'llama3';
  const what = type === 'llama' ? 'a Llama before version 3' : JSON.stringify(type);
  throw new AppError('model-invalid', `The language model is ${what}; prompts are known for Llama 3, Mistral, Phi 3 and SmolVLM.`);
}
