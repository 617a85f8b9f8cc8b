/** @file Which way with pictures belongs to a model. */
import type { PictureFamily, Vlm } from '../arch/architecture.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { parseAnyres } from '../prompt/anyres.ts';
import { parseHd } from '../prompt/hd-config.ts';
import { idefics3Reading } from '../prompt/idefics3.ts';
import { llavaNextReading } from '../prompt/llava-next.ts';
import { phi3VisionReading } from '../prompt/phi3-v.ts';
import type { PictureReading, View } from '../prompt/reading.ts';
import { parseSplit } from '../prompt/split-config.ts';
import type { PromptTokenizer } from '../prompt/tokenizer.ts';

type Make = (model: Vlm, checkpoint: Checkpoint, view: View, tokenizer: PromptTokenizer) => PictureReading;

const readings: Readonly<Partial<Record<PictureFamily, Make>>> = {
  anyres: ({ imageToken }, { preprocessor, config }, view, tokenizer) =>
    llavaNextReading(parseAnyres(preprocessor, config), view, imageToken, tokenizer),
  hd: (model, { preprocessor, config }, view, tokenizer) =>
    phi3VisionReading(parseHd(preprocessor, config, model), view, model.imageToken, tokenizer),
  split: (model, { preprocessor }, view, tokenizer) =>
    idefics3Reading(parseSplit(preprocessor, model.vision.imageSize), view, model, tokenizer),
};

/** Fails with model-invalid where the preprocessor's settings do not fit the model. */
export function readingFor(model: Vlm, checkpoint: Checkpoint, view: View, tokenizer: PromptTokenizer): PictureReading {
  const make = readings[model.pictures];
  if (!make) throw new Error(`There is no way with pictures called ${model.pictures}.`);
  return make(model, checkpoint, view, tokenizer);
}
