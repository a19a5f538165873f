import { categoriesOf } from '../domain/articles/tree';
import type { LoadedKnowledge } from './load';

/** Clause id to what of the content carries it: `knowledge`, `knowledge.integrations/siem-platforms`, `knowledge.first-video`. */
export function knowledgeClauses({
  tree,
  articles,
}: Pick<LoadedKnowledge, 'tree' | 'articles'>): Record<string, string[]> {
  const index: Record<string, string[]> = {};
  const add = (ids: readonly string[], what: string): void => {
    for (const id of ids) (index[id] ??= []).push(what);
  };
  add(tree?.clauses ?? [], 'knowledge');
  for (const { clauses, slug } of categoriesOf(tree?.categories ?? [])) add(clauses, `knowledge.${slug}`);
  for (const { clauses, slug } of articles) add(clauses, `knowledge.${slug}`);
  return index;
}
