import { describe, expect, it } from 'vitest';
import { clip, parseConfig as parseClip } from '../../../models/arch/clip.ts';
import * as clipVision from '../../../models/arch/clip_vision.ts';
import { encoder, rowAt } from '../../../models/arch/encoder-layer.ts';
import { parseConfig as parseSiglip, siglip } from '../../../models/arch/siglip.ts';
import * as siglipVision from '../../../models/arch/siglip_vision.ts';
import { textEmbeddings, tokensOf } from '../../../models/arch/text-tower.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { openAccount } from '../../../models/compile/account.ts';
import { stageOf } from '../../../models/compile/stage.ts';
import { compileDual } from '../../../models/dual/compile.ts';
import { causalMaskOf, reshape } from '../../../models/graph/attention.ts';
import { layerNorm } from '../../../models/graph/norm.ts';
import { output, type StagePlan } from '../../../models/graph/plan.ts';
import { runStage, type Tensors } from '../compile/run-stages.ts';
import { checkpointOf, type GoldenSet, goldenSets, largestDifference, openGolden } from './golden.ts';

/** Of golden-values.md: intermediate tensors. */
const tolerance = 1e-4;

async function openTowers(family: GoldenSet['family']) {
  const checkpoint = await openCheckpoint(checkpointOf(family));
  const model = family === 'clip' ? clip(parseClip(checkpoint.config)) : siglip(parseSiglip(checkpoint.config));
  return { checkpoint, model, compiled: await compileDual(model, checkpoint, 'exact') };
}

function idsOf(rows: readonly (readonly number[])[]): Tensors {
  const [first = []] = rows;
  const ids = BigInt64Array.from(rows.flat(), BigInt);
  const places = BigInt64Array.from(rows, (row) => BigInt(row.indexOf(Math.max(...row))));
  return { ids: { data: ids, shape: [rows.length, first.length] }, places: { data: places, shape: [rows.length] } };
}

/** The hidden states on the way, which the towers themselves do not give away. */
function insideOf(family: GoldenSet['family'], side: 'text' | 'vision', config: Readonly<Record<string, unknown>>): StagePlan {
  return {
    name: `inside of ${family} ${side}`,
    build(s) {
      const cfg = family === 'clip' ? parseClip(config) : parseSiglip(config);
      const tower = s.at(`${side}_model`);
      const layers = tower.at('encoder', 'layers');
      if (side === 'text') {
        const { text } = cfg;
        const ids = s.graph.input('ids', 'int64', ['n', 'tokens']);
        const sight =
          family === 'clip' ? { tokens: tokensOf(s, ids), mask: causalMaskOf(s, tokensOf(s, ids)) } : { tokens: text.maxTokens };
        const x = textEmbeddings(tower, text, ids);
        const last = encoder(layers, text, x, sight);
        output(s, 'hidden0', x, ['rows', text.hiddenSize]);
        output(s, 'hidden1', encoder(layers, { ...text, layers: 1 }, x, sight), ['rows', text.hiddenSize]);
        output(s, 'last_hidden_state', layerNorm(tower.at('final_layer_norm'), last, text.hiddenSize, text.normEps), [
          'rows',
          text.hiddenSize,
        ]);
      } else {
        const { vision } = cfg;
        const { tokens, hiddenSize: hidden } = vision;
        const pixels = s.graph.input('pixel_values', 'float32', ['n', 3, vision.imageSize, vision.imageSize]);
        const entered = family === 'clip' ? clipVision.embeddings(tower, vision, pixels) : siglipVision.embeddings(tower, vision, pixels);
        const x = reshape(s, entered, [-1, hidden]);
        const last = encoder(layers, vision, x, { tokens });
        output(s, 'hidden0', x, ['rows', hidden]);
        output(s, 'hidden1', encoder(layers, { ...vision, layers: 1 }, x, { tokens }), ['rows', hidden]);
        output(s, 'last_hidden_state', family === 'clip' ? last : siglipVision.postNorm(tower, vision, last), ['rows', hidden]);
        const pooled = rowAt(s, vision, last, 0);
        output(s, 'pooler_output', layerNorm(tower.at('post_layernorm'), pooled, hidden, vision.normEps), ['n', hidden]);
      }
    },
  };
}

describe.each(goldenSets)('$family of $compat', (set) => {
  it('has the recorded features of every text, alone and in a batch', async () => {
    const { compiled } = await openTowers(set.family);
    const golden = await openGolden(set);
    const differences: [string, number][] = [];
    for (const { name, input_ids: ids, features } of golden.cases) {
      if (!ids) continue;
      const { embedding = [] } = await runStage(compiled.text, idsOf(ids));
      differences.push([name, largestDifference(embedding, (await golden.tensor(features)).data)]);
    }
    expect(differences.length).toBeGreaterThan(8);
    expect(differences.filter(([, difference]) => !(difference < tolerance))).toEqual([]);
  });

  it('has the recorded features of pictures', async () => {
    const { compiled } = await openTowers(set.family);
    const golden = await openGolden(set);
    const recorded = golden.cases.filter((one) => one.pixel_values_tensor !== undefined);
    expect(recorded).toHaveLength(2);
    for (const { pixel_values_tensor: key, features } of recorded) {
      const { embedding = [] } = await runStage(compiled.vision, { pixel_values: await golden.tensor(key) });
      expect(largestDifference(embedding, (await golden.tensor(features)).data)).toBeLessThan(tolerance);
    }
  });

  it.each(['text', 'vision'] as const)('computes the recorded hidden states of its %s tower', async (side) => {
    const { checkpoint, model } = await openTowers(set.family);
    const golden = await openGolden(set);
    const one = golden.cases.find(({ debug, images }) => debug && images.length === (side === 'text' ? 0 : 1));
    const { source } = openAccount(checkpoint.tensors, undefined, model);
    const stage = stageOf(insideOf(set.family, side, checkpoint.config), { weights: source, linear: 'float', compute: 'float32' });
    const input = side === 'text' ? idsOf(one?.input_ids ?? []) : { pixel_values: await golden.tensor(one?.pixel_values_tensor) };
    const states = await runStage(stage, input);
    // SigLIP's pictures are pooled by their head, whose result are the features.
    const known = set.family === 'clip' || side === 'text' ? stage.outputs : stage.outputs.filter((name) => name !== 'pooler_output');
    for (const name of known as (keyof NonNullable<typeof one>['debug'] & string)[]) {
      const expected = (await golden.tensor(`${one?.name}.${name}`)).data;
      expect(largestDifference(states[name] ?? [], expected), name).toBeLessThan(tolerance);
    }
  });
});

it('says what of a checkpoint is left unused, and how cosines are scaled', async () => {
  const { compiled } = await openTowers('clip');
  expect(compiled.logitScale).toBeCloseTo(Math.exp(4.60546875), 3);
  expect(compiled.notes.map((note) => note.split(':')[0])).toEqual(
    expect.arrayContaining(['text_model.embeddings.position_ids', 'vision_model.embeddings.position_ids', 'logit_scale']),
  );
});
