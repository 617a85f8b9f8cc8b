/**
 * @file What the sources of the page say of the messages: which are used, which take what, and what is said past them. By reading the syntax tree,
 * since only types know more, and types are gone when a test runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';

const renderer = path.resolve(import.meta.dirname, '../../../renderer');

export type Node = { readonly type: string; readonly [key: string]: unknown };

/** Path of the file below renderer/, and its syntax tree. */
export type Source = { readonly file: string; readonly tree: Node };

export function readSource(file: string): Source {
  return sourceOf(file, readFileSync(path.join(renderer, file), 'utf8'));
}

export function sourceOf(file: string, text: string): Source {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return { file, tree: program as unknown as Node };
}

/** All that is shipped to the page, less the messages themselves. */
export function pageSources(): Source[] {
  return readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('messages/') && !/^(vite\.config|licences-file)\.ts$/.test(file))
    .map(readSource);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string';
}

export function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

/** The node and everything below it, from above. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child);
}

export function nodeAt(node: Node | undefined, key: string): Node | undefined {
  const value = node?.[key];
  return isNode(value) ? value : undefined;
}

export function nodesAt(node: Node, key: string): Node[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier or the text of a literal. */
export function nameOf(node: Node | undefined): string | undefined {
  const name = node?.type === 'Identifier' ? node.name : node?.type === 'Literal' ? node.value : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The type of a parameter or property, without its colon. */
export function typeOf(node: Node): Node | undefined {
  return nodeAt(nodeAt(node, 'typeAnnotation'), 'typeAnnotation');
}
