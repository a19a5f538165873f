/** Walking the tree of categories. */
import type { CategoryNode, KnowledgeTree } from './types';

/** Lower case, letters and digits, dashes between: a title in an address. */
export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** Every category, parents before children, in order. */
export function* categoriesOf(nodes: readonly CategoryNode[]): Generator<CategoryNode> {
  for (const node of nodes) {
    yield node;
    yield* categoriesOf(node.children);
  }
}

/** The category of a path (`Core Features > Reporting`) or of an address (`core-features/reporting`). */
export function categoryAt(tree: KnowledgeTree, path: string): CategoryNode | undefined {
  for (const node of categoriesOf(tree.categories)) if (node.path === path || node.slug === path) return node;
  return undefined;
}
