/** The names a pack declares, by what they name. */
import type { CompiledPack, Json } from '../../domain/policy/types';
import { BUILT_IN_FIELDS } from '../../domain/ticket/fields';
import type { NameKind } from '../compose/names';
import type { PackSource } from '../schema/pack';
import { BUILT_IN_WORDS } from '../../domain/ticket/told';
import { actionsOf, deliveriesOf } from './walk';

/** What every ticket has, whatever its pack declares. */
export const TICKET_NAMES = [
  ...['id', 'number', 'kind', 'status', 'subject', 'channel', 'customer', 'tags', 'opened_at', 'category'],
  ...['external_id', 'priority', 'tier', 'queue', 'owner', 'rank', 'urgency', 'resolution', 'resolved_at'],
  ...['restricted_to', 'issue_key', 'merged_into', 'key', 'links', 'lead', 'members'],
] as const;

/** Where every name that is read begins (policy-language §3); `message` only where one may be in hand. */
export const ROOTS: readonly string[] = [
  ...['ticket', 'event', 'is', 'commitment', 'task', 'path', 'delivery', 'fact', 'flow', 'collected', 'param'],
  ...['queue', 'transcript'],
];
export const ROOTS_WITH_MESSAGE: ReadonlySet<string> = new Set([...ROOTS, 'message']);

/** The built-in role of whoever asked for help. */
export const CUSTOMER = 'customer';
/** The built-in role of where the ticket came from. */
export const ORIGIN = 'origin';

export interface PackNames {
  /** Roles, groups and audiences, and the customer. */
  roles: ReadonlySet<string>;
  /** Built-in and declared names of a ticket, to read. */
  ticket: ReadonlySet<string>;
  /** Fields that may be set. */
  settable: ReadonlySet<string>;
  fields: ReadonlySet<string>;
  words: ReadonlySet<string>;
  queues: ReadonlySet<string>;
  tables: ReadonlySet<string>;
  conditions: ReadonlySet<string>;
  facts: ReadonlySet<string>;
  commitments: ReadonlySet<string>;
  /** Tasks of the pack and the calls that rules open as tasks. */
  tasks: ReadonlySet<string>;
  paths: ReadonlySet<string>;
  flows: ReadonlySet<string>;
  states: ReadonlySet<string>;
  rules: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
  schedules: ReadonlySet<string>;
  metrics: ReadonlySet<string>;
  calendars: ReadonlySet<string>;
  params: ReadonlySet<string>;
  rotas: ReadonlySet<string>;
  templates: ReadonlySet<string>;
  /** Names of deliveries, as `delivery.x` and `undelivered(x)` read them. */
  deliveries: ReadonlySet<string>;
  /** What tickets tell each other, as `told(x)` awaits it. */
  told: ReadonlySet<string>;
}

const keys = (map: Record<string, unknown>): Set<string> => new Set(Object.keys(map));

/** Kinds of name by the sets that hold them. */
const SETS: Partial<Record<keyof PackNames, NameKind>> = {
  words: 'words',
  tables: 'table',
  conditions: 'condition',
  facts: 'fact',
  commitments: 'commitment',
  tasks: 'task',
  paths: 'path',
  flows: 'flow',
  rules: 'rule',
  kinds: 'kind',
  schedules: 'schedule',
  metrics: 'metric',
  params: 'param',
  rotas: 'rota',
  deliveries: 'delivery',
  told: 'told',
};

/** All names of a pack: its own, and those of its parts with their prefix. */
export function packNames(source: PackSource, pack: CompiledPack): PackNames {
  const names = ownNames(source, pack);
  const parts = Object.values(pack.parts ?? {});
  if (parts.length === 0) return names;
  const fields = Object.keys(pack.fields);
  const more = Object.fromEntries(
    Object.entries(SETS).map(([set, kind]) => [
      set,
      new Set([
        ...names[set as keyof PackNames],
        ...parts.flatMap((part) => Object.values(part.names[kind] ?? {}).flat()),
      ]),
    ]),
  );
  const states = Object.values(pack.flows).flatMap((flow) => Object.keys(flow.states));
  return {
    ...names,
    ...more,
    // What something else stands in for is no name of this pack.
    roles: new Set([...names.roles, ...Object.keys(pack.people)]),
    calendars: new Set([...names.calendars, ...Object.keys(pack.calendars)]),
    queues: new Set([...names.queues, ...Object.keys(pack.queues)]),
    states: new Set([...names.states, ...states]),
    ticket: new Set([...names.ticket, ...fields]),
    settable: new Set([...names.settable, ...fields]),
    fields: new Set([...names.fields, ...fields]),
  };
}

function ownNames(source: PackSource, pack: CompiledPack): PackNames {
  const fields = keys(source.fields);
  const deliveries = [...deliveriesOf(source)];
  const flowTasks = Object.entries(source.flows).flatMap(([flow, { states }]) =>
    Object.entries(states).flatMap(([state, { task }]) => (task ? [`${flow}_${state}`] : [])),
  );
  const calls = deliveries.flatMap(({ call }) => (call === undefined ? [] : [call]));
  return {
    roles: new Set([...Object.keys(source.people), CUSTOMER, ORIGIN]),
    ticket: new Set([...TICKET_NAMES, ...fields]),
    settable: new Set([
      ...Object.keys(BUILT_IN_FIELDS),
      ...fields,
      ...(Object.values(source.kinds).some((kind) => kind.statuses !== undefined) ? ['status'] : []),
    ]),
    fields,
    words: keys(source.words),
    queues: keys(source.queues),
    tables: keys(source.tables),
    conditions: keys(source.conditions),
    facts: keys(source.facts),
    commitments: keys(source.commitments),
    tasks: new Set([...Object.keys(source.tasks), ...calls, ...flowTasks]),
    paths: keys(source.paths),
    flows: keys(source.flows),
    states: new Set(Object.values(source.flows).flatMap((flow) => Object.keys(flow.states))),
    rules: keys(source.rules),
    kinds: new Set(['support', ...Object.keys(source.kinds)]),
    schedules: keys(source.schedules),
    metrics: keys(source.metrics),
    calendars: new Set(['always', ...Object.keys(source.calendars)]),
    params: keys(source.params),
    rotas: keys(source.rotas),
    templates: new Set([...Object.keys(pack.templates)]),
    told: new Set([
      ...BUILT_IN_WORDS,
      ...[...actionsOf(source)].flatMap(({ action }) => (action.tell ? [action.tell.event] : [])),
    ]),
    deliveries: new Set(deliveries.flatMap(({ name }) => (name === undefined ? [] : [name]))),
  };
}

/** The answers a table can give: of its rows, or by key at the depth of its keys. Computed answers are left out. */
export function answersOf(source: PackSource, table: string): { value: Json; at: (string | number)[] }[] {
  const def = source.tables[table];
  if (!def) return [];
  const base = ['tables', table, 'rows'];
  if (Array.isArray(def.rows)) return def.rows.map((row, i) => ({ value: row.then, at: [...base, i, 'then'] }));
  let found: { value: Json; at: (string | number)[] }[] = [{ value: def.rows, at: base }];
  for (let depth = 0; depth < def.keys.length; depth++) {
    found = found.flatMap(({ value, at }) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(value).map(([key, inner]) => ({ value: inner, at: [...at, key] }))
        : [],
    );
  }
  return found;
}
