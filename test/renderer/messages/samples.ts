/** @file Arguments to call a message with, by the types that its English says it takes. */
import { type Node, nameOf, nodeAt, nodesAt, readSource, typeOf, walk } from './sources.ts';

export const numbers = [0, 1, 2, 5, 1000];

/** Strings that are not just any name. */
const known: Readonly<Record<string, string>> = {
  month: '2023-07',
  iso: '2023-07-14T10:00:00',
  day: '2023-07-14',
  from: '2023-07-14',
  to: '2023-08-02',
  why: 'A sentence.',
};
const objects: Readonly<Record<string, unknown>> = {
  part: { x: 0.1, y: 0.2, width: 0.5, height: 0.25 },
  place: { latitude: 52.52, longitude: 13.405 },
};

/** Of every message that is a function, by its path: several lists of arguments, one for each number where it takes any. */
export function samplesOfMessages(): Map<string, unknown[][]> {
  const { tree } = readSource('messages/en.ts');
  const declared = [...walk(tree)].filter((node) => node.type === 'VariableDeclarator');
  const named = new Map(declared.map((node) => [nameOf(nodeAt(node, 'id')), nodeAt(node, 'init')]));
  const samples = new Map<string, unknown[][]>();
  const visit = (node: Node | undefined, at: string): void => {
    const value = node?.type === 'Identifier' ? named.get(nameOf(node)) : node;
    if (value?.type === 'ArrowFunctionExpression')
      samples.set(
        at,
        numbers.map((number) => nodesAt(value, 'params').map((one) => sampleOf(one, number))),
      );
    if (value?.type !== 'ObjectExpression') return;
    for (const property of nodesAt(value, 'properties')) {
      const key = nameOf(nodeAt(property, 'key'));
      if (key !== undefined) visit(nodeAt(property, 'value'), at === '' ? key : `${at}.${key}`);
    }
  };
  visit(named.get('en'), '');
  return samples;
}

function sampleOf(parameter: Node, number: number): unknown {
  const name = nameOf(parameter) ?? '';
  const type = typeOf(parameter);
  const types = type?.type === 'TSUnionType' ? nodesAt(type, 'types') : type ? [type] : [];
  if (types.some((one) => one.type === 'TSNumberKeyword')) return number;
  if (types.some((one) => one.type === 'TSStringKeyword')) return known[name] ?? 'Trips';
  if (name in objects) return objects[name];
  return ['Trips', 'Cats'];
}
