/** Which construct names which clause of the written procedure. */
import type { CompiledPack } from '../domain/policy/types';

/** Every list of clauses within a construct; expressions hold none. */
function* idsIn(node: unknown): Generator<string> {
  if (node === null || typeof node !== 'object') return;
  for (const [key, inner] of Object.entries(node)) {
    if (key === 'clauses' && Array.isArray(inner)) yield* inner as string[];
    else if (key !== 'x') yield* idsIn(inner);
  }
}

/**
 * Clause id to the constructs that name it (`rules.p1_begins`, `templates.p1_notice`), sorted by id.
 * `noted` are the clauses that the pack says are carried by something else than a rule (`clauses.<id>`).
 */
export function clauseIndex(
  compiled: Omit<CompiledPack, 'clauses'>,
  noted: readonly string[],
): Record<string, string[]> {
  const index = new Map<string, Set<string>>();
  const add = (id: string, path: string): void => void (index.get(id) ?? index.set(id, new Set()).get(id))?.add(path);
  const { conditions, version, ...rest } = compiled;
  for (const id of idsIn(version)) add(id, 'version');
  for (const one of conditions) for (const id of one.clauses) add(id, `conditions.${one.name}`);
  for (const [construct, items] of Object.entries(rest)) {
    if (construct === 'params' || items === null || typeof items !== 'object') continue;
    for (const [name, item] of Object.entries(items)) for (const id of idsIn(item)) add(id, `${construct}.${name}`);
  }
  for (const id of noted) add(id, `clauses.${id}`);
  return Object.fromEntries([...index].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, paths]) => [id, [...paths]]));
}
