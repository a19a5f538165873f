/** Each construct of the source as the core reads it. */
import type {
  AskDef,
  CommitmentDef,
  ConditionDef,
  FactDef,
  FieldDef,
  GuardDef,
  Json,
  KindDef,
  PathDef,
  ReasonDef,
  RoleDef,
  RuleDef,
  TableDef,
  TaskDef,
  TicketQuery,
} from '../domain/policy/types';
import { commandName } from '../domain/ticket/commands';
import { compileAction } from './compile-actions';
import { given, listOf, ms, patternsOf, type Compiler, type SourcePath } from './compiler';
import type { PackSource } from './schema/pack';
import { FIELD_TYPES } from './schema/vocabulary';

type Item<K extends keyof PackSource> = NonNullable<PackSource[K]> extends Record<string, infer T> ? T : never;
type Make<K extends keyof PackSource, T> = (c: Compiler, name: string, source: Item<K>, path: SourcePath) => T;

const ASK_TYPES = ['text', 'url', 'number', 'date', 'person', 'list', 'any'] as const;

/** A type word asks for a value of that type, "optional" for any or none, a condition says when one must be given. */
function ask(c: Compiler, text: string, path: SourcePath): AskDef {
  if (text === 'optional') return { type: 'any', required: false };
  const type = ASK_TYPES.find((one) => one === text);
  if (type) return { type, required: true };
  const required = c.cel(text, path, 'ask', (name) =>
    name === 'choice' ? ['sel', ['id', 'event'], 'choice'] : undefined,
  );
  return { type: 'any', required };
}

export const compileRole: Make<'people', RoleDef> = (c, name, source, path) => ({
  name,
  ...given('title', source.title),
  ...given('email', source.email),
  ...given('phone', source.phone),
  ...given('page', source.page),
  ...given('slack', source.slack),
  ...given('queue', source.queue),
  ...given('rota', source.rota),
  ...given('group', source.group),
  ...c.maybe('from', source.from, [...path, 'from'], 'role'),
  ...given('fallback', source.fallback),
  ...given('list', source.list),
  ...given('mustConfigure', source.must_configure),
  ...given('hours', source.hours),
  ...(source.out_of_hours
    ? {
        outOfHours: {
          atOnce: c.cel(source.out_of_hours.at_once, [...path, 'out_of_hours', 'at_once'], 'when'),
          ...given('also', source.out_of_hours.also),
          clauses: source.out_of_hours.clauses,
        },
      }
    : {}),
  ...given('pointOf', source.point_of),
  ...(source.unconfirmed ? { unconfirmed: true } : {}),
  ...(source.also_called.length > 0 ? { alsoCalled: source.also_called } : {}),
  ...given('note', source.note),
  ...given('reportsTo', source.reports_to),
  ...(source.headcount ? { headcount: defined(source.headcount) } : {}),
  ...given('ratio', source.ratio),
  ...(source.skills.length > 0 ? { skills: source.skills } : {}),
  clauses: source.clauses,
});

/** An object without its keys that are undefined. */
const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;

export const compileField: Make<'fields', FieldDef> = (c, name, source, path) => {
  const type = FIELD_TYPES.find((one) => source[one] !== undefined) ?? 'any';
  return {
    name,
    type,
    values: source.enum ?? source.set ?? [],
    required: source[type] === 'required',
    visible: source.visible,
    ...c.maybeValue('default', source.default, [...path, 'default']),
    ...given('tag', source.tag),
    personal: source.personal,
    clauses: source.clauses,
  };
};

export const compileTable: Make<'tables', TableDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  kind: listOf(source.kind),
  ...given('sets', source.sets),
  ...c.maybe('while', source.while, [...path, 'while'], 'row'),
  hit: source.hit,
  rows: (Array.isArray(source.rows) ? source.rows : []).map((row, i) => ({
    ...c.maybe('when', row.when, [...path, 'rows', i, 'when'], 'row'),
    then: c.value(row.then, [...path, 'rows', i, 'then']),
    clauses: row.clauses,
  })),
  keys: source.keys,
  byKey: Array.isArray(source.rows) ? {} : source.rows,
});

export const compileCondition: Make<'conditions', ConditionDef> = (c, name, source, path) =>
  typeof source === 'string'
    ? { name, cel: c.cel(source, path, 'condition'), clauses: [] }
    : { name, cel: c.cel(source.is, [...path, 'is'], 'condition'), clauses: source.clauses };

function query(c: Compiler, source: Item<'facts'>, path: SourcePath): TicketQuery | undefined {
  if (source.tickets === undefined) return undefined;
  const distinct = /^distinct (.+)$/.exec(source.count ?? '')?.[1];
  return {
    where: c.cel(source.tickets, [...path, 'tickets'], 'query'),
    kind: listOf(source.kind),
    among: listOf(source.among),
    count: distinct === undefined ? 'tickets' : { distinct: distinct.split('.') },
    ...(source.window === undefined ? {} : { window: ms(source.window) }),
    watch: source.watch,
  };
}

export const compileFact: Make<'facts', FactDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  ...given('model', source.model),
  ...(source.embedded ? { embedded: true } : {}),
  ...given('port', source.port),
  values: source.values,
  ...given('score', source.score),
  below: source.below ?? {},
  reads: source.reads,
  deadline: ms(source.deadline),
  ...given('tickets', query(c, source, path)),
});

export const compileKind: Make<'kinds', KindDef> = (c, name, source, path) => ({
  name,
  title: source.title,
  fields: source.fields ?? [],
  statuses: source.statuses ?? [],
  edit: source.edit ?? [],
  ...c.maybe('openedWhen', source.opened_when, [...path, 'opened_when'], 'kind'),
  key: c.value(source.key, [...path, 'key']),
  clauses: source.clauses,
});

export const compileCommitment: Make<'commitments', CommitmentDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  kind: listOf(source.kind),
  clock: c.clock(patternsOf(source.from), { ...source, cadence: source.cadence as Json | undefined }, path),
  met: patternsOf(source.met),
  ...c.maybe('metWhen', source.met_when, [...path, 'met_when'], 'when'),
  ...(source.again === undefined ? {} : { againPercent: Number.parseInt(source.again, 10) }),
  ...given('group', source.group),
  ...given('title', source.title),
});

export const compileTask: Make<'tasks', TaskDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  kind: listOf(source.kind),
  ...given('title', source.title),
  clock: c.clock(
    patternsOf(source.opens),
    { ...source, due: source.due ?? source.after, dueKey: source.due === undefined ? 'after' : 'due' },
    path,
  ),
  ...c.maybe('when', source.when, [...path, 'when'], 'when'),
  closes: patternsOf(source.closes),
  ...c.maybe('closesWhen', source.closes_when, [...path, 'closes_when'], 'when'),
  for: c.value(source.for, [...path, 'for']),
  choices: c.value<Json[]>(source.choices ?? [], [...path, 'choices']),
  ask: Object.fromEntries(
    Object.entries(source.ask).map(([field, text]) => [field, ask(c, text, [...path, 'ask', field])]),
  ),
  sets: source.sets,
  ...c.maybe('prefill', source.prefill, [...path, 'prefill'], 'value'),
  ...given('draft', source.draft),
  ...(source.remind === undefined ? {} : { remind: ms(source.remind) }),
  ...(source.lapses ? { lapses: true } : {}),
  ...(source.in_shadow ? { inShadow: true } : {}),
});

export const compilePath: Make<'paths', PathDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  kind: source.kind,
  ...c.maybeValue('start', source.start, [...path, 'start']),
  levels: source.levels.map((level, i) => ({
    to: listOf(level.to),
    ...(level.ack === undefined ? {} : { ack: ms(level.ack) }),
    repeat: level.repeat,
    sets: c.values(level.sets, [...path, 'levels', i, 'sets']),
    ...given('title', level.title),
  })),
  ...given('catchAll', source.catch_all),
  via: listOf(source.via),
  ...given('template', source.template),
  ...given('status', source.status),
  ...(source.visible === 'staff' ? { visible: 'staff' as const } : {}),
});

export const compileReason: Make<'reasons', ReasonDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  title: source.title,
  move: source.move,
  ...given('group', source.group),
  ...given('path', source.path),
  ...c.maybeValue('to', source.to, [...path, 'to']),
  ...(source.immediate ? { immediate: true } : {}),
  ...given('refused', source.refused),
  ...given('offer', source.offer),
  needs: source.needs,
  ...given('status', source.status),
});

export const compileRule: Make<'rules', RuleDef> = (c, name, source, path) => {
  const on = patternsOf(source.on);
  return {
    name,
    clauses: source.clauses,
    kind: listOf(source.kind),
    on,
    ...c.maybe('when', source.when, [...path, 'when'], 'when'),
    ...given('once', source.once),
    ...(source.after === undefined
      ? {}
      : { clock: c.clock(on, { ...source, due: source.after, dueKey: 'after' }, path) }),
    ...(source.in_order ? { inOrder: true } : {}),
    ...(source.in_shadow ? { inShadow: true } : {}),
    do: source.do.map((action, i) => compileAction(c, action, [...path, 'do', i])),
  };
};

export const compileGuard: Make<'guards', GuardDef> = (c, name, source, path) => ({
  name,
  clauses: source.clauses,
  kind: listOf(source.kind),
  command: commandName(source.command) ?? source.command,
  ...c.maybe('when', source.when, [...path, 'when'], 'when'),
  needs: source.needs,
  ...c.maybe('refuse', source.refuse, [...path, 'refuse'], 'refuse'),
  say: source.say ?? `the rule "${name.replace(/_/g, ' ')}" of the procedure is not met`,
  ...given('offer', source.offer),
  ...(source.override ? { override: { by: source.override.by, ...given('flag', source.override.flag) } } : {}),
  ...(source.journal ? { journal: true } : {}),
});
