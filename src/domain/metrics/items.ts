/** What a metric counts, found in the histories of tickets and in series; each with what its conditions may read. */
import type { MetricDef, MetricDimension } from '../policy/metric-types';
import { compileExpr, isUnknown, type Env } from '../policy/expr';
import type { Cel, CompiledPack, Json, JsonObject } from '../policy/types';
import { makeEnv, type EventView } from '../ticket/env';
import { blankState } from '../ticket/evolve';
import { matches } from '../ticket/patterns';
import { sideOf } from '../ticket/rollout';
import type { EpochMs } from '../time/instants';
import type { History, SeriesPoint } from './history';
import { isPeriodUnit, parsePeriod, periodKey, UTC } from './periods';

/** Everything a metric may be asked of. */
export interface Evidence {
  pack: CompiledPack;
  histories: readonly History[];
  /** By name, oldest first. */
  series: Readonly<Record<string, readonly SeriesPoint[]>>;
}

/** One thing that is counted. */
export interface Item {
  at: EpochMs;
  event: EventView;
  history?: History;
  from: EventView;
  to?: EventView;
  found: boolean;
  /** From `from` to `to`, in ms; undefined where the second is missing. */
  duration?: number;
  env: Env;
}

const BLANK = blankState('', { id: '', version: '', hash: '' });

const viewJson = (event: EventView): JsonObject => ({
  ...event.data,
  type: event.type,
  at: event.at,
  by: { ...event.by },
  ...(event.subject === undefined ? {} : { subject: event.subject }),
});

type Parts = Omit<Item, 'env'>;

/** What conditions of a metric read: the ticket as it stands, the event, and what belongs to the item alone. */
function envOf(pack: CompiledPack, parts: Parts): Env {
  const base = makeEnv({ pack, state: parts.history?.state ?? BLANK, event: parts.event });
  return {
    get(name) {
      if (name === 'found') return parts.found;
      if (name === 'to') return parts.to && viewJson(parts.to);
      if (name === 'from') return viewJson(parts.from);
      if (name === 'duration') return parts.duration;
      if (name === 'tick' && parts.event.type === 'due') {
        const kept = parts.event.data['kept'] === true;
        return { due: parts.event.data['due'] ?? parts.event.at, kept, breached: !kept };
      }
      return base.get(name);
    },
    call: (fn, args) => base.call(fn, args),
  };
}

/** An item with its environment. */
export const itemOf = (pack: CompiledPack, parts: Parts): Item => ({ ...parts, env: envOf(pack, parts) });

/** Whether a condition holds of an item; an unknown one does not. */
export const holds = (item: Pick<Item, 'env'>, cel: Cel | undefined): boolean =>
  !cel || compileExpr(cel.x)(item.env) === true;

/** A computed value, or undefined where it is unknown. */
export function valueOf(item: Pick<Item, 'env'>, cel: Cel): Json | undefined {
  const value = compileExpr(cel.x)(item.env);
  return isUnknown(value) ? undefined : value;
}

const textOf = (value: Json | undefined): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

/** The key of an item in a dimension; undefined where it has none. */
export function keyOf(pack: CompiledPack, item: Item, dimension: MetricDimension): string | undefined {
  const { name, cel } = dimension;
  if (cel) return textOf(valueOf(item, cel));
  if (isPeriodUnit(name)) return periodKey(name, item.at, pack.zoneOffsets ?? UTC);
  const ticket = item.history?.state.ticket;
  switch (name) {
    case 'ticket':
      return item.history?.id;
    case 'plan':
      return textOf(ticket?.customer['plan'] ?? item.event.data['plan']);
    case 'customer':
      return textOf(ticket?.customer['email'] ?? item.event.data['customer']);
    case 'agent':
      return item.event.by.kind === 'person' ? item.event.by.name : textOf(ticket?.['owner']);
    case 'reason':
    case 'level':
      return textOf(item.event.data[name]);
    default:
      return textOf(ticket?.[name] ?? item.event.data[name]);
  }
}

const kindOf = (history: History): Json => history.state.ticket['kind'] ?? 'support';

/** Events by a key that both ends have in common, of any ticket; for `same`. */
type Elsewhere = Map<string, EventView[]>;

function elsewhere(evidence: Evidence, def: MetricDef): Elsewhere | undefined {
  if (!def.same) return undefined;
  const index: Elsewhere = new Map();
  for (const history of evidence.histories) {
    for (const event of history.events) {
      if (!matches(def.to, event)) continue;
      const item = itemOf(evidence.pack, { at: event.at, event, history, from: event, found: false });
      const key = keyOf(evidence.pack, item, def.same);
      if (key === undefined) continue;
      const list = index.get(key);
      if (list) list.push(event);
      else index.set(key, [event]);
    }
  }
  for (const list of index.values()) list.sort((a, b) => a.at - b.at);
  return index;
}

/** The candidate with its second event found, if it has one. */
function paired(
  evidence: Evidence,
  def: MetricDef,
  parts: Parts,
  after: { events: readonly EventView[]; start: number; end: number },
  others: Elsewhere | undefined,
): Item {
  if (def.to.length === 0) {
    // What is counted is the second event itself, where only the first is named.
    const duration = parts.from === parts.event ? {} : { duration: parts.event.at - parts.from.at };
    return itemOf(evidence.pack, { ...parts, ...duration, found: parts.from !== parts.event });
  }
  const fits = (to: EventView): boolean => {
    if (def.within !== undefined && to.at - parts.from.at > def.within) return false;
    return !def.toWhere || holds(itemOf(evidence.pack, { ...parts, to, found: true }), def.toWhere);
  };
  let to: EventView | undefined;
  if (others && def.same) {
    const key = keyOf(evidence.pack, itemOf(evidence.pack, parts), def.same);
    to = (key === undefined ? [] : (others.get(key) ?? [])).find((one) => one.at >= parts.from.at && fits(one));
  } else {
    for (let i = after.start; i < after.end && to === undefined; i++) {
      const one = after.events[i];
      if (one && matches(def.to, one) && fits(one)) to = one;
    }
  }
  return itemOf(evidence.pack, {
    ...parts,
    ...(to === undefined ? { found: false } : { to, found: true, duration: to.at - parts.from.at }),
  });
}

function* ofTicket(
  evidence: Evidence,
  def: MetricDef,
  history: History,
  others: Elsewhere | undefined,
): Generator<Item> {
  const { events } = history;
  const dated = events.find((event) => matches(def.on, event));
  if (!dated) return;
  const start = def.from.length === 0 ? events.indexOf(dated) : events.findIndex((event) => matches(def.from, event));
  const from = events[start];
  if (!from) return;
  const parts: Parts = { at: dated.at, event: dated, history, from, found: false };
  if (!holds(itemOf(evidence.pack, parts), def.where)) return;
  yield paired(evidence, def, parts, { events, start: start + 1, end: events.length }, others);
}

function* ofEvents(
  evidence: Evidence,
  def: MetricDef,
  history: History,
  counted: (event: EventView) => boolean,
  others: Elsewhere | undefined,
): Generator<Item> {
  const { events } = history;
  const at: number[] = [];
  for (const [i, event] of events.entries()) {
    if (!counted(event)) continue;
    if (holds(itemOf(evidence.pack, { at: event.at, event, history, from: event, found: false }), def.where))
      at.push(i);
  }
  for (const [n, i] of at.entries()) {
    const event = events[i];
    if (!event) continue;
    const from = def.from.length === 0 ? event : events.slice(0, i).findLast((one) => matches(def.from, one));
    if (!from) continue;
    const end = at[n + 1] ?? events.length;
    yield paired(
      evidence,
      def,
      { at: event.at, event, history, from, found: false },
      { events, start: i + 1, end },
      others,
    );
  }
}

function pointView(point: SeriesPoint): EventView {
  return {
    type: 'series',
    subject: point.name,
    at: point.at,
    by: { name: point.name, kind: 'feed' },
    data: { ...point.labels, value: point.value },
  };
}

/** Everything a metric counts, whenever it was; `once` is applied. In order of tickets, and within one in order of time. */
export function* itemsOf(evidence: Evidence, def: MetricDef): Generator<Item> {
  const seen = new Set<string>();
  for (const item of allItems(evidence, def)) {
    if (def.for) {
      const named = valueOf(item, def.for);
      const period = typeof named === 'string' ? parsePeriod(named, evidence.pack.zoneOffsets ?? UTC) : undefined;
      if (period) item.at = period.period.from;
    }
    if (def.once) {
      const key = keyOf(evidence.pack, item, def.once);
      if (key === undefined || seen.has(key)) continue;
      seen.add(key);
    }
    yield item;
  }
}

function* allItems(evidence: Evidence, def: MetricDef): Generator<Item> {
  const { of } = def;
  const others = elsewhere(evidence, def);
  if (of.kind === 'series') {
    for (const point of evidence.series[of.name] ?? []) {
      const event = pointView(point);
      const parts: Parts = { at: point.at, event, from: event, found: false };
      if (holds(itemOf(evidence.pack, parts), def.where))
        yield paired(evidence, def, parts, { events: [], start: 0, end: 0 }, others);
    }
    return;
  }
  for (const history of evidence.histories) {
    if (def.kind !== 'any' && kindOf(history) !== def.kind) continue;
    if (!def.inShadow && sideOf(evidence.pack, history.state, def.name).side !== 'live') continue;
    if (of.kind === 'tickets') yield* ofTicket(evidence, def, history, others);
    else if (of.kind === 'ticks')
      yield* ofEvents(evidence, def, history, (event) => event.type === 'due' && event.subject === of.name, others);
    else yield* ofEvents(evidence, def, history, (event) => matches(of.patterns, event), others);
  }
}
