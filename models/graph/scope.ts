/**
 * @file The hand that writes a graph. A scope's path is the checkpoint's own name of the module: `scope.at('self_attn').weight('q_proj.weight', ...)`
 * finds the tensor, and the same path names the nodes.
 */
import type { Attribute, DataType, Graph, PlacedWeight, Value } from './graph.ts';

type OpOptions = {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Of the (first) result; by default that of the first input. */
  readonly type?: DataType;
};

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
} as const;

export class Scope {
  readonly graph: Graph;
  readonly path: string;

  constructor(graph: Graph, path = '') {
    this.graph = graph;
    this.path = path;
  }

  /** What names of nodes begin with. */
  get #stem(): string {
    return this.graph.options.fed ? '' : this.path;
  }

  at(...parts: (string | number)[]): Scope {
    return new Scope(this.graph, [this.path, ...parts].filter((part) => part !== '').join('.'));
  }

  /** The full name of a tensor of this module. */
  tensorName(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** A tensor as it is stored, of whatever element type that is. */
  weight(name: string, ...shape: number[]): Value {
    const full = this.tensorName(name);
    return this.placed(full, () => this.graph.options.weights.find(full, shape));
  }

  /** `rows` consecutive rows of a stored [more, columns] tensor. */
  weightRows(name: string, firstRow: number, rows: number, columns: number): Value {
    const full = this.tensorName(name);
    return this.placed(`${full}[${firstRow}+${rows}]`, () => this.graph.options.weights.find(full, [rows, columns], firstRow));
  }

  /** A stored tensor widened or narrowed to `type` when the graph runs: no converted copy of a checkpoint is ever made. */
  floats(name: string, type: 'float32' | 'float16', ...shape: number[]): Value {
    return this.cast(this.weight(name, ...shape), type);
  }

  /** Bytes of a file under a name of the graph. */
  placed(name: string, find: () => PlacedWeight): Value {
    if (this.graph.options.fed) return this.graph.once(`weight ${name}`, () => this.graph.feed(find()));
    const weight = this.graph.once(`weight ${name}`, find);
    this.graph.weights.set(name, weight);
    return { name, type: weight.type };
  }

  /** A node with one result. Operators outside of the standard carry their domain: `com.microsoft.FusedMatMul`. */
  op(type: string, inputs: readonly (Value | undefined)[], options: OpOptions = {}): Value {
    const [result] = this.ops(type, inputs, 1, options);
    return result as Value;
  }

  /** A node with several results, all taken to be of the same type. */
  ops(type: string, inputs: readonly (Value | undefined)[], results: number, options: OpOptions = {}): Value[] {
    const dot = type.lastIndexOf('.');
    const operator = type.slice(dot + 1);
    const name = this.graph.uniqueName(`${this.#stem}/${operator}`);
    const outputs = Array.from({ length: results }, (_, index) => (index === 0 ? `${name}:` : `${name}:${index}`));
    this.graph.nodes.push({
      name,
      type: operator,
      domain: dot < 0 ? '' : type.slice(0, dot),
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs,
      attributes: options.attributes ?? {},
    });
    const resultType = options.type ?? inputs[0]?.type ?? 'float32';
    return outputs.map((output) => ({ name: output, type: resultType }));
  }

  /** The value in another type; the value itself if it is of that type already. Made once per value, whoever asks. */
  cast(value: Value, type: DataType): Value {
    if (value.type === type) return value;
    return this.graph.once(`cast ${value.name} ${type}`, () => this.op('Cast', [value], { attributes: { to: elementTypes[type] }, type }));
  }

  /** A constant that lies in the graph itself. Without a shape: a vector, or a scalar for a single number. */
  constant(type: keyof typeof arrays, data: number | ArrayLike<number>, shape?: readonly number[]): Value {
    const numbers = typeof data === 'number' ? [data] : data;
    const dimensions = shape ?? (typeof data === 'number' ? [] : [numbers.length]);
    const make = (): Value => {
      const name = this.graph.uniqueName(`${this.#stem}/constant`);
      const values = type === 'int64' ? BigInt64Array.from(numbers, BigInt) : arrays[type].from(numbers);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      this.graph.constants.set(name, { name, type, shape: dimensions, data: bytes });
      return { name, type };
    };
    if (numbers.length > 16) return make();
    return this.graph.once(`constant ${type} ${Array.from(numbers).join()} [${dimensions.join()}]`, make);
  }
}

/** TensorProto.DataType of onnx.proto. */
export const elementTypes: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
};
