/**
 * @file A graph as the bytes of an ONNX model whose weights stay where they are.
 * Reference: onnx.proto (IR version 10); facts about external data: offset and length in decimal, location relative to a folder.
 */
import type { Attribute, Constant, Graph, Node, PlacedWeight, Port } from './graph.ts';
import { Message } from './protobuf.ts';
import { elementTypes } from './scope.ts';

const irVersion = 10;
const opset = 21;

/** AttributeProto.AttributeType. */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** TensorProto.DataLocation. */
const external = 1;

/** @param locate the place of a file relative to the folder that the session is given, with forward slashes */
export function encodeModel(graph: Graph, locate: (file: string) => string): Uint8Array {
  const body = new Message();
  for (const node of graph.nodes) body.message(1, nodeMessage(node));
  body.text(2, graph.name);
  for (const [name, weight] of graph.weights) body.message(5, weightMessage(name, weight, locate(weight.file)));
  for (const constant of graph.constants.values()) body.message(5, constantMessage(constant));
  for (const port of graph.inputs) body.message(11, portMessage(port));
  for (const port of graph.outputs) body.message(12, portMessage(port));
  return new Message()
    .integer(1, irVersion)
    .text(2, 'oneword')
    .message(7, body)
    .message(8, new Message().text(1, '').integer(2, opset))
    .message(8, new Message().text(1, 'com.microsoft').integer(2, 1))
    .encode();
}

function nodeMessage(node: Node): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(1, input);
  for (const output of node.outputs) message.text(2, output);
  message.text(3, node.name).text(4, node.type);
  for (const [name, value] of Object.entries(node.attributes)) message.message(5, attributeMessage(name, value));
  return node.domain === '' ? message : message.text(7, node.domain);
}

/** A bare number is an integer: ONNX takes `1` and `1.0` for different things, JavaScript does not. */
function attributeMessage(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, attributeTypes.int);
  if (typeof value === 'string') return message.text(4, value).integer(20, attributeTypes.string);
  if ('float' in value) return message.float(2, value.float).integer(20, attributeTypes.float);
  return message.integers(8, value).integer(20, attributeTypes.ints);
}

function weightMessage(name: string, weight: PlacedWeight, location: string): Message {
  const entry = (key: string, value: string) => new Message().text(1, key).text(2, value);
  return new Message()
    .integers(1, weight.shape)
    .integer(2, elementTypes[weight.type])
    .text(8, name)
    .message(13, entry('location', location))
    .message(13, entry('offset', String(weight.offset)))
    .message(13, entry('length', String(weight.bytes)))
    .integer(14, external);
}

function constantMessage({ name, type, shape, data }: Constant): Message {
  return new Message().integers(1, shape).integer(2, elementTypes[type]).text(8, name).bytes(9, data);
}

function portMessage({ name, type, shape }: Port): Message {
  const dimensions = new Message();
  for (const size of shape) dimensions.message(1, typeof size === 'number' ? new Message().integer(1, size) : new Message().text(2, size));
  const tensor = new Message().integer(1, elementTypes[type]).message(2, dimensions);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}
