/**
 * Questions to the other tickets: who else has the same issue, the same customer again. A pure predicate over summaries;
 * the store asks it inside the transaction that archives an opening, a rehearsal between its tickets.
 */
import { isUnknown } from '../policy/expr';
import type { CompiledPack, FactDef, Json, JsonObject, TicketQuery } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { holdsIn, lookUpName, makeEnv } from './env';
import { blankState } from './evolve';
import type { FactAnswer, TicketState } from './types';

/** What is known of a ticket from outside: enough to be counted, nothing that is a person's words. */
export interface TicketSummary {
  id: string;
  /** The id of its pack. */
  pack: string;
  kind: string;
  opened_at: EpochMs;
  resolved_at?: EpochMs;
  /** Closed or merged: it never acts again. */
  closed: boolean;
  /** Its fields, built in and of the pack, as conditions read them. */
  ticket: JsonObject;
}

/** A ticket that must not act on what others do: resolved, closed or merged. */
export const isDone = (summary: TicketSummary): boolean => summary.closed || summary.resolved_at !== undefined;

/** The summary of a ticket of a rehearsal, or of one that the store rebuilds. */
export function summaryOf(state: TicketState): TicketSummary {
  const { ticket } = state;
  const resolved = ticket['resolved_at'];
  return {
    id: state.id,
    pack: state.pack.id,
    kind: typeof ticket['kind'] === 'string' ? ticket['kind'] : 'support',
    opened_at: Number(ticket['opened_at'] ?? 0),
    ...(typeof resolved === 'number' ? { resolved_at: resolved } : {}),
    closed: ticket.status === 'closed',
    ticket,
  };
}

const views = new WeakMap<TicketSummary, JsonObject>();

/** What `other` reads as: the fields, and beside them how the ticket stands. Made once a summary: many tickets ask. */
function otherView(other: TicketSummary): JsonObject {
  let view = views.get(other);
  if (view) return view;
  view = {
    ...other.ticket,
    id: other.id,
    kind: other.kind,
    opened_at: other.opened_at,
    closed: other.closed,
    resolved: other.resolved_at !== undefined,
    ...(other.resolved_at === undefined ? {} : { resolved_at: other.resolved_at }),
  };
  views.set(other, view);
  return view;
}

function inWindow(query: TicketQuery, other: TicketSummary, at: EpochMs): boolean {
  return other.opened_at <= at && (query.window === undefined || other.opened_at >= at - query.window);
}

/** Whether other tickets count for this one. What cannot be told does not match. */
function matcher(
  pack: CompiledPack,
  query: TicketQuery,
  me: TicketSummary,
  at: EpochMs,
): (other: TicketSummary) => boolean {
  const state = { ...blankState(me.id, { id: pack.id, version: '', hash: '' }), ticket: me.ticket as never };
  const scope = {
    pack,
    state,
    event: { type: 'asked', at, by: { name: 'tocsin', kind: 'engine' as const }, data: {} },
  };
  const env = makeEnv(scope);
  return (other) => {
    if (other.id === me.id || other.pack !== me.pack || !query.among.includes(other.kind)) return false;
    if (!inWindow(query, other, at)) return false;
    const view = otherView(other);
    const holds = holdsIn({ ...env, get: (name) => (name === 'other' ? view : env.get(name)) }, query.where);
    return !isUnknown(holds) && holds;
  };
}

const at = (ticket: JsonObject, path: readonly string[]): Json | undefined => {
  const env = { get: () => ticket, call: () => null };
  return lookUpName(env, ['ticket', ...path].join('.'));
};

/**
 * The answer to a fact over tickets at an instant: how many other tickets match, or how many distinct values there are
 * (this ticket's own included, one without a value counts for none), and the ids of those that match, oldest first.
 */
export function correlate(
  pack: CompiledPack,
  fact: FactDef,
  me: TicketSummary,
  others: readonly TicketSummary[],
  instant: EpochMs,
): { value: number; members: string[] } {
  const query = fact.tickets;
  if (!query) return { value: 0, members: [] };
  const found = others
    .filter(matcher(pack, query, me, instant))
    .sort((a, b) => a.opened_at - b.opened_at || (a.id < b.id ? -1 : 1));
  const members = found.map((one) => one.id);
  if (query.count === 'tickets') return { value: members.length, members };
  const path = query.count.distinct;
  const values = [me, ...found].flatMap((one) => {
    const value = at(one.ticket, path);
    return value === undefined || value === null ? [] : [JSON.stringify(value)];
  });
  return { value: new Set(values).size, members };
}

/** The facts over tickets that a ticket of this kind is asked at its opening. */
export const factsAt = (pack: CompiledPack, kind: string): FactDef[] =>
  Object.values(pack.facts).filter((fact) => fact.tickets?.kind.includes(kind) ?? false);

/** The fields of another ticket that a query reads: a change of none of them changes no answer. */
function readsOf(query: TicketQuery): { other: Set<string>; mine: Set<string> } {
  const names = (root: string): string[] =>
    query.where.reads.filter((name) => name.startsWith(`${root}.`)).map((name) => name.slice(root.length + 1));
  const counted = query.count === 'tickets' ? [] : query.count.distinct.slice(0, 1);
  return { other: new Set([...names('other'), ...counted]), mine: new Set([...names('ticket'), ...counted]) };
}

const differ = (a: TicketSummary | undefined, b: TicketSummary, names: ReadonlySet<string>): boolean => {
  const [before, after] = [a ? otherView(a) : {}, otherView(b)];
  const all = names.has('*') ? Object.keys({ ...before, ...after }) : [...names];
  return all.some((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null));
};

/** Whether an opening (no `before`) or a change of a ticket may change a watched answer, its own or another ticket's. */
export function affects(query: TicketQuery, before: TicketSummary | undefined, after: TicketSummary): boolean {
  if (!query.watch) return false;
  const { mine, other } = readsOf(query);
  return before === undefined || differ(before, after, mine) || differ(before, after, other);
}

/**
 * The tickets that must be asked a watched fact again because one ticket changed from `before` (undefined: it opened) to
 * `after`: itself where its own side changed, and every ticket that it counted for or counts for now. Resolved and closed
 * tickets are left alone: they no longer act.
 */
export function concerned(
  pack: CompiledPack,
  fact: FactDef,
  before: TicketSummary | undefined,
  after: TicketSummary,
  others: readonly TicketSummary[],
  instant: EpochMs,
): string[] {
  const query = fact.tickets;
  if (!query?.watch || after.pack !== pack.id) return [];
  const reads = readsOf(query);
  const ids: string[] = [];
  // Its own opening asks by itself.
  if (before && !isDone(after) && query.kind.includes(after.kind) && differ(before, after, reads.mine))
    ids.push(after.id);
  if (before && !differ(before, after, reads.other)) return ids;
  for (const other of others) {
    if (other.id === after.id || isDone(other) || !query.kind.includes(other.kind)) continue;
    const counts = matcher(pack, query, other, instant);
    if ((before !== undefined && counts(before)) || counts(after)) ids.push(other.id);
  }
  return ids;
}

/** An answer of the engine as the input that tells it. */
export function answerOf(
  fact: FactDef,
  found: { value: number; members: string[] },
  instant: EpochMs,
  key: string,
): FactAnswer {
  return { fact: fact.name, at: instant, value: found.value, members: found.members, key };
}
