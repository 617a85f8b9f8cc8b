/**
 * @file The two towers of CLIP and SigLIP as torch's exporter writes them: plain operators over [n, tokens, hidden], matrices transposed
 * beforehand. Nothing here is shared with the graphs of arch/, so that the two can be compared.
 * Reference: what torch.onnx.export makes of transformers/models/clip/modeling_clip.py and siglip/modeling_siglip.py with eager attention
 */
import type { ClipConfig } from '../../arch/clip.ts';
import type { EncoderConfig } from '../../arch/encoder-layer.ts';
import type { SiglipConfig } from '../../arch/siglip.ts';
import { reshape, transpose, unsqueeze } from '../../graph/attention.ts';
import type { Value } from '../../graph/graph.ts';
import type { Scope } from '../../graph/scope.ts';

/** The name of a tensor [out, in] that is to be stored as [in, out]. */
export const transposed = '#transposed';

/** pixel_values [n, 3, s, s] -> image_embeds [n, dimension] */
export function clipVisionGraph(s: Scope, { vision, dimension }: ClipConfig): void {
  const tower = s.at('vision_model');
  const { hiddenSize: hidden, tokens } = vision;
  const pixels = s.graph.input('pixel_values', 'float32', ['batch_size', vision.channels, vision.imageSize, vision.imageSize]);
  const rows = patches(tower.at('embeddings'), vision, pixels, false);
  const count = s.op('Shape', [pixels], { attributes: { start: 0, end: 1 }, type: 'int64' });
  const classRow = s.op('Expand', [
    tower.weight('embeddings.class_embedding', hidden),
    s.op('Concat', [count, s.constant('int64', [1, 1])], { attributes: { axis: 0 } }),
  ]);
  const joined = s.op('Concat', [classRow, rows], { attributes: { axis: 1 } });
  const placed = s.op('Add', [joined, tower.weight('embeddings.position_embedding.weight', tokens, hidden)]);
  const x = layers(tower, vision, norm(tower.at('pre_layrnorm'), vision, placed));
  const pooled = norm(tower.at('post_layernorm'), vision, s.op('Gather', [x, s.constant('int64', 0)], { attributes: { axis: 1 } }));
  result(s, 'image_embeds', product(s.at('visual_projection'), pooled, hidden, dimension), dimension);
}

/** input_ids int64 [n, T] -> text_embeds [n, dimension] */
export function clipTextGraph(s: Scope, { text, dimension }: ClipConfig): void {
  const tower = s.at('text_model');
  const { hiddenSize: hidden, maxTokens } = text;
  const ids = s.graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const size = s.op('Shape', [ids], { attributes: { start: 1, end: 2 }, type: 'int64' });
  const x = words(tower, text, ids, size);
  const later = Float32Array.from({ length: maxTokens ** 2 }, (_, at) => (at % maxTokens > Math.floor(at / maxTokens) ? -3.4e38 : 0));
  const square = s.op('Concat', [size, size], { attributes: { axis: 0 } });
  const zeros = s.constant('int64', [0, 0]);
  const mask = s.op('Slice', [s.constant('float32', later, [maxTokens, maxTokens]), zeros, square, s.constant('int64', [0, 1])]);
  const normed = norm(tower.at('final_layer_norm'), text, layers(tower, text, x, unsqueeze(s, mask, [0, 1])));
  // The end token has the highest id.
  const end = s.op('ArgMax', [ids], { attributes: { axis: 1, keepdims: 0 }, type: 'int64' });
  const count = s.op('Shape', [ids], { attributes: { start: 0, end: 1 }, type: 'int64' });
  const numbers = s.op('Range', [s.constant('int64', 0), s.op('Squeeze', [count]), s.constant('int64', 1)]);
  const places = s.op('Concat', [unsqueeze(s, numbers, [1]), unsqueeze(s, end, [1])], { attributes: { axis: 1 } });
  const pooled = s.op('GatherND', [normed, places]);
  result(s, 'text_embeds', product(s.at('text_projection'), pooled, hidden, dimension), dimension);
}

/** pixel_values [n, 3, s, s] -> pooler_output [n, hidden] */
export function siglipVisionGraph(s: Scope, { vision }: SiglipConfig): void {
  const tower = s.at('vision_model');
  const { hiddenSize: hidden, tokens, heads, headDim } = vision;
  const pixels = s.graph.input('pixel_values', 'float32', ['batch_size', vision.channels, vision.imageSize, vision.imageSize]);
  const rows = patches(tower.at('embeddings'), vision, pixels, true);
  const placed = s.op('Add', [rows, tower.weight('embeddings.position_embedding.weight', tokens, hidden)]);
  const x = norm(tower.at('post_layernorm'), vision, layers(tower, vision, placed));

  const head = tower.at('head');
  const inner = head.at('attention');
  const count = s.op('Shape', [x], { attributes: { start: 0, end: 1 }, type: 'int64' });
  const probes = head.op('Tile', [
    head.weight('probe', 1, 1, hidden),
    s.op('Concat', [count, s.constant('int64', [1, 1])], { attributes: { axis: 0 } }),
  ]);
  const part = (rowsOf: Value, third: 0 | 1 | 2): Value => {
    const weight = inner.weight(`in_proj_weight#${third}${transposed}`, hidden, hidden);
    return inner.op('Add', [inner.weight(`in_proj_bias#${third}`, hidden), inner.op('MatMul', [rowsOf, weight])]);
  };
  const mixed = attend(inner, { heads, headDim }, { q: part(probes, 0), k: part(x, 1), v: part(x, 2) });
  const pooled = dense(inner.at('out_proj'), mixed, hidden, hidden);
  const y = s.op('Add', [pooled, mlp(head.at('mlp'), vision, norm(head.at('layernorm'), vision, pooled))]);
  result(s, 'pooler_output', s.op('Gather', [y, s.constant('int64', 0)], { attributes: { axis: 1 } }), hidden);
}

/** input_ids int64 [n, T] -> pooler_output [n, hidden] */
export function siglipTextGraph(s: Scope, { text, vision }: SiglipConfig): void {
  const tower = s.at('text_model');
  const ids = s.graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const size = s.op('Shape', [ids], { attributes: { start: 1, end: 2 }, type: 'int64' });
  const x = norm(tower.at('final_layer_norm'), text, layers(tower, text, words(tower, text, ids, size)));
  const last = s.op('Gather', [x, s.constant('int64', -1)], { attributes: { axis: 1 } });
  result(s, 'pooler_output', dense(tower.at('head'), last, text.hiddenSize, vision.hiddenSize), vision.hiddenSize);
}

function result(s: Scope, name: string, value: Value, size: number): void {
  s.graph.nodes.push({ name: `output/${name}`, type: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} });
  s.graph.outputs.push({ name, type: 'float32', shape: ['batch_size', size] });
}

type Patched = { readonly hiddenSize: number; readonly channels: number; readonly patchSize: number };

function patches(e: Scope, { hiddenSize, channels, patchSize }: Patched, pixels: Value, bias: boolean): Value {
  const kernel = e.weight('patch_embedding.weight', hiddenSize, channels, patchSize, patchSize);
  const inputs = bias ? [pixels, kernel, e.weight('patch_embedding.bias', hiddenSize)] : [pixels, kernel];
  const square = e.op('Conv', inputs, { attributes: { kernel_shape: [patchSize, patchSize], strides: [patchSize, patchSize] } });
  return transpose(e, reshape(e, square, [0, 0, -1]), [0, 2, 1]);
}

type Words = { readonly vocabularySize: number; readonly hiddenSize: number; readonly maxTokens: number };

function words(s: Scope, { vocabularySize, hiddenSize, maxTokens }: Words, ids: Value, size: Value): Value {
  const e = s.at('embeddings');
  const rows = e.op('Gather', [e.weight('token_embedding.weight', vocabularySize, hiddenSize), ids]);
  const zero = s.constant('int64', [0]);
  return e.op('Add', [rows, e.op('Slice', [e.weight('position_embedding.weight', maxTokens, hiddenSize), zero, size, zero])]);
}

function layers(tower: Scope, cfg: EncoderConfig, first: Value, mask?: Value): Value {
  let x = first;
  for (let index = 0; index < cfg.layers; index++) {
    const s = tower.at('encoder', 'layers', index);
    x = s.op('Add', [x, selfAttention(s.at('self_attn'), cfg, norm(s.at('layer_norm1'), cfg, x), mask)]);
    x = s.op('Add', [x, mlp(s.at('mlp'), cfg, norm(s.at('layer_norm2'), cfg, x))]);
  }
  return x;
}

function selfAttention(s: Scope, { hiddenSize, heads, headDim }: EncoderConfig, x: Value, mask?: Value): Value {
  const project = (name: string, value: Value): Value => dense(s.at(name), value, hiddenSize, hiddenSize);
  return project(
    'out_proj',
    attend(s, { heads, headDim }, { q: project('q_proj', x), k: project('k_proj', x), v: project('v_proj', x) }, mask),
  );
}

type Heads = { readonly heads: number; readonly headDim: number };

function attend(s: Scope, { heads, headDim }: Heads, { q, k, v }: Record<'q' | 'k' | 'v', Value>, mask?: Value): Value {
  const split = (x: Value, order: readonly number[]): Value => transpose(s, reshape(s, x, [0, -1, heads, headDim]), order);
  const products = s.op('MatMul', [split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1])]);
  const scores = s.op('Mul', [products, s.constant('float32', 1 / Math.sqrt(headDim))]);
  const weights = s.op('Softmax', [mask ? s.op('Add', [scores, mask]) : scores], { attributes: { axis: -1 } });
  return reshape(s, transpose(s, s.op('MatMul', [weights, split(v, [0, 2, 1, 3])]), [0, 2, 1, 3]), [0, -1, heads * headDim]);
}

function mlp(s: Scope, { hiddenSize, mlpSize, activation }: EncoderConfig, x: Value): Value {
  const inner = dense(s.at('fc1'), x, hiddenSize, mlpSize);
  return dense(s.at('fc2'), activation === 'quick_gelu' ? quickGelu(s, inner) : geluTanh(s, inner), mlpSize, hiddenSize);
}

function quickGelu(s: Scope, x: Value): Value {
  return s.op('Mul', [x, s.op('Sigmoid', [s.op('Mul', [x, s.constant('float32', 1.702)])])]);
}

function geluTanh(s: Scope, x: Value): Value {
  const times = (factor: number, value: Value): Value => s.op('Mul', [s.constant('float32', factor), value]);
  const cube = s.op('Mul', [x, s.op('Mul', [x, x])]);
  const inner = times(Math.sqrt(2 / Math.PI), s.op('Add', [x, times(0.044715, cube)]));
  return times(0.5, s.op('Mul', [x, s.op('Add', [s.constant('float32', 1), s.op('Tanh', [inner])])]));
}

function dense(s: Scope, x: Value, inFeatures: number, outFeatures: number): Value {
  return s.op('Add', [s.weight('bias', outFeatures), product(s, x, inFeatures, outFeatures)]);
}

function product(s: Scope, x: Value, inFeatures: number, outFeatures: number): Value {
  return s.op('MatMul', [x, s.weight(`weight${transposed}`, inFeatures, outFeatures)]);
}

function norm(s: Scope, { hiddenSize, normEps }: EncoderConfig, x: Value): Value {
  const inputs = [x, s.weight('weight', hiddenSize), s.weight('bias', hiddenSize)];
  return s.op('LayerNormalization', inputs, { attributes: { axis: -1, epsilon: { float: normEps } } });
}
