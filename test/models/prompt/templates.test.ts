/** @file The prompts, letter by letter. */
import { describe, expect, it } from 'vitest';
import { familyOf, promptSetFor } from '../../../models/prompt/templates.ts';
import { openTokenizer, type Prompt } from '../../../models/prompt/tokenizer.ts';
import { variants } from './fixtures.ts';

const spelled = (prompt: Prompt): string => prompt.map((piece) => ('user' in piece ? piece.user : piece.template)).join('');

describe.each(variants)('$family, cases of transformers $compat', ({ family, cases }) => {
  const prompts = promptSetFor(family);

  /** How each recorded prompt is made, by the case's name and what is in it. */
  function remade(name: string, prompt: string): Prompt {
    const edit = /Modify this image with "(.*)", desribe/s.exec(prompt)?.[1];
    if (edit !== undefined) return name.endsWith('eval_form') ? prompts.cirr.composed(edit) : prompts.composed(edit);
    if (name === 'image_square_cirr_prompt') return prompts.cirr.image;
    if (prompt.includes('Summary above image')) return prompts.image;
    const [before] = spelled(prompts.text('\0')).split('\0');
    return prompts.text(prompt.slice(before?.length, prompt.indexOf('\nSummary above sentence')));
  }

  // One case was put together by hand, to see the reference fail.
  const made = cases.filter(({ name }) => name !== 'text_with_literal_image_and_image');

  it.each(made)('$name', ({ name, prompts: recorded }) => {
    for (const prompt of recorded) expect(spelled(remade(name, prompt))).toBe(prompt);
  });

  it('keeps what the user wrote apart', () => {
    for (const prompt of [prompts.text('x'), prompts.composed('x'), prompts.cirr.composed('x'), prompts.fashionIq.composed('dress', 'x')]) {
      expect(prompt.filter((piece) => 'user' in piece)).toEqual([{ user: 'x' }]);
    }
    for (const prompt of [prompts.image, prompts.cirr.image, prompts.fashionIq.image('dress')]) {
      expect(prompt.some((piece) => 'user' in piece)).toBe(false);
    }
  });
});

it('spells FashionIQ and STS as the evaluation does', () => {
  const [llama, mistral] = [promptSetFor('llama3'), promptSetFor('mistral')];
  const inLlama = (question: string) =>
    `<|start_header_id|>user<|end_header_id|>\n\n${question}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n \n`;
  expect(spelled(llama.fashionIq.image('toptee'))).toBe(inLlama('<image>\n Describe this shirt in one word based on its style:'));
  expect(spelled(mistral.fashionIq.image('dress'))).toBe('[INST] <image>\n Describe this dress in one word based on its style: [/INST]');
  expect(spelled(llama.fashionIq.composed('dress', 'is red, has a belt'))).toBe(
    inLlama('<image> change the style of this dress to is red, has a belt\n Desribe this modified dress in one word based on its style:'),
  );
  expect(spelled(mistral.fashionIq.composed('toptee', 'is red'))).toBe(
    '[INST] <image> change the style of this shirt to is red\n Desribe this modified shirt in one word based on its style: [/INST]',
  );
  expect(spelled(llama.sts('A man is "here"'))).toBe(inLlama(" A man is 'here'\nSummary above sentence in one word:"));
  expect(spelled(llama.sts('A man sings'))).toBe(inLlama(' A man sings.\nSummary above sentence in one word:'));
  expect(spelled(mistral.sts('Who sings?'))).toBe('[INST]  Who sings.\nSummary above sentence in one word: [/INST]');
});

describe('the family of a checkpoint', async () => {
  const llama = variants.find(({ family }) => family === 'llama3')?.directory ?? '';
  const mistral = variants.find(({ family }) => family === 'mistral')?.directory ?? '';
  const [llamaTokens, mistralTokens] = [await openTokenizer(llama), await openTokenizer(mistral)];

  it('is told by config.json and the tokenizer', () => {
    expect(familyOf({ text_config: { model_type: 'llama' } }, llamaTokens)).toBe('llama3');
    expect(familyOf({ text_config: {} }, llamaTokens)).toBe('llama3');
    expect(familyOf({ text_config: { model_type: 'mistral' } }, mistralTokens)).toBe('mistral');
  });

  it('is refused where no prompts are known', () => {
    expect(() => familyOf({ text_config: { model_type: 'llama' } }, mistralTokens)).toThrow('a Llama before version 3');
    expect(() => familyOf({ text_config: { model_type: 'qwen2' } }, mistralTokens)).toThrow('"qwen2"');
    expect(() => familyOf({ text_config: { model_type: 'qwen2' } }, mistralTokens)).toThrow(
      expect.objectContaining({ code: 'model-invalid' }),
    );
  });
});
