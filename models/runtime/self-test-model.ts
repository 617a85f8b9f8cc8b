/**
 * @file The model that providers are tested with: heads, patches and operators as in a real one, but fewer of them.
 * It passes the same stage plans and the same passes over them as any checkpoint, so what is tested is what will run.
 */
import { llavaNext, parseConfig } from '../arch/llava_next.ts';
import { type Stage, stageOf } from '../compile/stage.ts';
import type { GraphOptions, WeightSource } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import { type Decoder, rowsOfWidened } from './decoder-run.ts';

/** What a provider may be asked to compute in. int8 is for processors. */
export const testedPrecisions = ['exact', 'fp16', 'int4'] as const;

export type TestedPrecision = (typeof testedPrecisions)[number];

export const testConfig = parseConfig({
  model_type: 'llava_next',
  text_config: {
    model_type: 'llama',
    vocab_size: 64,
    hidden_size: 256,
    intermediate_size: 512,
    num_hidden_layers: 2,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    head_dim: 128,
    max_position_embeddings: 512,
    rope_theta: 500_000,
    rms_norm_eps: 1e-5,
  },
  vision_config: {
    model_type: 'clip_vision_model',
    hidden_size: 128,
    intermediate_size: 256,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    image_size: 168,
    patch_size: 14,
  },
});

const testModel = llavaNext(testConfig);

export function testDecoder(weights: WeightSource, precision: TestedPrecision, form: 'gqa' | 'plain'): Decoder {
  const { text } = testModel;
  const own = (plan: StagePlan): Stage => stageOf(plan, optionsOf(weights, precision));
  const layers = Array.from({ length: text.layers }, (_, index) => {
    const { enter, enterLast, leave } = testModel.decoderPlans(index, false);
    return { enter: own(enter), enterLast: own(enterLast), leave: leave.map(own) };
  });
  return {
    hidden: text.hiddenSize,
    maxTokens: text.maxTokens,
    kvHeads: text.kvHeads,
    headDim: text.headDim,
    layers,
    attention: testModel.attentionPlans.map(({ attention, last }) => ({ all: own(attention(form)), last: own(last) })),
    attentionFor: testModel.attentionFor,
    norm: own(testModel.normPlan),
    rowsAtOnce: rowsOfWidened,
  };
}

export function testVision(weights: WeightSource, precision: TestedPrecision): Stage[] {
  return testModel.visionPlans.map((plan) => stageOf(plan, optionsOf(weights, precision)));
}

/** Forms of a product: a processor is fastest in int8, a graphics device in float16, if it has it. */
export type ProductForm = 'exact' | 'fp16' | 'int8' | 'int4';

/** x [T, in] -> x [T, out]: one product of a size that large models have. */
export function productStage(weights: WeightSource, inFeatures: number, outFeatures: number, form: ProductForm): Stage {
  const plan: StagePlan = {
    name: `product (${form})`,
    build(s) {
      const x = s.graph.input('x', 'float32', ['T', inFeatures]);
      const module = s.at(`product ${outFeatures} x ${inFeatures}`);
      output(s, 'x', linear(module, x, outFeatures, inFeatures), ['T', outFeatures]);
    },
  };
  const compute = form === 'fp16' ? 'float16' : 'float32';
  return stageOf(plan, { weights, linear: form === 'int8' || form === 'int4' ? form : 'float', compute });
}

function optionsOf(weights: WeightSource, precision: TestedPrecision): GraphOptions {
  return { weights, linear: precision === 'int4' ? 'int4' : 'float', compute: precision === 'fp16' ? 'float16' : 'float32' };
}
