/**
 * @file Every tensor of a checkpoint is used, or left on purpose and said so. Graphs are built once against the account; what is missing,
 * of another shape or of no use to anyone stops the compilation with one list, before a byte of weights is read.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Naming } from '../arch/architecture.ts';
import { listing } from '../checkpoint/listing.ts';
import type { Adapter, LoraPair } from '../checkpoint/lora.ts';
import type { StoredTensor } from '../checkpoint/tensors.ts';
import { describeTensor } from '../checkpoint/tensors.ts';
import type { LowRank, PlacedWeight, WeightSource } from '../graph/graph.ts';
import { floatType, placed } from './placed.ts';

export type Account = {
  /** Until the account is settled it also answers for what is missing, so that one build of every graph finds everything. */
  readonly source: WeightSource;
  /** A tensor that is read by other means than a graph: [rows, columns] with at least so many rows, or [size]. Undefined if it cannot be used. */
  use(name: string, shape: readonly number[]): StoredTensor | undefined;
  /** By canonical name. */
  tensor(name: string): StoredTensor | undefined;
  /** The adapter's pair for the weight of this canonical name. */
  pair(name: string): LoraPair | undefined;
  /** Closes the account: a line for each tensor left on purpose. Throws 'model-invalid' with all that is wrong. */
  settle(): string[];
};

export function openAccount(tensors: ReadonlyMap<string, StoredTensor>, adapter: Adapter | undefined, naming: Naming): Account {
  const twice: string[] = [];
  const stored = byCanonicalName(tensors.values(), naming.renameTensor, twice);
  const pairs = new Map([...(adapter?.pairs ?? [])].map(([path, pair]) => [naming.adapterModule(path), { path, pair }]));
  const used = new Set<string>();
  const usedPairs = new Set<string>();
  const missing = new Set<string>();
  const misfits = new Set<string>();

  function use(name: string, shape: readonly number[], moreRows: boolean): StoredTensor | undefined {
    const tensor = stored.get(name);
    used.add(name);
    if (!tensor) missing.add(`${name} [${shape.join(', ')}]`);
    else if (!fits(tensor.shape, shape, moreRows)) misfits.add(`${describeTensor(tensor)} should be [${shape.join(', ')}]`);
    else if (!floatType(tensor)) misfits.add(`${describeTensor(tensor)} should hold floats: F32, F16 or BF16`);
    else return tensor;
    return undefined;
  }

  return {
    source: {
      find(name, shape, firstRow) {
        const tensor = use(name, shape, firstRow !== undefined);
        return tensor ? placed(tensor, shape, firstRow) : nowhere(shape);
      },
      lowRank(name) {
        const found = pairs.get(name);
        if (!found) return undefined;
        usedPairs.add(name);
        const weight = stored.get(name);
        const { a, b } = found.pair;
        if (weight && (a.shape[1] !== weight.shape[1] || b.shape[0] !== weight.shape[0]))
          misfits.add(`the adapter's ${describeTensor(a)} and ${describeTensor(b)} do not fit ${describeTensor(weight)}`);
        return lowRank(found.pair, adapter?.scale ?? 1);
      },
    },
    use: (name, shape) => use(name, shape, true),
    tensor: (name) => stored.get(name),
    pair: (name) => pairs.get(name)?.pair,
    settle() {
      const left = [...stored].filter(([name]) => !used.has(name)).map(([name, tensor]) => ({ tensor, reason: naming.unusedReason(name) }));
      const unexpected = left.filter(({ reason }) => reason === undefined).map(({ tensor }) => describeTensor(tensor));
      const strayPairs = [...pairs].filter(([name]) => !usedPairs.has(name)).map(([, { path }]) => path);
      const problems = [
        section('missing', [...missing]),
        section('not as config.json says', [...misfits]),
        section('unexpected', unexpected),
        section('stored twice, under two names', twice),
        section('modules of the adapter that the model does not have', strayPairs),
      ].join('');
      if (problems !== '')
        throw new AppError('model-invalid', `The weights are not those of the model that config.json describes.${problems}`);
      return left.map(({ tensor, reason }) => `${tensor.name}: ${reason}`);
    },
  };
}

function byCanonicalName(
  tensors: Iterable<StoredTensor>,
  rename: (name: string) => string,
  twice: string[],
): ReadonlyMap<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const tensor of tensors) {
    const name = rename(tensor.name);
    const other = stored.get(name);
    if (other) twice.push(`${other.name} and ${tensor.name}`);
    stored.set(name, tensor);
  }
  return stored;
}

function lowRank({ a, b }: LoraPair, scale: number): LowRank {
  return { a: placed(a, a.shape), b: placed(b, b.shape), scale };
}

/** Enlarged vocabularies have more rows than the configuration says; nothing else may differ. */
function fits(actual: readonly number[], expected: readonly number[], moreRows: boolean): boolean {
  if (actual.length !== expected.length) return false;
  return expected.every(
    (size, axis) => actual[axis] === size || (moreRows && axis === 0 && expected.length > 1 && (actual[axis] ?? 0) > size),
  );
}

/** Stands for a weight that is not there; the graph around it is never run. */
function nowhere(shape: readonly number[]): PlacedWeight {
  return { type: 'float32', shape, file: '', offset: 0, bytes: 0 };
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title} (${lines.length}):${listing(lines)}`;
}
