/** Names that expressions read: each must be declared, and those whose truth may not change by itself read no clock. */
import { ASSISTANT_ROOTS } from '../../domain/assistant/env';
import type { Cel, Expr } from '../../domain/policy/types';
import { BUILT_IN_FUNCTIONS } from '../../domain/policy/expr';
import { parseDuration } from '../../domain/time/instants';
import { walkExpr } from '../cel';
import { patternOf, type Place, type Site } from '../compiler';
import { unknownName, type Check, type CheckContext } from './context';
import { eventFault } from './events';
import { answersOf, ROOTS_WITH_MESSAGE } from './names';

/** What each root offers below its name; undefined where anything may stand. */
const VIEWS: Record<string, ReadonlySet<string> | undefined> = {
  commitment: new Set(['breached', 'active', 'met', 'anchor', 'due', 'amount', 'next', 'interval', 'remaining_share']),
  task: new Set(['open', 'done', 'for', 'choice', 'by', 'at']),
  path: new Set([
    ...['level', 'entered', 'acknowledged', 'exhausted', 'team', 'lead', 'acknowledged_by', 'reason', 'came_from'],
  ]),
  delivery: new Set(['ok', 'to', 'role', 'at', 'person']),
  fact: new Set(['value', 'score', 'at', 'members', 'reasons']),
  flow: new Set(['state', 'outcome', 'startedAt', 'enteredAt', 'turns', 'asking']),
};

/** Roots that only some places have. */
const MORE_ROOTS: Partial<Record<Place, string[]>> = {
  query: ['other'],
  metric: ['tick', 'to', 'from', 'found', 'duration'],
  rollout: ['metric'],
  schedule: ['version', 'entry', 'period'],
};

/** Places that read no ticket: all their roots. */
const OWN_ROOTS: Partial<Record<Place, readonly string[]>> = {
  assistant: [...ASSISTANT_ROOTS],
  formula: ['metric', 'before', 'period', 'param'],
};

/** Functions of the language beside the operators. */
export const FUNCTIONS = [
  'table',
  'hits',
  'matched',
  'known',
  'seen',
  'count',
  'age',
  'dur',
  'is_open',
  'eur',
] as const;

/** Places whose truth may change only when an event changes the ticket. */
const STEADY: Partial<Record<Place, string>> = { condition: 'a condition', while: '"while"', pause: '"pause"' };

/** Every name in every expression. */
export const expressions: Check = (context) => {
  for (const site of context.sites) {
    for (const fault of faultsIn(context, site.cel.x, site.place)) {
      context.inExpression('error', fault.rule, site, fault.name, fault.message);
    }
    steady(context, site);
  }
};

interface Fault {
  rule: string;
  /** The name as it stands in the text. */
  name: string;
  message: string;
}

function faultsIn(context: CheckContext, x: Expr, place: Place): Fault[] {
  const faults: Fault[] = [];
  const roots = new Set(OWN_ROOTS[place] ?? [...ROOTS_WITH_MESSAGE, ...(MORE_ROOTS[place] ?? [])]);
  for (const { x: part, bound } of walkExpr(x)) {
    if (part[0] === 'id' && !bound.has(part[1]) && !roots.has(part[1])) {
      faults.push({ rule: 'unknown-name', name: part[1], message: unknownRoot(part[1], roots) });
    } else if (part[0] === 'call') faults.push(...callFaults(context, part[1], part[2]));
    const chain = chainOf(part, bound);
    if (chain) faults.push(...chainFaults(context, chain));
    if (part[0] === 'sel' || part[0] === 'has') faults.push(...answerFaults(context, part));
  }
  return unique(faults);
}

const unique = (faults: Fault[]): Fault[] => [...new Map(faults.map((one) => [one.message, one])).values()];

const unknownRoot = (name: string, roots: ReadonlySet<string>): string =>
  `${unknownName('name', name, roots)} (texts stand in quotes: '${name}')`;

/** A chain of names from a free root: `commitment.p1_updates.due` or `task['vendors']`. */
function chainOf(x: Expr, bound: ReadonlySet<string>): string[] | undefined {
  if (x[0] === 'id') return bound.has(x[1]) ? undefined : [x[1]];
  if (x[0] === 'sel' || x[0] === 'has') {
    const of = chainOf(x[1], bound);
    return of ? [...of, x[2]] : undefined;
  }
  if (x[0] === 'idx' && x[2][0] === 'lit') {
    const of = chainOf(x[1], bound);
    return of ? [...of, String(x[2][1])] : undefined;
  }
  return undefined;
}

/** What is wrong with a dotted name, from its root on. Each length of a chain is looked at by itself. */
export function chainFaults(context: CheckContext, chain: readonly string[]): Fault[] {
  const { names } = context;
  const [root = '', name = '', part] = chain;
  const text = chain.join('.');
  const fault = (message: string): Fault[] => [{ rule: 'unknown-name', name: text, message }];
  const declared: Record<string, [string, ReadonlySet<string>]> = {
    ticket: ['field of a ticket', names.ticket],
    other: ['field of a ticket', new Set([...names.ticket, 'closed', 'resolved'])],
    is: ['condition', names.conditions],
    commitment: ['commitment', names.commitments],
    task: ['task', names.tasks],
    path: ['path', names.paths],
    delivery: ['delivery with this name:', names.deliveries],
    fact: ['fact', names.facts],
    flow: ['flow', names.flows],
    param: ['parameter', names.params],
    metric: ['metric', names.metrics],
    before: ['metric', names.metrics],
  };
  const found = declared[root];
  if (chain.length === 2 && found && !found[1].has(name)) return fault(unknownName(found[0], name, found[1]));
  if (chain.length === 3 && part !== undefined && found?.[1].has(name)) {
    const view = VIEWS[root];
    const offered = root === 'task' && view ? new Set([...view, ...answeredBy(context, name)]) : view;
    if (offered && !offered.has(part))
      return fault(`${root}.${name} has no "${part}"; it has ${[...offered].join(', ')}`);
  }
  return [];
}

/** What an answer to a task holds. */
function answeredBy(context: CheckContext, task: string): string[] {
  const def = context.source.tasks[task] ?? context.loaded.pack.tasks[task];
  return def ? [...Object.keys(def.ask), ...def.sets] : [];
}

function callFaults(context: CheckContext, fn: string, args: Expr[]): Fault[] {
  const { names } = context;
  const first = args[0]?.[0] === 'lit' ? String(args[0][1]) : undefined;
  const fault = (name: string, message: string): Fault[] => [{ rule: 'unknown-name', name, message }];
  if (!BUILT_IN_FUNCTIONS.has(fn) && !(FUNCTIONS as readonly string[]).includes(fn)) {
    return fault(fn, unknownName('function', fn, new Set(FUNCTIONS)));
  }
  if (fn === 'eur' && !names.facts.has('rate')) return fault(fn, 'eur() needs the fact "rate", which is not declared');
  if (first === undefined) return [];
  if (fn === 'table') {
    if (!names.tables.has(first)) return fault(first, unknownName('table', first, names.tables));
    const wanted = (context.source.tables[first] ?? context.loaded.pack.tables[first])?.keys ?? [];
    if (args.length - 1 === wanted.length) return [];
    const keys = wanted.length === 0 ? 'no keys' : `the keys ${wanted.join(', ')}`;
    return [
      {
        rule: 'table-keys',
        name: first,
        message: `the table "${first}" is read with ${keys}, not with ${args.length - 1}`,
      },
    ];
  }
  if ((fn === 'hits' || fn === 'matched') && !names.words.has(first))
    return fault(first, unknownName('list of words', first, names.words));
  if (fn === 'is_open' && !names.calendars.has(first))
    return fault(first, unknownName('calendar', first, names.calendars));
  if (fn === 'dur' && parseDuration(first) === undefined) return fault(first, `"${first}" is no ISO 8601 duration`);
  if (fn === 'seen' || fn === 'count') {
    const message = eventFault(context, patternOf(first));
    if (message !== undefined) return [{ rule: 'unknown-event', name: first, message }];
  }
  return [];
}

/** `table('sla', …).respons`: no answer of the table has it. */
function answerFaults(context: CheckContext, x: Extract<Expr, ['sel' | 'has', ...unknown[]]>): Fault[] {
  const [, of, field] = x as ['sel', Expr, string];
  const table = of[0] === 'call' && of[1] === 'table' && of[2][0]?.[0] === 'lit' ? String(of[2][0][1]) : undefined;
  if (table === undefined) return [];
  const answers = answersOf(context.source, table).flatMap(({ value }) => {
    const known = value !== null && typeof value === 'object' && !Array.isArray(value);
    return known ? [new Set(Object.keys(value))] : [];
  });
  if (answers.length === 0 || answers.every((answer) => answer.has(field))) return [];
  const all = new Set(answers.flatMap((answer) => [...answer]));
  const message = all.has(field)
    ? `not every answer of the table "${table}" has "${field}"`
    : unknownName(`answer of the table "${table}" with`, field, all);
  return [{ rule: 'unknown-name', name: `.${field}`, message }];
}

/** Conditions, `while` and `pause` read neither the event nor the clock, not through a table either. */
function steady(context: CheckContext, site: Site): void {
  const place = STEADY[site.place];
  if (place === undefined) return;
  for (const name of restless(context, site.cel, new Set())) {
    const through = site.cel.src.includes(name.split('(')[0] ?? name) ? '' : ' through a table';
    context.inExpression(
      'error',
      'not-steady',
      site,
      name.replace('()', ''),
      `${place} may not read ${name}${through}: its truth must not change without an event`,
    );
  }
}

const RESTLESS_FUNCTIONS = new Set(['age', 'is_open']);
const RESTLESS_ROOTS = new Set(['event', 'message']);

function* restless(context: CheckContext, cel: Cel, tables: Set<string>): Generator<string> {
  for (const { x, bound } of walkExpr(cel.x)) {
    if (x[0] === 'id' && RESTLESS_ROOTS.has(x[1]) && !bound.has(x[1])) yield x[1];
    else if (x[0] === 'sel' && x[2] === 'remaining_share' && chainOf(x, bound)?.[0] === 'commitment') yield x[2];
    else if (x[0] === 'call' && RESTLESS_FUNCTIONS.has(x[1])) yield `${x[1]}()`;
    else if (x[0] === 'call' && x[1] === 'table' && x[2][0]?.[0] === 'lit') {
      const name = String(x[2][0][1]);
      if (tables.has(name)) continue;
      tables.add(name);
      for (const row of context.loaded.pack.tables[name]?.rows ?? []) {
        if (row.when) yield* restless(context, row.when, tables);
        if ('cel' in row.then) yield* restless(context, row.then.cel, tables);
      }
    }
  }
}
