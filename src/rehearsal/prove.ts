/**
 * Proof by removal: does a scenario that names a clause fail when what carries the clause is taken away? A clause whose
 * scenarios hold with and without its rule is proved by nothing.
 */
import type { CompiledPack } from '../domain/policy/types';
import type { LoadedPack } from '../policies/load';
import { rehearse } from './rehearse';
import { readScenario, type Scenario } from './scenario';

/** A pack without one of the things that carry a clause. */
export interface Mutant {
  /** What was taken away: `rules.p1_begins`, `rules.p1_begins.do.3`, `tables.priority.rows.1`. */
  removed: string;
  pack: CompiledPack;
}

/** What became of one clause. `noticed` and `unnoticed` name what was removed. */
export interface Proof {
  clause: string;
  scenarios: string[];
  noticed: string[];
  unnoticed: string[];
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => value !== null && typeof value === 'object' && !Array.isArray(value);
const names = (value: unknown, clause: string): boolean =>
  isNode(value) && Array.isArray(value['clauses']) && value['clauses'].includes(clause);

const NEVER = { src: 'false', x: ['lit', false], reads: [] } as const;

/** Constructs whose items can be left out whole: nothing else breaks when they are gone. */
const REMOVABLE = ['commitments', 'tasks', 'guards', 'paths', 'fields', 'people', 'facts', 'kinds', 'flows'] as const;

const without = <T>(list: readonly T[], i: number): T[] => list.filter((_, k) => k !== i);

/** Every way of taking away something that names the clause, smallest first. */
export function mutantsOf(pack: CompiledPack, clause: string): Mutant[] {
  const mutants: Mutant[] = [];
  const add = (removed: string, change: Partial<CompiledPack>): void =>
    void mutants.push({ removed, pack: { ...pack, ...change } });
  for (const [name, rule] of Object.entries(pack.rules)) {
    for (const [i, action] of rule.do.entries())
      if (names(action, clause))
        add(`rules.${name}.do.${i}`, { rules: { ...pack.rules, [name]: { ...rule, do: without(rule.do, i) } } });
    if (names(rule, clause)) add(`rules.${name}`, { rules: { ...pack.rules, [name]: { ...rule, do: [] } } });
  }
  for (const [name, table] of Object.entries(pack.tables)) {
    for (const [i, row] of table.rows.entries())
      if (names(row, clause))
        add(`tables.${name}.rows.${i}`, {
          tables: { ...pack.tables, [name]: { ...table, rows: without(table.rows, i) } },
        });
    if (names(table, clause))
      add(`tables.${name}`, { tables: { ...pack.tables, [name]: { ...table, rows: [], byKey: {} } } });
  }
  for (const [flow, def] of Object.entries(pack.flows)) {
    for (const [state, one] of Object.entries(def.states)) {
      for (const rows of ['go', 'interrupts'] as const) {
        for (const [i, row] of one[rows].entries()) {
          if (!names(row, clause)) continue;
          const states = { ...def.states, [state]: { ...one, [rows]: without(one[rows], i) } };
          add(`flows.${flow}.${state}.${rows}.${i}`, { flows: { ...pack.flows, [flow]: { ...def, states } } });
        }
      }
    }
  }
  for (const [i, condition] of pack.conditions.entries())
    if (names(condition, clause))
      add(`conditions.${condition.name}`, {
        conditions: pack.conditions.map((one, k) => (k === i ? ({ ...one, cel: NEVER } as never) : one)),
      });
  for (const [name, words] of Object.entries(pack.words))
    if (names(words, clause))
      add(`words.${name}`, { words: { ...pack.words, [name]: { ...words, list: [], match: 'word' } } });
  for (const construct of REMOVABLE) {
    const items = pack[construct] as Record<string, unknown>;
    for (const [name, item] of Object.entries(items)) {
      if (!hasClause(item, clause)) continue;
      const { [name]: _gone, ...rest } = items;
      add(`${construct}.${name}`, { [construct]: rest });
    }
  }
  return mutants;
}

/** Whether a construct, or a part of it, names the clause. */
function hasClause(item: unknown, clause: string): boolean {
  if (Array.isArray(item)) return item.some((one) => hasClause(one, clause));
  return isNode(item) && (names(item, clause) || Object.values(item).some((one) => hasClause(one, clause)));
}

/** The scenario fails: an expectation does not hold, or the pack cannot even play it any more. */
async function fails(scenario: Scenario, loaded: LoadedPack, pack: CompiledPack): Promise<boolean> {
  try {
    return !(await rehearse(scenario, { ...loaded, pack })).ok;
  } catch {
    return true;
  }
}

/**
 * Prove the clauses that scenarios name. `scenarios` are the files with the clauses each names; `progress` hears the
 * clauses as they are done. Clauses without a scenario are left out: tests prove those.
 */
export async function proveClauses(
  loaded: LoadedPack,
  scenarios: readonly { file: string; clauses: string[] }[],
  options: { only?: readonly string[]; progress?(done: number, all: number, clause: string): void } = {},
): Promise<Proof[]> {
  const ids = [...new Set(scenarios.flatMap((one) => one.clauses))]
    .filter((id) => options.only === undefined || options.only.includes(id))
    .sort();
  const read = new Map<string, Promise<Scenario>>();
  const scenarioOf = (file: string): Promise<Scenario> => {
    const known = read.get(file) ?? readScenario(file);
    read.set(file, known);
    return known;
  };
  const proofs: Proof[] = [];
  for (const [i, clause] of ids.entries()) {
    const files = scenarios.filter((one) => one.clauses.includes(clause)).map((one) => one.file);
    const proof: Proof = { clause, scenarios: files, noticed: [], unnoticed: [] };
    for (const mutant of mutantsOf(loaded.pack, clause)) {
      let noticed = false;
      for (const file of files) {
        noticed = await fails(await scenarioOf(file), loaded, mutant.pack);
        if (noticed) break;
      }
      (noticed ? proof.noticed : proof.unnoticed).push(mutant.removed);
    }
    proofs.push(proof);
    options.progress?.(i + 1, ids.length, clause);
  }
  return proofs;
}

/** Clauses with carriers of which no removal was noticed, and which no test names either. */
export const unproved = (proofs: readonly Proof[], testTitles: readonly string[]): Proof[] =>
  proofs.filter(
    (proof) =>
      proof.noticed.length === 0 &&
      proof.unnoticed.length > 0 &&
      !testTitles.some((title) => new RegExp(`(?<![A-Z0-9-])${proof.clause}(?!\\d)`).test(title)),
  );
