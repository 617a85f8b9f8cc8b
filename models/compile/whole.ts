/**
 * @file A small model as two graphs: the tower with what follows it, and the decoder with its norm. A session for each layer, and three for each
 * of the decoder's, lets a large model pass through little memory; what is small pays for that with copies and calls at every boundary.
 * The graphs are written out of the same stages, one inside the other, so every architecture has them.
 */
import { AppError } from '../../core/api/errors.ts';
import type { AttentionPlans, LayerPlans, Vlm } from '../arch/architecture.ts';
import { reshape } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { inline, output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';

/** pixel_values [n, channels, s, s] -> features [n, rowsPerTile, hidden] */
export function wholeTower({ visionPlans, vision, rowsPerTile, text }: Vlm): StagePlan {
  return {
    name: 'vision tower',
    build(s) {
      const pixels = s.graph.input('pixel_values', 'float32', ['n', vision.channels, vision.imageSize, vision.imageSize]);
      let values: Record<string, Value> = { pixel_values: pixels };
      for (const plan of visionPlans) values = inline(s, plan, values);
      output(s, 'features', result(values, 'features'), ['n', rowsPerTile, text.hiddenSize]);
    },
  };
}

/**
 * One sequence, or a chunk of one: x [S, hidden] after P earlier tokens, past_k_i, past_v_i [1, kv, P, d] of layer i, seqlens_k [1] = P + S - 1,
 * total = P + S, rows int64 [1] = S - 1 -> hidden [1, hidden] of the last token after the final norm, present_k_i, present_v_i [1, kv, P + S, d].
 * `table`: of rotary positions.
 */
export function wholeDecoder(model: Vlm, layers: readonly LayerPlans[], form: 'gqa' | 'plain', table: number): StagePlan {
  const { text, normPlan } = model;
  const attention = model.attentionPlans[table];
  if (!attention) throw new AppError('internal', `${model.modelType} has no table ${table} of positions.`);
  const cache = (tokens: string) => [1, text.kvHeads, tokens, text.headDim];
  return {
    name: `decoder (${form}, table ${table} of positions)`,
    build(s) {
      const { graph } = s;
      const tokens = {
        seqlens_k: graph.input('seqlens_k', 'int32', [1]),
        total: graph.input('total', 'int32', []),
        rows: graph.input('rows', 'int64', [1]),
      };
      let x = graph.input('x', 'float32', ['S', text.hiddenSize]);
      for (const [index, layer] of layers.entries()) {
        const past = {
          past_k: graph.input(`past_k_${index}`, 'float32', cache('P')),
          past_v: graph.input(`past_v_${index}`, 'float32', cache('P')),
        };
        const stages = index < layers.length - 1 ? innerStages(layer, attention, form) : lastStages(layer, attention);
        const values = wholeLayer(s, text, stages, { ...tokens, ...past, x });
        x = values.x;
        output(s, `present_k_${index}`, values.presentK, cache('P + S'));
        output(s, `present_v_${index}`, values.presentV, cache('P + S'));
      }
      output(s, 'hidden', result(inline(s, normPlan, { x }), 'hidden'), [1, text.hiddenSize]);
    },
  };
}

type LayerStages = { readonly enter: StagePlan; readonly attention: StagePlan; readonly leave: readonly StagePlan[] };

const innerStages = ({ enter, leave }: LayerPlans, plans: AttentionPlans, form: 'gqa' | 'plain'): LayerStages => ({
  ...{ enter, leave, attention: plans.attention(form) },
});

/** The last layer answers for the last token only. */
const lastStages = ({ enterLast, leave }: LayerPlans, plans: AttentionPlans): LayerStages => ({
  ...{ enter: enterLast, leave, attention: plans.last },
});

/** Attention takes one sequence [1, S, width], everything else rows [S, width]. */
function wholeLayer(
  s: Scope,
  { heads, kvHeads, headDim }: Vlm['text'],
  { enter, attention, leave }: LayerStages,
  given: Readonly<Record<string, Value>>,
): { x: Value; presentK: Value; presentV: Value } {
  const entered = { ...given, ...inline(s, enter, given) };
  const sequence = (name: string, width: number) => reshape(s, result(entered, name), [1, -1, width]);
  const attended = inline(s, attention, {
    ...given,
    ...{ q: sequence('q', heads * headDim), k: sequence('k', kvHeads * headDim), v: sequence('v', kvHeads * headDim) },
  });
  let values: Record<string, Value> = { x: result(entered, 'x'), y: reshape(s, result(attended, 'y'), [-1, heads * headDim]) };
  for (const plan of leave) values = { ...values, ...inline(s, plan, values) };
  return { x: result(values, 'x'), presentK: result(attended, 'present_k'), presentV: result(attended, 'present_v') };
}

function result(values: Readonly<Record<string, Value>>, name: string): Value {
  const value = values[name];
  if (!value) throw new AppError('internal', `A stage has no result "${name}".`);
  return value;
}
