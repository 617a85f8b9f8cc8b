/** @file Words that a component would show without the messages: text between tags, and attributes that are read out or shown. */
import { type Node, nameOf, nodeAt, nodesAt, type Source, walk } from './sources.ts';

const spoken = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'title',
  'placeholder',
  'label',
  'alt',
  'description',
  'hint',
  'text',
]);

export function literalsIn({ file, tree }: Source): string[] {
  const found: string[] = [];
  const tell = (text: unknown): void => {
    if (typeof text === 'string' && /\p{L}/u.test(text)) found.push(`${file}: ${text.trim()}`);
  };
  for (const node of walk(tree)) {
    if (node.type === 'JSXText') tell(node.value);
    if (node.type === 'JSXElement' || node.type === 'JSXFragment') {
      for (const child of nodesAt(node, 'children')) {
        if (child.type === 'JSXExpressionContainer') for (const text of textsOf(nodeAt(child, 'expression'))) tell(text);
      }
    }
    const name = node.type === 'JSXAttribute' ? Reflect.get(nodeAt(node, 'name') ?? {}, 'name') : undefined;
    if (typeof name === 'string' && spoken.has(name)) {
      const value = nodeAt(node, 'value');
      for (const text of textsOf(value?.type === 'JSXExpressionContainer' ? nodeAt(value, 'expression') : value)) tell(text);
    }
  }
  return found;
}

/** What the expression may become, as far as it is written there. */
function textsOf(node: Node | undefined): string[] {
  switch (node?.type) {
    case 'Literal':
      return [nameOf(node) ?? ''];
    case 'TemplateLiteral':
      return nodesAt(node, 'quasis').map((quasi) => String(Reflect.get(quasi.value ?? {}, 'cooked')));
    case 'ConditionalExpression':
      return [...textsOf(nodeAt(node, 'consequent')), ...textsOf(nodeAt(node, 'alternate'))];
    case 'LogicalExpression':
      return [...textsOf(nodeAt(node, 'left')), ...textsOf(nodeAt(node, 'right'))];
    default:
      return [];
  }
}
