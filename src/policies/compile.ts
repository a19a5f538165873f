/** From the checked source of a pack to what the core reads: durations to ms, `=` to expression trees, zones to tables. */
import type { Cel, CompiledPack, ConditionDef, Json, JsonObject, TableDef, TemplateDef } from '../domain/policy/types';
import { WHOLE } from '../domain/policy/rollout-types';
import type { CompiledCalendar } from '../domain/time/calendar';
import type { OffsetTable } from '../domain/time/zone-offsets';
import { checkCalendar } from './calendar-zones';
import { resolveTableReads } from './cel';
import { compileAssistant } from './compile-assistant';
import { clauseIndex } from './clause-index';
import { compileMetric } from './compile-metrics';
import { compileReport, compileSchedule } from './compile-reports';
import { compileChannel, compileReply, compileWayIn } from './compile-intake';
import {
  compileCommitment,
  compileCondition,
  compileFact,
  compileField,
  compileGuard,
  compileKind,
  compilePath,
  compileReason,
  compileRole,
  compileRule,
  compileTable,
  compileTask,
} from './compile-items';
import { compileFlow, tasksOfFlows } from './compile-flows';
import { compileRollout } from './compile-rollout';
import type { Compiler, SourcePath } from './compiler';
import { compileChecklist } from './compile-checklists';
import { compileVoice } from './compile-voices';
import type { PackSource } from './schema/pack';

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value ?? {})) as Json;

function each<S, T>(
  c: Compiler,
  construct: string,
  items: Record<string, S>,
  make: (c: Compiler, name: string, item: S, path: SourcePath) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(items).map(([name, item]) => [name, make(c, name, item, [construct, name])]),
  );
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A calendar that opens on listed dates only: the hours of the weekday become those of the date. */
function onDates<T extends { hours?: PackSource['calendars'][string]['hours'] }>(
  c: Compiler,
  source: PackSource,
  name: string,
  only: string | string[],
  calendar: T,
): T {
  const dates = typeof only === 'string' ? source.holidays[only] : only;
  if (!dates)
    c.faults.push({ path: ['calendars', name, 'only'], message: `there is no list "${String(only)}" under holidays` });
  const { hours = {}, ...rest } = calendar;
  const overrides: NonNullable<PackSource['calendars'][string]['overrides']> = {};
  for (const date of dates ?? []) {
    const day = new Date(`${date}T00:00:00Z`).getUTCDay();
    const own = Number.isNaN(day) ? undefined : hoursOn(hours, DAYS[day] ?? '');
    if (own) overrides[date] = own;
  }
  return { ...rest, overrides } as unknown as T;
}

function hoursOn(hours: NonNullable<PackSource['calendars'][string]['hours']>, day: string): [string, string][] | null {
  const order = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  for (const [key, value] of Object.entries(hours)) {
    const [from = '', to = from] = key.split('-');
    if (order.indexOf(from) <= order.indexOf(day) && order.indexOf(day) <= order.indexOf(to)) return value;
  }
  return null;
}

function calendarsOf(c: Compiler, source: PackSource): Record<string, CompiledCalendar> {
  const publishYear = Number(source.version.from.slice(0, 4));
  const calendars: Record<string, CompiledCalendar> = {};
  for (const [name, { clauses: _clauses, must_configure: _said, holidays, only, ...given }] of Object.entries(
    source.calendars,
  )) {
    const calendar = only === undefined ? given : onDates(c, source, name, only, given);
    const list = typeof holidays === 'string' ? source.holidays[holidays] : holidays;
    if (typeof holidays === 'string' && !list) {
      c.faults.push({
        path: ['calendars', name, 'holidays'],
        message: `there is no list "${holidays}" under holidays`,
      });
    }
    const checked = checkCalendar({ ...calendar, ...(list ? { holidays: list } : {}) }, { publishYear });
    if ('calendar' in checked) calendars[name] = checked.calendar;
    else {
      for (const issue of checked.issues) {
        const named = issue.path[0] === 'holidays' && typeof holidays === 'string';
        const path = named ? ['holidays', holidays, ...issue.path.slice(1)] : ['calendars', name, ...issue.path];
        c.faults.push({ path, message: issue.message });
      }
    }
  }
  return calendars;
}

/** The zone in which messages and reports tell the time, as a table. */
function zoneOffsets(c: Compiler, source: PackSource): OffsetTable {
  const checked = checkCalendar(
    { always: true, zone: source.zone },
    { publishYear: Number(source.version.from.slice(0, 4)) },
  );
  if ('calendar' in checked) return checked.calendar.offsets;
  c.faults.push({ path: ['zone'], message: checked.issues[0]?.message ?? 'is no time zone' });
  return { at: [], seconds: [0] };
}

/** The other zones that points of the calendar name. One that is none is a fault of the point itself. */
function otherZones(source: PackSource): Record<string, OffsetTable> {
  const named = [...Object.values(source.schedules), ...Object.values(source.reports)].flatMap(({ at }) =>
    at === undefined || typeof at === 'string' || at.zone === undefined || at.zone === source.zone ? [] : [at.zone],
  );
  const publishYear = Number(source.version.from.slice(0, 4));
  return Object.fromEntries(
    [...new Set(named)].sort().flatMap((zone) => {
      const checked = checkCalendar({ always: true, zone }, { publishYear });
      return 'calendar' in checked ? [[zone, checked.calendar.offsets] as const] : [];
    }),
  );
}

/** Conditions in an order in which each reads only those before it. A circle is a fault. */
function inOrder(c: Compiler, all: ConditionDef[]): ConditionDef[] {
  const names = new Set(all.map((one) => one.name));
  const needs = (one: ConditionDef): string[] =>
    one.cel.reads.flatMap((read) => {
      if (read === 'is.*') return [...names].filter((name) => name !== one.name);
      const name = read.startsWith('is.') ? read.slice(3) : '';
      return names.has(name) ? [name] : [];
    });
  const sorted: ConditionDef[] = [];
  const done = new Set<string>();
  let left = all;
  while (left.length > 0) {
    const ready = left.filter((one) => needs(one).every((name) => done.has(name)));
    if (ready.length === 0) {
      const circle = left.map((one) => one.name).join(', ');
      for (const one of left) {
        c.faults.push({
          path: ['conditions', one.name],
          message: `the condition "${one.name}" depends on itself (circle: ${circle})`,
        });
      }
      return [...sorted, ...left];
    }
    for (const one of ready) {
      sorted.push(one);
      done.add(one.name);
    }
    left = left.filter((one) => !done.has(one.name));
  }
  return sorted;
}

const rowCels = (table: TableDef | undefined): Cel[] =>
  (table?.rows ?? []).flatMap((row) => [...(row.when ? [row.when] : []), ...('cel' in row.then ? [row.then.cel] : [])]);

/** Compile a pack's source; `parts` are placed already, so that what its expressions read of theirs is known. Faults are collected on the compiler; what could not be read is left out or false. */
export function compilePack(
  c: Compiler,
  source: PackSource,
  templates: Record<string, TemplateDef>,
  parts: readonly CompiledPack[] = [],
): CompiledPack {
  const tables = each(c, 'tables', source.tables, compileTable);
  const conditions = Object.entries(source.conditions).map(([name, item]) =>
    compileCondition(c, name, item, ['conditions', name]),
  );
  const compiled: Omit<CompiledPack, 'clauses'> = {
    format: 1,
    id: source.pack,
    version: plain(source.version) as JsonObject,
    params: source.params,
    calendars: calendarsOf(c, source),
    zone: source.zone,
    zoneOffsets: zoneOffsets(c, source),
    zones: otherZones(source),
    people: each(c, 'people', source.people, compileRole),
    rotas: each(
      c,
      'rotas',
      source.rotas,
      (_c, name, rota) => ({ ...(plain(rota) as object), name }) as CompiledPack['rotas'][string],
    ),
    fields: each(c, 'fields', source.fields, compileField),
    words: source.words,
    queues: each(c, 'queues', source.queues, (_c, name, { title, aliases, parent, clauses }) => ({
      name,
      title,
      aliases,
      ...(parent === undefined ? {} : { parent }),
      clauses,
    })),
    tables,
    conditions,
    facts: each(c, 'facts', source.facts, compileFact),
    commitments: each(c, 'commitments', source.commitments, compileCommitment),
    tasks: { ...each(c, 'tasks', source.tasks, compileTask), ...tasksOfFlows(c, source.flows) },
    paths: each(c, 'paths', source.paths, compilePath),
    ...(source.rollout ? { rollouts: { [WHOLE]: compileRollout(c, source.rollout) } } : {}),
    ...(Object.keys(source.reasons).length === 0 ? {} : { reasons: each(c, 'reasons', source.reasons, compileReason) }),
    ...(Object.keys(source.voices).length === 0 ? {} : { voices: each(c, 'voices', source.voices, compileVoice) }),
    ...(Object.keys(source.checklists).length === 0
      ? {}
      : { checklists: each(c, 'checklists', source.checklists, compileChecklist) }),
    rules: each(c, 'rules', source.rules, compileRule),
    guards: each(c, 'guards', source.guards, compileGuard),
    templates,
    flows: each(c, 'flows', source.flows, compileFlow),
    schedules: each(c, 'schedules', source.schedules, (it, name, item, path) =>
      compileSchedule(it, name, item, path, source.zone),
    ),
    reports: each(c, 'reports', source.reports, (it, name, item, path) =>
      compileReport(it, name, item, path, source.zone),
    ),
    kinds: each(c, 'kinds', source.kinds, compileKind),
    assistants: each(c, 'assistants', source.assistants, compileAssistant),
    metrics: each(c, 'metrics', source.metrics, compileMetric),
    channels: each(c, 'channels', source.channels, compileChannel),
    intake: each(c, 'intake', source.intake, compileWayIn),
    replies: each(c, 'replies', source.replies, compileReply),
    catchAll:
      source.catch_all ?? Object.values(source.paths).find((path) => path.catch_all !== undefined)?.catch_all ?? '',
  };
  const all: Record<string, TableDef> = {
    ...Object.fromEntries(parts.flatMap((part) => Object.entries(part.tables))),
    ...tables,
  };
  resolveTableReads(c.cels, (name) => rowCels(all[name]));
  compiled.conditions = inOrder(c, conditions);
  return {
    ...compiled,
    clauses: clauseIndex({ ...compiled, calendars: source.calendars as never }, Object.keys(source.clauses)),
  };
}
