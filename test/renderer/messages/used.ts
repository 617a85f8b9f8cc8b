/**
 * @file Which messages a source uses, by their paths: `box.clear`, or `job.names.*` where the key is computed.
 * Follows what useMessages() gives and what has the type Messages through destructuring, aliases and parameters, a file at a time.
 */
import { type Node, nameOf, nodeAt, nodesAt, type Source, typeOf, walk } from './sources.ts';

/** Where in the messages something is; or the types of its members. */
type Shape = string | ReadonlyMap<string, Node>;

export function usedPaths({ tree }: Source): Set<string> {
  const aliases = new Map<string, Node>();
  for (const node of walk(tree)) {
    const name = node.type === 'TSTypeAliasDeclaration' ? nameOf(nodeAt(node, 'id')) : undefined;
    const type = nodeAt(node, 'typeAnnotation');
    if (name !== undefined && type) aliases.set(name, type);
  }
  const places = new Map<string, Set<string>>();
  const used = new Set<string>();

  const shapesOf = (type: Node | undefined): Shape[] => {
    switch (type?.type) {
      case 'TSTypeReference': {
        const name = nameOf(nodeAt(type, 'typeName')) ?? '';
        const [first] = nodesAt(nodeAt(type, 'typeArguments') ?? type, 'params');
        if (name === 'Messages') return [''];
        if (name === 'ReturnType') return nameOf(nodeAt(first, 'exprName')) === 'useMessages' ? [''] : [];
        if (name === 'Pick' || name === 'Readonly') return shapesOf(first);
        return shapesOf(aliases.get(name));
      }
      case 'TSIndexedAccessType': {
        const key = nameOf(nodeAt(nodeAt(type, 'indexType'), 'literal'));
        return key === undefined ? [] : membersOf(shapesOf(nodeAt(type, 'objectType')), key);
      }
      case 'TSTypeLiteral': {
        const members = nodesAt(type, 'members').flatMap((member) => {
          const name = nameOf(nodeAt(member, 'key'));
          const own = typeOf(member);
          return name !== undefined && own ? [[name, own] as const] : [];
        });
        return [new Map(members)];
      }
      case 'TSIntersectionType':
        return nodesAt(type, 'types').flatMap(shapesOf);
      default:
        return [];
    }
  };
  const membersOf = (shapes: readonly Shape[], key: string): Shape[] =>
    shapes.flatMap((shape) => (typeof shape === 'string' ? [below(shape, key)] : shapesOf(shape.get(key))));

  const bind = (pattern: Node | undefined, shapes: readonly Shape[]): void => {
    if (!pattern || shapes.length === 0) return;
    if (pattern.type === 'AssignmentPattern') bind(nodeAt(pattern, 'left'), shapes);
    if (pattern.type === 'Identifier') {
      const known = places.get(nameOf(pattern) ?? '') ?? new Set();
      for (const shape of shapes) if (typeof shape === 'string') known.add(shape);
      places.set(nameOf(pattern) ?? '', known);
    }
    if (pattern.type !== 'ObjectPattern') return;
    for (const property of nodesAt(pattern, 'properties')) {
      const key = nameOf(nodeAt(property, 'key'));
      if (key === undefined) continue;
      const members = membersOf(shapes, key);
      for (const member of members) if (typeof member === 'string') used.add(member);
      bind(nodeAt(property, 'value'), members);
    }
  };

  const placesOf = (node: Node | undefined): string[] => {
    if (node?.type === 'CallExpression') return nameOf(nodeAt(node, 'callee')) === 'useMessages' ? [''] : [];
    if (node?.type === 'Identifier') return [...(places.get(nameOf(node) ?? '') ?? [])];
    if (node?.type !== 'MemberExpression') return [];
    const key = node.computed === true && nodeAt(node, 'property')?.type !== 'Literal' ? '*' : nameOf(nodeAt(node, 'property'));
    return key === undefined ? [] : placesOf(nodeAt(node, 'object')).map((place) => below(place, key));
  };

  // A name may be used above of where it is bound: what the first round binds the second one knows.
  for (let round = 0; round < 3; round++) {
    for (const node of walk(tree)) {
      if (node.type === 'VariableDeclarator') bind(nodeAt(node, 'id'), placesOf(nodeAt(node, 'init')));
      for (const parameter of nodesAt(node, 'params')) bind(parameter, shapesOf(typeOf(parameter)));
      if (node.type === 'MemberExpression') for (const place of placesOf(node)) used.add(place);
    }
  }
  return used;
}

function below(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}

/** Whether the message at this path is among these. */
export function isUsed(message: string, used: ReadonlySet<string>): boolean {
  const parts = message.split('.');
  return parts.some((_, at) => used.has([...parts.slice(0, at), '*'].join('.')) && at > 0) || used.has(message) || isWithin(parts, used);
}

/** `codes.*` and what lies in it: a key that is computed may be followed by others. */
function isWithin(parts: readonly string[], used: ReadonlySet<string>): boolean {
  return [...used].some((place) => {
    const pattern = place.split('.');
    return pattern.includes('*') && pattern.length === parts.length && pattern.every((part, at) => part === '*' || part === parts[at]);
  });
}
