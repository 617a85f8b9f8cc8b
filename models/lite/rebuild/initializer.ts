/** @file Reads one float16 weight out of an ONNX file, which is a protobuf message. See onnx.proto: ModelProto, GraphProto, TensorProto. */
import { AppError } from '../../../core/api/errors.ts';

const fieldOf = { graph: 7, initializer: 5, dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const float16 = 10;

type Field = { readonly number: number; readonly value: number; readonly bytes: Buffer };

export type Matrix = { readonly rows: number; readonly columns: number; readonly data: Float64Array };

export function readMatrix(model: Buffer, name: string): Matrix {
  const graph = [...fieldsOf(model)].find(({ number }) => number === fieldOf.graph)?.bytes ?? Buffer.alloc(0);
  for (const { number, bytes } of fieldsOf(graph)) {
    if (number !== fieldOf.initializer) continue;
    const fields = [...fieldsOf(bytes)];
    const first = (wanted: number): Field | undefined => fields.find((field) => field.number === wanted);
    if (first(fieldOf.name)?.bytes.toString() !== name) continue;
    const [rows = 0, columns = 0] = fields.filter((field) => field.number === fieldOf.dims).flatMap(dimsOf);
    const raw = first(fieldOf.rawData)?.bytes ?? Buffer.alloc(0);
    if (first(fieldOf.dataType)?.value !== float16 || raw.length !== rows * columns * 2) break;
    return { rows, columns, data: Float64Array.from({ length: rows * columns }, (_, i) => halfFloat(raw.readUInt16LE(i * 2))) };
  }
  throw new AppError('model-missing', `The network has no float16 matrix "${name}".`);
}

/** Repeated numbers come one by one or packed. */
function dimsOf({ value, bytes }: Field): number[] {
  if (bytes.length === 0) return [value];
  const dims: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [dim, next] = varint(bytes, at);
    dims.push(dim);
    at = next;
  }
  return dims;
}

function* fieldsOf(message: Buffer): Generator<Field> {
  const nothing = Buffer.alloc(0);
  for (let at = 0; at < message.length; ) {
    const [tag, start] = varint(message, at);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      const [value, next] = varint(message, start);
      yield { number, value, bytes: nothing };
      at = next;
    } else {
      const [length, from] = wire === 2 ? varint(message, start) : [wire === 1 ? 8 : 4, start];
      yield { number, value: 0, bytes: message.subarray(from, from + length) };
      at = from + length;
    }
  }
}

/** The number and where the next field begins. Exact up to 2^53, enough for lengths and sizes. */
function varint(bytes: Buffer, start: number): [number, number] {
  let value = 0;
  let scale = 1;
  let at = start;
  for (;;) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
    scale *= 128;
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}
