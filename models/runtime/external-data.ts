/**
 * @file Which weight file keeps a model from opening. onnxruntime names the tensor at best, a person needs the file; so the model's own
 * references (onnx.proto: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.external_data = 13) are held against the disk.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';

type Reference = { readonly location: string; readonly end: number };

/** A sentence on the first file below `folder` that is absent or too short for this model; undefined where all are whole. */
export async function damagedWeights(model: Uint8Array, folder: string): Promise<string | undefined> {
  for (const { location, end } of references(model)) {
    const file = path.join(folder, location);
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) return `The weight file ${file} is missing or cannot be read. Download or import the model again.`;
    if (size < end)
      return `The weight file ${file} is incomplete: ${size} bytes, at least ${end} are needed. Download or import the model again.`;
  }
  return undefined;
}

function references(model: Uint8Array): Reference[] {
  return [...messages(model, 7)].flatMap((graph) => [...messages(graph, 5)].flatMap(referenceOf));
}

function referenceOf(tensor: Uint8Array): Reference[] {
  const entries = new Map([...messages(tensor, 13)].map((entry) => [text(entry, 1), text(entry, 2)]));
  const location = entries.get('location');
  return location === undefined ? [] : [{ location, end: Number(entries.get('offset') ?? 0) + Number(entries.get('length') ?? 0) }];
}

function text(message: Uint8Array, field: number): string {
  for (const value of messages(message, field)) return Buffer.from(value).toString();
  return '';
}

/** Every length-delimited value of `field`, in order. */
function* messages(bytes: Uint8Array, field: number): Generator<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    if (wire === 2) {
      const length = varint();
      if ((key - wire) / 8 === field) yield bytes.subarray(at, at + length);
      at += length;
    } else if (wire === 0) varint();
    else at += wire === 1 ? 8 : 4;
  }

  function varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }
}
