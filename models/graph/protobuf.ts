/**
 * @file The four shapes of protobuf fields that ONNX files need.
 * Reference: protobuf.dev/programming-guides/encoding
 */

/** A message under construction: pieces of bytes and their total length. */
export class Message {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** int32, int64, enum. Zero is the default of a field and still written: ONNX distinguishes an axis of 0 from none. */
  integer(field: number, value: number): this {
    return this.#tag(field, 0).#push(varint(value));
  }

  float(field: number, value: number): this {
    return this.#tag(field, 5).#push(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).#push(varint(value.length)).#push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    this.#tag(field, 2).#push(varint(value.#length));
    for (const piece of value.#pieces) this.#push(piece);
    return this;
  }

  /** Repeated integers, packed. */
  integers(field: number, values: readonly number[]): this {
    const packed = new Message();
    for (const value of values) packed.#push(varint(value));
    return this.message(field, packed);
  }

  encode(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #tag(field: number, wire: number): this {
    return this.#push(varint(field * 8 + wire));
  }

  #push(piece: Uint8Array): this {
    this.#pieces.push(piece);
    this.#length += piece.length;
    return this;
  }
}

/** Negative numbers are ten bytes of two's complement, as protobuf wants it. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
