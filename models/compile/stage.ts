/**
 * @file A step of a model that runs as one session: a graph's inputs and outputs, and its bytes on demand.
 * A runner keeps a map of named tensors, feeds a stage its inputs from it and puts the outputs back under their names.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { Graph, type GraphOptions, type PlacedWeight } from '../graph/graph.ts';
import { encodeModel } from '../graph/model-file.ts';
import { outputName, type StagePlan } from '../graph/plan.ts';
import { Scope } from '../graph/scope.ts';

/** The bytes of an ONNX model and the folder below which its external data lie. */
export type StageModel = { readonly bytes: Uint8Array; readonly folder: string };

export type Stage = {
  readonly name: string;
  /** Names in the runner's map, and names of the model's inputs. */
  readonly inputs: readonly string[];
  /** Names in the runner's map. The model calls them `outputName(name)`: in ONNX a result may not bear an input's name. */
  readonly outputs: readonly string[];
  /** Bytes of weights as they lie on disk. */
  readonly weightBytes: number;
  /** Built anew on every call, in milliseconds. */
  model(): StageModel;
  /** The same with its weights as inputs; absent where they are quantised or float16. */
  fed?(): FedForm;
};

/** See [Note: fed weights] in graph.ts. */
export type FedForm = {
  /** Equal where the models are. */
  readonly kind: string;
  readonly weights: readonly FedWeight[];
  model(): StageModel;
};

export type FedWeight = { readonly input: string; readonly weight: PlacedWeight };

export function buildGraph(plan: StagePlan, options: GraphOptions): Graph {
  const graph = new Graph(plan.name, options);
  plan.build(new Scope(graph));
  return graph;
}

export function stageOf(plan: StagePlan, options: GraphOptions): Stage {
  const graph = buildGraph(plan, options);
  const files = new Set([...graph.weights.values()].map(({ file }) => file));
  const folder = commonFolder([...files]);
  return {
    name: plan.name,
    inputs: graph.inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name.slice(0, -outputName('').length)),
    weightBytes: graph.weightBytes(),
    model: () => ({
      bytes: encodeModel(buildGraph(plan, options), (file) => path.relative(folder, file).split(path.sep).join('/')),
      folder,
    }),
    ...(options.linear === 'float' && options.compute === 'float32' && { fed: once(() => fedForm(plan, options)) }),
  };
}

function fedForm({ build }: StagePlan, options: GraphOptions): FedForm {
  const graph = () => buildGraph({ name: 'fed', build }, { ...options, fed: true });
  const bytes = () => encodeModel(graph(), (file) => file);
  const weights = [...graph().fedWeights].map(([input, weight]) => ({ input, weight }));
  return {
    kind: createHash('sha256').update(bytes()).digest('hex'),
    weights,
    model: () => ({ bytes: bytes(), folder: process.cwd() }),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The deepest folder that holds all files; the working folder if there are none. */
export function commonFolder(files: readonly string[]): string {
  const [first, ...others] = files.map((file) => path.dirname(file));
  if (first === undefined) return process.cwd();
  let folder = first;
  for (const other of others) {
    while (!isWithin(other, folder)) {
      const parent = path.dirname(folder);
      if (parent === folder)
        throw new AppError(
          'model-invalid',
          `${first} and ${other} have no folder in common. The model and its prepared weights must lie on one drive.`,
        );
      folder = parent;
    }
  }
  return folder;
}

function isWithin(folder: string, ancestor: string): boolean {
  const relative = path.relative(ancestor, folder);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}
