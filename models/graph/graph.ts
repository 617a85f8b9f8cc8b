/**
 * @file A graph under construction: nodes, the weights they need, inputs and outputs. Architectures write into it through a `Scope`,
 * `encodeModel` turns it into an ONNX file's bytes.
 */

/** What a tensor's elements are. Weights may be of any; values between nodes are never bfloat16 (there are no kernels). */
export type DataType = 'float32' | 'float16' | 'bfloat16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool';

/** The result of a node, an input, a weight or a constant. */
export type Value = { readonly name: string; readonly type: DataType };

/** Bytes in a file, read by ONNX Runtime itself. */
export type PlacedWeight = {
  readonly type: DataType;
  readonly shape: readonly number[];
  /** Absolute real path. */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
};

/** A LoRA pair beside a weight: y = x W^T + scale (x A^T) B^T. */
export type LowRank = { readonly a: PlacedWeight /* [r, in] */; readonly b: PlacedWeight /* [out, r] */; readonly scale: number };

/** Where the weights of a graph lie. Asked by tensor name while the graph is built, so that it can also keep account of what is used. */
export type WeightSource = {
  /** The tensor of exactly this shape; with `firstRow`, that many rows of a taller one. `name#int8` and the like are forms in a side file. */
  find(name: string, shape: readonly number[], firstRow?: number): PlacedWeight;
  lowRank(name: string): LowRank | undefined;
};

/** How the weights of `linear` are stored and multiplied. */
export type LinearForm = 'float' | 'int8' | 'int4';

export type GraphOptions = {
  readonly weights: WeightSource;
  readonly linear: LinearForm;
  /** What matrix products and attention are computed in. Norms and the residual stream are always float32. */
  readonly compute: 'float32' | 'float16';
  /** Every weight is an input of the graph, see [Note: fed weights]. */
  readonly fed?: boolean;
};

export type Attribute = number | string | readonly number[] | { readonly float: number };

export type Node = {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  /** Names; '' is an input or output left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
};

export type Constant = { readonly name: string; readonly type: DataType; readonly shape: readonly number[]; readonly data: Uint8Array };

/** A named axis is free: it takes whatever size comes. */
export type Port = { readonly name: string; readonly type: DataType; readonly shape: readonly (number | string)[] };

/**
 * [Note: fed weights] In a fed graph every weight is an input, already float32, numbered in the order of its first use, and no name in the graph
 * tells which layer it is. Layers that are built alike are then one and the same model, which whoever runs it feeds with the weights of one after the other.
 */
export class Graph {
  readonly name: string;
  readonly options: GraphOptions;
  readonly nodes: Node[] = [];
  readonly weights = new Map<string, PlacedWeight>();
  /** Of a fed graph, by the names of their inputs. */
  readonly fedWeights = new Map<string, PlacedWeight>();
  /** Names of the weights that `linear` multiplies by: what a quantised form replaces. */
  readonly linears = new Set<string>();
  readonly constants = new Map<string, Constant>();
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly #made = new Map<string, unknown>();
  readonly #counts = new Map<string, number>();
  /** What stands for the inputs while another graph is written into this one, and where its results go. */
  #inside: { readonly given: Readonly<Record<string, Value>>; readonly results: Map<string, Value> } | undefined;

  constructor(name: string, options: GraphOptions) {
    this.name = name;
    this.options = options;
  }

  input(name: string, type: DataType, shape: readonly (number | string)[]): Value {
    if (this.#inside) {
      const value = this.#inside.given[name];
      if (!value) throw new Error(`${this.name}: nothing stands for the input ${name}.`);
      return value;
    }
    this.inputs.push({ name, type, shape });
    return { name, type };
  }

  /** An input that takes the weight as float32. See [Note: fed weights]. */
  feed(weight: PlacedWeight): Value {
    const name = `weight ${this.fedWeights.size}`;
    this.fedWeights.set(name, weight);
    this.inputs.push({ name, type: 'float32', shape: weight.shape });
    return { name, type: 'float32' };
  }

  /** Makes the value a result of the graph under this name. It must be of the type that the port says. */
  output(name: string, value: Value, shape: readonly (number | string)[]): void {
    if (this.#inside) {
      this.#inside.results.set(name, value);
      return;
    }
    this.nodes.push({ name: `output/${name}`, type: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} });
    this.outputs.push({ name, type: value.type, shape });
  }

  /** What `build` writes becomes a part of this graph: `given` stands for its inputs, and its outputs are answered, by their names in the graph. */
  inside(given: Readonly<Record<string, Value>>, build: () => void): ReadonlyMap<string, Value> {
    const outer = this.#inside;
    const results = new Map<string, Value>();
    this.#inside = { given, results };
    try {
      build();
    } finally {
      this.#inside = outer;
    }
    return results;
  }

  /** Makes something once per key, so that several users of a value share, say, its cast. */
  once<T>(key: string, make: () => T): T {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as T;
  }

  /** `stem`, or `stem_1` and so on where it is taken. */
  uniqueName(stem: string): string {
    const count = this.#counts.get(stem) ?? 0;
    this.#counts.set(stem, count + 1);
    return count === 0 ? stem : `${stem}_${count}`;
  }

  /** Bytes of all weights, as they lie in their files. */
  weightBytes(): number {
    let sum = 0;
    for (const { bytes } of this.weights.values()) sum += bytes;
    return sum;
  }
}
