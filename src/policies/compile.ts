/** From the checked source of a pack to what the core reads: durations to ms, `=` to expression trees, zones to tables. */
import type {
  AskDef,
  Cel,
  ClockDef,
  CompiledPack,
  FieldDef,
  Json,
  JsonObject,
  Mark,
  Pattern,
  TableDef,
  TemplateDef,
  Value,
} from '../domain/policy/types';
import type { CompiledCalendar } from '../domain/time/calendar';
import { parseDuration } from '../domain/time/instants';
import { compileCel } from './cel';
import { compileAction } from './compile-actions';
import { compileCalendar } from './calendar-zones';
import type { PackSource } from './schema/pack';

/** Where compiling met something it could not read. */
export class CompileFault extends Error {
  constructor(
    readonly path: (string | number)[],
    message: string,
  ) {
    super(message);
  }
}

/** One compilation: collects faults instead of stopping at the first. */
export class Compiler {
  readonly faults: CompileFault[] = [];

  cel(src: string | boolean, path: (string | number)[]): Cel {
    try {
      return compileCel(String(src).replace(/^=/, ''));
    } catch (error) {
      this.faults.push(new CompileFault(path, `cannot read the condition "${String(src)}": ${error instanceof Error ? error.message : String(error)}`));
      return { src: String(src), x: ['lit', false], reads: [] };
    }
  }

  maybe(src: string | boolean | undefined, path: (string | number)[]): Cel | undefined {
    return src === undefined ? undefined : this.cel(src, path);
  }

  value<T extends Json = Json>(value: Json, path: (string | number)[]): Value<T> {
    return typeof value === 'string' && value.startsWith('=') ? { cel: this.cel(value, path) } : { lit: value as T };
  }

  values(values: Record<string, Json>, path: (string | number)[]): Record<string, Value> {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.value(value, [...path, name])]));
  }
}

export const ms = (text: string): number => parseDuration(text) ?? 0;

/** `name` or `name(subject)`, one or several. */
export function patternsOf(source: string | string[] | undefined): Pattern[] {
  if (source === undefined) return [];
  return (Array.isArray(source) ? source : [source]).map((text) => {
    const match = /^([a-z_]+)(?:\(([^()]+)\))?$/.exec(text);
    const name = match?.[1] ?? text;
    return match?.[2] === undefined ? { name } : { name, subject: match[2] };
  });
}

function markOf(text: string): Mark {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  return percent ? { label: text, percent: Number(percent[1]) } : { label: text, offset: ms(text) };
}

interface ClockSource {
  calendar?: string | undefined;
  while?: string | boolean | undefined;
  pause?: string | boolean | undefined;
  marks: string[];
}

/** An amount: an ISO duration becomes ms; `{ days, at }` and computed values stay. */
function amountOf(c: Compiler, amount: Json, path: (string | number)[]): Value {
  if (typeof amount === 'string' && !amount.startsWith('=')) return { lit: ms(amount) };
  return c.value(amount, path);
}

export function clockOf(c: Compiler, anchors: Pattern[], source: ClockSource, path: (string | number)[], amount: { due?: Json | undefined; cadence?: Json | undefined; early?: string | undefined }): ClockDef {
  const runs = c.maybe(source.while, [...path, 'while']);
  const pause = c.maybe(source.pause, [...path, 'pause']);
  return {
    anchors,
    ...(amount.due === undefined ? {} : { due: amountOf(c, amount.due, [...path, 'due']) }),
    ...(amount.cadence === undefined ? {} : { cadence: c.value(amount.cadence, [...path, 'cadence']) }),
    calendar: c.value<string>(source.calendar ?? 'always', [...path, 'calendar']),
    ...(runs ? { while: runs } : {}),
    ...(pause ? { pause } : {}),
    marks: source.marks.map(markOf),
    early: amount.early === undefined ? 0 : ms(amount.early),
  };
}

const TYPES = ['text', 'url', 'number', 'date', 'person', 'list', 'any'] as const;

function askOf(c: Compiler, text: string, path: (string | number)[]): AskDef {
  if (text === 'optional') return { type: 'any', required: false };
  if ((TYPES as readonly string[]).includes(text)) return { type: text as AskDef['type'], required: true };
  return { type: 'any', required: c.cel(text.replace(/\bchoice\b/g, (word, at: number) => (text.slice(0, at).endsWith('.') ? word : 'event.choice')), path) };
}

function fieldOf(c: Compiler, name: string, source: PackSource['fields'][string], path: (string | number)[]): FieldDef {
  const { visible, tag, personal, clauses } = source;
  const kind = (['text', 'number', 'bool', 'date', 'person', 'money', 'enum', 'set', 'list', 'any'] as const).find((one) => source[one] !== undefined) ?? 'any';
  return {
    name,
    type: kind,
    values: source.enum ?? source.set ?? [],
    required: source[kind] === 'required',
    visible,
    ...(source.default === undefined ? {} : { default: c.value(source.default, [...path, 'default']) }),
    ...(tag === undefined ? {} : { tag }),
    personal,
    clauses,
  };
}

function tableOf(c: Compiler, name: string, source: PackSource['tables'][string], path: (string | number)[]): TableDef {
  const rows = Array.isArray(source.rows) ? source.rows : [];
  return {
    name,
    clauses: source.clauses,
    ...(source.sets === undefined ? {} : { sets: source.sets }),
    hit: source.hit,
    rows: rows.map((row, i) => {
      const when = c.maybe(row.when, [...path, 'rows', i, 'when']);
      return { ...(when ? { when } : {}), then: c.value(row.then, [...path, 'rows', i, 'then']), clauses: row.clauses };
    }),
    keys: source.keys,
    byKey: Array.isArray(source.rows) ? {} : source.rows,
  };
}

function calendarsOf(c: Compiler, source: PackSource): Record<string, CompiledCalendar> {
  const year = Number(source.version.from.slice(0, 4)) || 2026;
  const calendars: Record<string, CompiledCalendar> = {};
  for (const [name, { clauses: _clauses, ...calendar }] of Object.entries(source.calendars)) {
    try {
      const holidays = typeof calendar.holidays === 'string' ? source.holidays[calendar.holidays] : calendar.holidays;
      if (typeof calendar.holidays === 'string' && !holidays) throw new Error(`there is no list "${calendar.holidays}" under holidays`);
      calendars[name] = compileCalendar({ ...calendar, ...(holidays ? { holidays } : {}) }, { publishYear: year });
    } catch (error) {
      c.faults.push(new CompileFault(['calendars', name], error instanceof Error ? error.message : String(error)));
    }
  }
  return calendars;
}

/** Conditions in an order in which each reads only those before it. A circle is a fault. */
function conditionsOf(c: Compiler, source: PackSource): CompiledPack['conditions'] {
  const all = Object.entries(source.conditions).map(([name, item]) => ({
    name,
    cel: c.cel(typeof item === 'string' ? item : item.is, ['conditions', name]),
    clauses: typeof item === 'string' ? [] : item.clauses,
  }));
  const sorted: typeof all = [];
  let left = all;
  while (left.length > 0) {
    const done = new Set(sorted.map((one) => `is.${one.name}`));
    const ready = left.filter((one) => one.cel.reads.every((read) => !read.startsWith('is.') || done.has(read) || !all.some((other) => `is.${other.name}` === read)));
    if (ready.length === 0) {
      for (const one of left) c.faults.push(new CompileFault(['conditions', one.name], `the condition "${one.name}" reads itself through ${left.map((other) => other.name).join(', ')}`));
      return [...sorted, ...left];
    }
    sorted.push(...ready);
    left = left.filter((one) => !ready.includes(one));
  }
  return sorted;
}

const mapped = <S, T>(items: Record<string, S>, make: (name: string, item: S) => T): Record<string, T> => Object.fromEntries(Object.entries(items).map(([name, item]) => [name, make(name, item)]));

/** Reads of tables are the reads of their rows: a clock that asks a table moves when what the table reads changes. */
function addTableReads(compiled: CompiledPack): void {
  const readsOfTable = (name: string, seen: Set<string>): string[] => {
    const table = compiled.tables[name];
    if (!table || seen.has(name)) return [];
    seen.add(name);
    const cels = table.rows.flatMap((row) => [row.when, 'cel' in row.then ? row.then.cel : undefined]);
    return cels.flatMap((cel) => cel?.reads ?? []).flatMap((read) => (read.startsWith('table.') ? readsOfTable(read.slice(6), seen) : [read]));
  };
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if ('src' in node && 'reads' in node) {
      const cel = node as Cel;
      const tables = cel.reads.filter((read) => read.startsWith('table.')).map((read) => read.slice(6));
      cel.reads = [...new Set([...cel.reads, ...tables.flatMap((table) => readsOfTable(table, new Set()))])].sort();
      return;
    }
    for (const inner of Object.values(node)) visit(inner);
  };
  visit({ ...compiled, calendars: {} });
}

/** Compile a pack's source. Faults are collected on the compiler; what could not be read is left out or false. */
export function compilePack(c: Compiler, source: PackSource, templates: Record<string, TemplateDef>): CompiledPack {
  const compiled: CompiledPack = {
    format: 1,
    id: source.pack,
    version: source.version as unknown as JsonObject,
    clauses: { procedures: source.procedures },
    params: source.params as JsonObject,
    calendars: calendarsOf(c, source),
    zone: source.zone,
    people: mapped(source.people, (name, { must_configure, from, ...role }) => ({
      ...(role as object),
      name,
      clauses: role.clauses,
      ...(from === undefined ? {} : { from: c.cel(from, ['people', name, 'from']) }),
      ...(must_configure === undefined ? {} : { mustConfigure: must_configure }),
    })) as CompiledPack['people'],
    rotas: mapped(source.rotas, (name, rota) => ({ ...rota, name })) as CompiledPack['rotas'],
    fields: mapped(source.fields, (name, field) => fieldOf(c, name, field, ['fields', name])),
    words: source.words,
    tables: mapped(source.tables, (name, table) => tableOf(c, name, table, ['tables', name])),
    conditions: conditionsOf(c, source),
    facts: mapped(source.facts, (name, fact) => {
      const { clauses, values, deadline, watch, ...rest } = fact;
      return { name, clauses, source: rest as JsonObject, values, deadline: ms(deadline), watch };
    }),
    commitments: mapped(source.commitments, (name, item) => {
      const path = ['commitments', name];
      const metWhen = c.maybe(item.met_when, [...path, 'met_when']);
      return {
        name,
        clauses: item.clauses,
        clock: clockOf(c, patternsOf(item.from), item, path, { due: item.due, cadence: item.cadence, early: item.early }),
        met: patternsOf(item.met),
        ...(metWhen ? { metWhen } : {}),
        ...(item.again === undefined ? {} : { againPercent: Number.parseInt(item.again, 10) }),
        ...(item.group === undefined ? {} : { group: item.group }),
        ...(item.title === undefined ? {} : { title: item.title }),
      };
    }),
    tasks: mapped(source.tasks, (name, item) => {
      const path = ['tasks', name];
      const when = c.maybe(item.when, [...path, 'when']);
      const prefill = c.maybe(item.prefill, [...path, 'prefill']);
      return {
        name,
        clauses: item.clauses,
        ...(item.title === undefined ? {} : { title: item.title }),
        clock: clockOf(c, patternsOf(item.opens), item, path, { due: item.due ?? item.after }),
        ...(when ? { when } : {}),
        closes: patternsOf(item.closes),
        for: c.value(item.for, [...path, 'for']),
        choices: c.value<Json[]>(item.choices ?? [], [...path, 'choices']),
        ask: mapped(item.ask, (field, text) => askOf(c, text, [...path, 'ask', field])),
        sets: item.sets,
        ...(prefill ? { prefill } : {}),
        ...(item.draft === undefined ? {} : { draft: item.draft }),
        ...(item.remind === undefined ? {} : { remind: ms(item.remind) }),
      };
    }),
    paths: mapped(source.paths, (name, item) => ({
      name,
      clauses: item.clauses,
      kind: item.kind,
      levels: item.levels.map((level, i) => ({
        to: typeof level.to === 'string' ? [level.to] : level.to,
        ...(level.ack === undefined ? {} : { ack: ms(level.ack) }),
        repeat: level.repeat,
        sets: c.values(level.sets, ['paths', name, 'levels', i, 'sets']),
        ...(level.title === undefined ? {} : { title: level.title }),
      })),
      ...(item.catch_all === undefined ? {} : { catchAll: item.catch_all }),
      via: item.via,
      ...(item.template === undefined ? {} : { template: item.template }),
      ...(item.status === undefined ? {} : { status: item.status }),
    })),
    rules: mapped(source.rules, (name, item) => {
      const path = ['rules', name];
      const when = c.maybe(item.when, [...path, 'when']);
      const anchors = patternsOf(item.on);
      return {
        name,
        clauses: item.clauses,
        on: anchors,
        ...(when ? { when } : {}),
        ...(item.once === undefined ? {} : { once: item.once }),
        ...(item.after === undefined ? {} : { clock: clockOf(c, anchors, item, path, { due: item.after }) }),
        ...(item.in_order ? { inOrder: true } : {}),
        do: item.do.map((action, i) => compileAction(c, action, [...path, 'do', i])),
      };
    }),
    guards: mapped(source.guards, (name, item) => {
      const when = c.maybe(item.when, ['guards', name, 'when']);
      const refuse = c.maybe(item.refuse, ['guards', name, 'refuse']);
      const { override } = item;
      return {
        name,
        clauses: item.clauses,
        command: item.command === 'set_pending' ? 'pause' : item.command,
        ...(when ? { when } : {}),
        needs: item.needs,
        ...(refuse ? { refuse } : {}),
        say: item.say,
        ...(item.offer === undefined ? {} : { offer: item.offer }),
        ...(override ? { override: { by: override.by, ...(override.flag === undefined ? {} : { flag: override.flag }) } } : {}),
      };
    }),
    templates,
    flows: source.flows as JsonObject,
    schedules: source.schedules as JsonObject,
    kinds: source.kinds as JsonObject,
    metrics: source.metrics as JsonObject,
    catchAll: source.catch_all ?? '',
  };
  addTableReads(compiled);
  return compiled;
}
