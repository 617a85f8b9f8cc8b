/** @file Writes a checkpoint's towers as others export them: ONNX files below onnx/, with the library's names of inputs and outputs. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openModel } from '../../../models/arch/index.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { openAccount } from '../../../models/compile/account.ts';
import { buildGraph } from '../../../models/compile/stage.ts';
import type { DataType, Graph, Node } from '../../../models/graph/graph.ts';
import { encodeModel } from '../../../models/graph/model-file.ts';
import { elementTypes } from '../../../models/graph/scope.ts';

export type Export = {
  /** What the files' names say after `vision_model`. */
  readonly suffix: string;
  /** Names of the vectors. */
  readonly results: { readonly vision: string; readonly text: string };
  /** Of the vectors' elements. */
  readonly type?: 'float32' | 'float16';
  readonly pixels?: 'float32' | 'float16';
};

/** From the checkpoint in `source`, without its safetensors. Weights lie beside the models. */
export async function writeExport(source: string, target: string, { suffix, results, type, pixels }: Export): Promise<void> {
  const checkpoint = await openCheckpoint(source);
  const model = openModel(checkpoint);
  if (model.kind !== 'dual') throw new Error('only dual encoders have two towers');
  const options = { weights: openAccount(checkpoint.tensors, undefined, model).source, linear: 'float', compute: 'float32' } as const;
  await mkdir(path.join(target, 'onnx'), { recursive: true });
  for (const name of ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'])
    await copyFile(path.join(source, name), path.join(target, name));

  const write = async (tower: 'vision' | 'text', graph: Graph): Promise<void> => {
    const file = path.join(target, 'onnx', `${tower}_model${suffix}.onnx`);
    rename(graph, 'embedding.out', results[tower], type ?? 'float32');
    await writeFile(
      file,
      encodeModel(graph, () => `${path.basename(file)}_data`),
    );
    await copyFile(path.join(source, 'model.safetensors'), `${file}_data`);
  };
  const vision = buildGraph(model.visionPlans[0], options);
  if (pixels === 'float16') castInput(vision, 'pixel_values');
  await write('vision', vision);
  const text = buildGraph(model.textPlans[0], options);
  exportTexts(text);
  await write('text', text);
}

/** The exported graph looks for the end token itself, and has results and inputs that nobody here needs. */
function exportTexts(graph: Graph): void {
  replace(graph, (node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'ids' ? 'input_ids' : name)) }));
  const [ids] = graph.inputs;
  const own = graph.inputs.splice(0).filter(({ name }) => name !== 'ids');
  graph.inputs.push(
    { name: 'input_ids', type: 'int64', shape: ids?.shape ?? [] },
    { name: 'attention_mask', type: 'int64', shape: ['n', 'm'] },
  );
  if (own.some(({ name }) => name === 'places')) graph.nodes.unshift(node('ArgMax', 'input_ids', 'places', { axis: 1, keepdims: 0 }));
  graph.nodes.push(node('Identity', 'attention_mask', 'unused', {}));
  graph.outputs.push({ name: 'unused', type: 'int64', shape: ['n', 'm'] });
}

function rename(graph: Graph, from: string, to: string, type: DataType): void {
  replace(graph, (one) => (one.outputs.includes(from) ? node('Cast', one.inputs[0] ?? '', to, { to: elementTypes[type] }) : one));
  const outputs = graph.outputs.splice(0).map((port) => (port.name === from ? { ...port, name: to, type } : port));
  graph.outputs.push(...outputs);
}

function castInput(graph: Graph, name: string): void {
  replace(graph, (one) => ({ ...one, inputs: one.inputs.map((input) => (input === name ? `${name}.wide` : input)) }));
  graph.nodes.unshift(node('Cast', name, `${name}.wide`, { to: elementTypes.float32 }));
  graph.inputs.push(...graph.inputs.splice(0).map((port) => (port.name === name ? { ...port, type: 'float16' as const } : port)));
}

function replace(graph: Graph, change: (node: Node) => Node): void {
  graph.nodes.push(...graph.nodes.splice(0).map(change));
}

function node(type: string, input: string, output: string, attributes: Node['attributes']): Node {
  return { name: `export/${output}`, type, domain: '', inputs: [input], outputs: [output], attributes };
}
