/** @file Where each of many keys stands in a list. A table where keys lie close together, as they do: a Map of a hundred thousand takes ten times as long. */

/** Slots of the table for each key. */
const sparsest = 16;

export class KeyTable {
  readonly #slots: Int32Array | undefined;
  readonly #map: ReadonlyMap<number, number> | undefined;

  /** Keys are positive integers, each there once. */
  constructor(keys: ArrayLike<number>) {
    let largest = 0;
    for (let at = 0; at < keys.length; at++) largest = Math.max(largest, keys[at] as number);
    if (largest > 65_536 + sparsest * keys.length) {
      this.#map = new Map(Array.from(keys, (key, at) => [key, at]));
      return;
    }
    this.#slots = new Int32Array(largest + 1).fill(-1);
    for (let at = 0; at < keys.length; at++) this.#slots[keys[at] as number] = at;
  }

  /** -1 where it is not. */
  placeOf(key: number): number {
    return this.#slots?.[key] ?? this.#map?.get(key) ?? -1;
  }
}
