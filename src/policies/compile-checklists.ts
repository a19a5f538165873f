/** Checklists of the source as the core reads them. */
import type { ChecklistDef } from '../domain/policy/checklist-types';
import { given, patternOf, type Compiler } from './compiler';
import type { ChecklistSource } from './schema/checklists';

/** One checklist. */
export function compileChecklist(_c: Compiler, name: string, source: ChecklistSource): ChecklistDef {
  return {
    name,
    title: source.title,
    items: Object.entries(source.items).map(([item, { title, by, pack, scenarios, seen, clauses }]) => ({
      name: item,
      title,
      ...given('by', by),
      pack: pack.map((proof) =>
        typeof proof === 'string'
          ? { at: proof }
          : { at: proof.at, ...given('is', proof.is), ...given('has', proof.has) },
      ),
      scenarios,
      seen: seen.map(patternOf),
      clauses,
    })),
    clauses: source.clauses,
  };
}
