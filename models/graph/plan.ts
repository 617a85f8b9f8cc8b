/** @file How a network is cut into stages: each plan writes one graph. A runner keeps a map of named tensors and feeds stages from it. */
import type { Value } from './graph.ts';
import type { Scope } from './scope.ts';

/** Writes the whole graph of a stage: declares its inputs, outputs (by `output`) and everything in between. */
export type StagePlan = { readonly name: string; readonly build: (scope: Scope) => void };

/** What the model calls the result that the runner knows as `name`: in ONNX a result may not bear an input's name. */
export function outputName(name: string): string {
  return `${name}.out`;
}

/** Writes a stage as a part of the graph: `given` stands for its inputs. Answers its results by their names in the runner's map. */
export function inline(scope: Scope, plan: StagePlan, given: Readonly<Record<string, Value>>): Record<string, Value> {
  const results = scope.graph.inside(given, () => plan.build(scope));
  return Object.fromEntries([...results].map(([name, value]) => [name.slice(0, -outputName('').length), value]));
}

/** A result as float32 under its name in the runner's map. */
export function output(scope: Scope, name: string, value: Value, shape: readonly (number | string)[]): void {
  scope.graph.output(outputName(name), scope.cast(value, 'float32'), shape);
}
