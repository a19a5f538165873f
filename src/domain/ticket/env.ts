/**
 * The names a condition may read (policy-language §3), over the state of one ticket and the event in hand.
 * Nothing here reads a clock: `age` and `is_open` count from the instant of the event.
 */
import { compileExpr, isUnknown, unknown, type Env, type Unknown } from '../policy/expr';
import { atPath, ownWords, packWords } from '../policy/parts';
import type { Cel, CompiledPack, Json, JsonObject, TableDef, Value } from '../policy/types';
import { isOpen } from '../time/calendar';
import { parseDuration, parseInstant, type EpochMs } from '../time/instants';
import { calendarOf } from './calendars';
import { collectedView } from './flow-view';
import { clockNext, readAmount, readPhases } from './clocks';
import type { Actor, ClockState, Seen, TicketState } from './types';
import { hits, hitWords } from '../policy/words';

/** The event a condition sees: its own fields beside `type`, `at` and `by`. */
export interface EventView {
  type: string;
  subject?: string;
  at: EpochMs;
  by: Actor;
  data: JsonObject;
}

export interface Scope {
  pack: CompiledPack;
  state: TicketState;
  event: EventView;
  /** Fields as a command would leave them, for guards. */
  overlay?: JsonObject;
  message?: JsonObject;
}

type Got = Json | Unknown;

/** The instant as text or number, in ms. */
const instantOf = (value: Got): EpochMs | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' ? parseInstant(value) : undefined;

function eventView(event: EventView): JsonObject {
  const by: JsonObject = { name: event.by.name, kind: event.by.kind };
  if (event.by.role !== undefined) by['role'] = event.by.role;
  const view: JsonObject = { ...event.data, type: event.type, at: event.at, by };
  if (event.subject !== undefined) view['subject'] = event.subject;
  return view;
}

/** What conditions and templates see of one commitment. */
function commitmentView(scope: Scope, name: string): JsonObject {
  const def = scope.pack.commitments[name];
  const clock: ClockState | undefined = scope.state.clocks[`commitment:${name}`];
  if (!def || !clock) return { breached: false, active: false, met: false };
  const view: JsonObject = {
    breached: clock.breached,
    active: clock.status === 'running',
    met: clock.met,
    anchor: clock.anchor,
  };
  if (clock.due !== undefined) view['due'] = clock.due;
  const amount = def.clock.cadence ? undefined : readAmount(clock.amount);
  if (amount && 'amount' in amount && typeof amount.amount === 'number') view['amount'] = amount.amount;
  const calendar = calendarOf(scope.pack, clock.calendar);
  const live = { ...clock, activeFrom: Math.max(clock.activeFrom, scope.event.at) };
  const next = clockNext({ ...def.clock, marks: [] }, live, calendar, def);
  if (next) view['next'] = next.at;
  if (next?.tick) view['interval'] = next.tick.interval;
  else if (def.clock.cadence) {
    const last = readPhases(clock.amount)?.at(-1);
    if (last) view['interval'] = last.every;
  }
  if (clock.due !== undefined && !def.clock.cadence && clock.due > clock.anchor) {
    view['remaining_share'] = Math.max(0, (clock.due - scope.event.at) / (clock.due - clock.anchor));
  }
  return view;
}

function taskView(scope: Scope, name: string): JsonObject {
  let newest: JsonObject = { open: false, done: false };
  let n = -1;
  for (const task of Object.values(scope.state.tasks)) {
    if (task.name !== name || task.n <= n) continue;
    n = task.n;
    newest = { ...(task.answer ?? {}), open: task.open, done: task.outcome === 'done', for: task.for };
    if (task.choice !== undefined) newest['choice'] = task.choice;
    if (task.by !== undefined) newest['by'] = task.by;
    if (task.at !== undefined) newest['at'] = task.at;
  }
  return newest;
}

function pathView(scope: Scope, name: string): JsonObject {
  const path = scope.state.paths[name];
  if (!path) return { level: 0, entered: false, acknowledged: false, exhausted: false };
  const level = scope.pack.paths[name]?.levels[path.level - 1];
  const view: JsonObject = {
    level: path.level,
    entered: true,
    acknowledged: path.acknowledged,
    exhausted: path.exhausted,
    team: level?.to ?? [],
    lead: level?.to[0] ?? '',
  };
  if (path.trail?.length) view['came_from'] = path.trail.at(-1) ?? 0;
  if (path.acknowledgedBy !== undefined) view['acknowledged_by'] = path.acknowledgedBy;
  if (path.reason !== undefined) view['reason'] = path.reason;
  return view;
}

/** What is read as `param`: a parameter with variants (`use` names one) is that variant. */
export function paramsOf(pack: CompiledPack): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(pack.params)) {
    const use = value !== null && typeof value === 'object' && !Array.isArray(value) ? value['use'] : undefined;
    result[name] = typeof use === 'string' ? ((value as JsonObject)[use] ?? null) : value;
  }
  return result;
}
const paramCache = new WeakMap<CompiledPack, JsonObject>();

/** Values of an object made only when they are read. */
function lazily(names: string[], make: (name: string) => JsonObject): JsonObject {
  const object: JsonObject = {};
  for (const name of names) {
    Object.defineProperty(object, name, { enumerable: true, configurable: true, get: () => make(name) });
  }
  return object;
}

function root(scope: Scope, name: string): Got | undefined {
  const { pack, state } = scope;
  switch (name) {
    case 'ticket':
      return scope.overlay ? { ...state.ticket, ...scope.overlay } : state.ticket;
    case 'queue':
      return queueView(scope);
    case 'event':
      return eventView(scope.event);
    case 'is':
      return state.is;
    case 'commitment':
      return lazily(Object.keys(pack.commitments), (one) => commitmentView(scope, one));
    case 'task':
      return lazily(
        [...new Set([...Object.keys(pack.tasks), ...Object.values(state.tasks).map((one) => one.name)])],
        (one) => taskView(scope, one),
      );
    case 'path':
      return lazily(Object.keys(pack.paths), (one) => pathView(scope, one));
    case 'delivery':
      return state.named;
    case 'fact':
      return factView(state);
    case 'flow':
      return state.flows as unknown as JsonObject;
    case 'collected':
      return collectedView(state.flows);
    case 'transcript':
      return (state.said ?? []) as unknown as Json;
    case 'param': {
      let params = paramCache.get(pack);
      if (!params) paramCache.set(pack, (params = paramsOf(pack)));
      return params;
    }
    case 'message':
      return scope.message;
    default:
      return undefined;
  }
}

/** The queue a ticket is in: its key, what people call it, and the titles of those it is a part of, the widest last. */
function queueView({ pack, state, overlay }: Scope): JsonObject {
  const key = String(overlay?.['queue'] ?? state.ticket['queue'] ?? '');
  const queue = pack.queues[key];
  const within: string[] = [];
  for (let at = queue?.parent; at !== undefined && within.length < 10; at = pack.queues[at]?.parent)
    within.push(pack.queues[at]?.title ?? at);
  return { key, title: queue?.title ?? key, within };
}

function factView(state: TicketState): JsonObject {
  const view: JsonObject = {};
  for (const [name, fact] of Object.entries(state.facts)) {
    if (fact.known)
      view[name] = {
        value: fact.value,
        score: fact.score,
        at: fact.at,
        ...(fact.members ? { members: fact.members } : {}),
        ...(fact.reasons ? { reasons: fact.reasons } : {}),
      };
  }
  return view;
}

function call(scope: Scope, env: Env, fn: string, args: Got[]): Got {
  const missing = args.find(isUnknown);
  if (fn === 'known') return missing === undefined;
  if (missing !== undefined) return missing;
  const [first, second] = args as Json[];
  const { state, pack } = scope;
  switch (fn) {
    case 'table':
      return lookUp(scope, env, String(first), (args as Json[]).slice(1));
    case 'hits': {
      const words = pack.words[String(first)];
      return words ? hits(words, String(second ?? '')) : unknown(`words ${String(first)}`);
    }
    case 'matched': {
      const words = pack.words[String(first)];
      return words ? hitWords(words, String(second ?? '')) : unknown(`words ${String(first)}`);
    }
    case 'seen':
      return seenOf(state, String(first)) !== undefined;
    case 'count':
      return seenOf(state, String(first))?.n ?? 0;
    case 'age': {
      const at = instantOf(first ?? null);
      return at === undefined ? unknown('age') : scope.event.at - at;
    }
    case 'dur':
      return parseDuration(String(first)) ?? unknown(`duration ${String(first)}`);
    case 'is_open':
      return isOpen(calendarOf(pack, String(first)), scope.event.at);
    case 'eur': {
      const money = first as JsonObject | null;
      const fact = state.facts[String(second ?? 'rate')];
      const rate = money?.['currency'] === 'EUR' ? 1 : fact?.known ? Number(fact.value) : NaN;
      const value = Number(money?.['value']);
      return Number.isFinite(rate * value) ? rate * value : unknown('fact.rate');
    }
    // The compiler's own, around what a part of a composed pack reads and names.
    case 'own':
      return ownWords(pack, String(first), second ?? null);
    case 'full':
      return packWords(pack, String(first), String(second), (args as Json[])[2] ?? null);
    default:
      return unknown(`${fn}()`);
  }
}

/** What is known of `name` or `name(subject)`. */
function seenOf(state: TicketState, pattern: string): Seen | undefined {
  const match = /^([^()]+)\(([^()]*)\)$/.exec(pattern);
  return match ? state.seen[match[1] ?? '']?.of[match[2] ?? ''] : state.seen[pattern];
}

/** A table's answer: by keys, or by its rows. Unknown where nothing fits. */
function lookUp(scope: Scope, env: Env, name: string, keys: Json[]): Got {
  const table = scope.pack.tables[name];
  if (!table) return unknown(`table ${name}`);
  if (table.keys.length > 0) {
    let value: Json | undefined = table.byKey;
    for (const key of keys) {
      value = value !== null && typeof value === 'object' && !Array.isArray(value) ? value[String(key)] : undefined;
      if (value === undefined) return unknown(`table ${name} ${keys.join(' ')}`);
    }
    return value;
  }
  return decideTable(env, table).value;
}

/** The rows of a decision table that hold: `first` one, `all` as a set, or the `highest` number. */
export function decideTable(env: Env, table: TableDef): { value: Got; rows: number[]; clauses: string[] } {
  const values: Json[] = [];
  const rows: number[] = [];
  const clauses = new Set(table.clauses);
  let missing: Unknown | undefined;
  for (const [i, row] of table.rows.entries()) {
    const holds = row.when ? compileExpr(row.when.x)(env) : true;
    if (isUnknown(holds)) missing ??= holds;
    if (holds !== true) continue;
    const value = valueIn(env, row.then);
    if (isUnknown(value)) continue;
    values.push(value);
    rows.push(i);
    for (const clause of row.clauses) clauses.add(clause);
    if (table.hit === 'first') return { value, rows, clauses: [...clauses] };
  }
  if (table.hit === 'all') return { value: [...new Set(values.flat())], rows, clauses: [...clauses] };
  if (table.hit === 'highest' && values.length > 0)
    return { value: Math.max(...values.map(Number)), rows, clauses: [...clauses] };
  return { value: missing ?? unknown(`table ${table.name}`), rows, clauses: [...clauses] };
}

/** The environment of one evaluation. Roots are made once, when first read. */
export function makeEnv(scope: Scope): Env {
  const roots = new Map<string, Got | undefined>();
  const env: Env = {
    get(name) {
      if (!roots.has(name)) roots.set(name, root(scope, name));
      return roots.get(name);
    },
    call: (fn, args) => call(scope, env, fn, args),
  };
  return env;
}

/** A written or computed value. */
export function valueIn(env: Env, value: Value): Got {
  return 'lit' in value ? value.lit : compileExpr(value.cel.x)(env);
}

/** A condition: true, false, or unknown with the name that was missing. */
export function holdsIn(env: Env, cel: Cel): boolean | Unknown {
  const value = compileExpr(cel.x)(env);
  if (isUnknown(value)) return value;
  return value === true;
}

/** The value at a dotted name (`ticket.customer.name`), or undefined. */
export function lookUpName(env: Env, dotted: string): Json | undefined {
  const [first = '', ...rest] = dotted.split('.');
  const root = env.get(first);
  if (root === undefined || isUnknown(root)) return undefined;
  return atPath(root, rest) as Json | undefined;
}
