/**
 * Proof by removal: does a scenario that names a clause fail when what carries the clause is taken away? A clause whose
 * scenarios hold with and without its rule is proved by nothing.
 */
import type { CompiledPack } from '../domain/policy/types';
import type { LoadedPack } from '../policies/load';
import type { AssistantDef } from '../domain/assistant/types';
import { isConversation, playConversation, readConversation } from './conversation';
import { rehearse } from './rehearse';
import { readScenario } from './scenario';

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
const REMOVABLE = [
  'commitments',
  'tasks',
  'guards',
  'paths',
  'reasons',
  'fields',
  'people',
  'facts',
  'kinds',
  'flows',
  'voices',
] as const;

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
      if (names(one.otherwise, clause)) {
        const { when: _always, otherwise: _none, ...on } = one;
        const states = { ...def.states, [state]: on };
        add(`flows.${flow}.${state}.otherwise`, { flows: { ...pack.flows, [flow]: { ...def, states } } });
      }
      for (const rows of ['go', 'interrupts'] as const) {
        for (const [i, row] of one[rows].entries()) {
          if (!names(row, clause)) continue;
          const states = { ...def.states, [state]: { ...one, [rows]: without(one[rows], i) } };
          add(`flows.${flow}.${state}.${rows}.${i}`, { flows: { ...pack.flows, [flow]: { ...def, states } } });
        }
      }
    }
  }
  for (const [name, rollout] of Object.entries(pack.rollouts ?? {}))
    if (names(rollout, clause)) {
      const { [name]: _gone, ...rollouts } = pack.rollouts ?? {};
      add(`rollouts.${name}`, { rollouts });
    }
  for (const [i, condition] of pack.conditions.entries())
    if (names(condition, clause))
      add(`conditions.${condition.name}`, {
        conditions: pack.conditions.map((one, k) => (k === i ? ({ ...one, cel: NEVER } as never) : one)),
      });
  for (const [name, words] of Object.entries(pack.words))
    if (names(words, clause))
      add(`words.${name}`, { words: { ...pack.words, [name]: { ...words, list: [], match: 'word' } } });
  for (const [name, def] of Object.entries(pack.assistants ?? {}))
    for (const [part, change] of assistantMutants(def, clause))
      add(`assistants.${name}.${part}`, { assistants: { ...pack.assistants, [name]: { ...def, ...change } } });
  for (const construct of REMOVABLE) {
    const items = (pack[construct] ?? {}) as Record<string, unknown>;
    for (const [name, item] of Object.entries(items)) {
      if (!hasClause(item, clause)) continue;
      const { [name]: _gone, ...rest } = items;
      add(`${construct}.${name}`, { [construct]: rest });
    }
  }
  return mutants;
}

/** An assistant without one of its parts: an intent, a reason to hand over, what a step does, the words around the ticket. */
function* assistantMutants(def: AssistantDef, clause: string): Generator<[string, Partial<AssistantDef>]> {
  if (names(def, clause)) yield ['greeting', { greeting: '' }];
  for (const [i, intent] of def.intents.entries())
    if (names(intent, clause)) yield [`intents.${intent.name}`, { intents: without(def.intents, i) }];
  for (const [i, trigger] of def.triggers.entries())
    if (names(trigger, clause)) yield [`handoff.${trigger.name}`, { triggers: without(def.triggers, i) }];
  for (const [i, item] of def.collect.entries())
    if (names(item, clause)) yield [`collect.${item.read.field}`, { collect: without(def.collect, i) }];
  for (const [name, step] of Object.entries(def.steps)) {
    const { act: _act, say: _say, ...silent } = step;
    if (names(step, clause)) yield [`steps.${name}`, { steps: { ...def.steps, [name]: { ...silent, next: [] } } }];
  }
  if (names(def.ticket, clause)) yield ['ticket', { ticket: { ...def.ticket, subject: [], fields: {} } }];
  if (names(def.wait, clause)) yield ['wait', { wait: { ...def.wait, open: [], closed: [] } }];
}

/** Whether a construct, or a part of it, names the clause. */
function hasClause(item: unknown, clause: string): boolean {
  if (Array.isArray(item)) return item.some((one) => hasClause(one, clause));
  return isNode(item) && (names(item, clause) || Object.values(item).some((one) => hasClause(one, clause)));
}

/** A scenario or a conversation, ready to be played under a pack; whether it holds. */
type Played = (loaded: LoadedPack) => Promise<boolean>;

async function readPlayable(file: string): Promise<Played> {
  if (isConversation(file)) {
    const script = await readConversation(file);
    return async (loaded) => playConversation(loaded, script).ok;
  }
  const scenario = await readScenario(file);
  return async (loaded) => (await rehearse(scenario, loaded)).ok;
}

/** The scenario fails: an expectation does not hold, or the pack cannot even play it any more. */
async function fails(scenario: Played, loaded: LoadedPack, pack: CompiledPack): Promise<boolean> {
  try {
    return !(await scenario({ ...loaded, pack }));
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
  const read = new Map<string, Promise<Played>>();
  const scenarioOf = (file: string): Promise<Played> => {
    const known = read.get(file) ?? readPlayable(file);
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
