/**
 * Which other tickets concern a ticket, asked in the transaction that archives it (design.md, decision 11). The predicate
 * is the domain's; here are its candidates, and what is kept for the tickets concerned.
 */
import type { PoolClient } from 'pg';
import type { CompiledPack, FactDef, JsonObject, TicketQuery } from '../domain/policy/types';
import { affects, answerOf, concerned, correlate, factsAt, type TicketSummary } from '../domain/ticket/correlate';
import { prefilter, type Prefilter } from '../domain/ticket/prefilter';
import type { EpochMs } from '../domain/time/instants';
import { storableJson } from './storable';
import type { SnapshotRow } from './snapshot';
import { lastAnswers, putMessages, type TicketMessage } from './ticket-messages';
import { toSql } from './database';

/** Tickets that one question looks at, at most, the newest first: beyond them a count says "so many or more". */
const CANDIDATES = 500;
/** Tickets that are told of one change, at most, the newest first. Together they bound what one archive costs. */
const CONCERNED = 100;
/** Ids that an answer carries, at most, the oldest first: they are part of the ticket's state. */
const MEMBERS = 100;
const QUESTION_LOCK = 7_201_904;

/** One event's change of a ticket as others see it. */
export interface Change {
  seq: number;
  at: EpochMs;
  opened: boolean;
  /** Undefined where the ticket was not there before. */
  before: SnapshotRow | undefined;
  after: SnapshotRow;
}

/**
 * Answers the pack's questions about other tickets that these changes raise, and keeps the answers for the tickets they
 * are for: this one at its opening, and with `watch` whomever a change concerns. An answer that is the last one again is
 * not told again. Part of the transaction of the append, after the snapshots were saved. Tickets that share what a
 * question compares wait for each other, so that of two that open at once the second sees the first. At most
 * {@link CANDIDATES} tickets are looked at and {@link CONCERNED} told, found by index; an answer names {@link MEMBERS}. Returns how many messages were kept.
 */
export async function askAcross(client: PoolClient, pack: CompiledPack, changes: readonly Change[]): Promise<number> {
  const facts = Object.values(pack.facts).filter((fact) => fact.tickets !== undefined);
  const raised = changes.flatMap((change) => {
    const before = change.before && summary(pack, change.before);
    const after = summary(pack, change.after);
    const asked = facts.filter(
      (fact) =>
        fact.tickets !== undefined &&
        ((change.opened && factsAt(pack, after.kind).includes(fact)) || affects(fact.tickets, before, after)),
    );
    return asked.map((fact) => ({ fact, query: fact.tickets as TicketQuery, change, before, after }));
  });
  if (raised.length === 0) return 0;
  await lock(
    client,
    raised.flatMap(({ fact, query, before, after }) => locksOf(pack, fact, query, before, after)),
  );
  let written = 0;
  for (const one of raised) written += await answer(client, pack, one);
  return written;
}

interface Raised {
  fact: FactDef;
  query: TicketQuery;
  change: Change;
  before: TicketSummary | undefined;
  after: TicketSummary;
}

const summary = (pack: CompiledPack, row: SnapshotRow): TicketSummary => ({
  id: row.ticket_id,
  pack: pack.id,
  kind: row.kind,
  opened_at: row.opened_at ?? 0,
  ...(row.resolved_at === null ? {} : { resolved_at: row.resolved_at }),
  closed: row.closed,
  ticket: row.ticket,
});

/** What tickets must share for the question to join them: the values on either side of its comparisons. */
function locksOf(
  pack: CompiledPack,
  fact: FactDef,
  query: TicketQuery,
  before: TicketSummary | undefined,
  after: TicketSummary,
): string[] {
  const filter = prefilter(query.where);
  return [before, after].flatMap((one) =>
    one === undefined
      ? []
      : (['asker', 'counted'] as const).flatMap((side) => {
          const values = filter.shared(one.ticket, side);
          return values === undefined ? [] : [`${pack.id}|${fact.name}|${JSON.stringify(values)}`];
        }),
  );
}

/** In one order for everybody, so that no two transactions wait for each other. */
async function lock(client: PoolClient, names: readonly string[]): Promise<void> {
  await client.query(
    'select pg_advisory_xact_lock($1, h) from (select distinct hashtext(n) as h from unnest($2::text[]) n order by 1) s',
    [QUESTION_LOCK, names],
  );
}

async function answer(client: PoolClient, pack: CompiledPack, raised: Raised): Promise<number> {
  const { fact, query, change, before, after } = raised;
  const filter = prefilter(query.where);
  const loaded = new Map<string, TicketSummary[]>();
  const counted = async (asker: TicketSummary): Promise<TicketSummary[]> => {
    const pattern = filter.counted(asker.ticket);
    if (pattern === undefined) return [];
    const name = JSON.stringify(pattern);
    const known = loaded.get(name) ?? (await candidates(client, pack, query, filter, pattern, change.at));
    loaded.set(name, known);
    return [...known.filter((one) => one.id !== after.id), after];
  };
  const ids = new Set(change.opened && query.kind.includes(after.kind) ? [after.id] : []);
  const askers = query.watch ? await watchers(client, pack, query, filter, before, after) : [];
  for (const id of concerned(pack, fact, before, after, askers, change.at)) ids.add(id);
  const known = new Map([...askers, after].map((one) => [one.id, one]));
  const last = await lastAnswers(client, fact.name, [...ids]);
  const messages: TicketMessage[] = [];
  for (const id of ids) {
    const me = known.get(id);
    if (!me) continue;
    const all = correlate(pack, fact, me, await counted(me), change.at);
    const found = { value: all.value, members: all.members.slice(0, MEMBERS) };
    const told = last.get(id);
    if (told?.value === found.value && JSON.stringify(told.members) === JSON.stringify(found.members)) continue;
    const key = `${fact.name}|${after.id}/${change.seq}`;
    messages.push({ ticket: id, key, kind: 'fact', body: answerOf(fact, found, change.at, key) });
  }
  return putMessages(client, messages);
}

interface Row {
  ticket_id: string;
  kind: string;
  opened_at: Date | null;
  resolved_at: Date | null;
  closed: boolean;
  ticket: JsonObject;
}

const COLUMNS = 'ticket_id, kind, opened_at, resolved_at, closed, ticket';
const rowSummary = (pack: CompiledPack, row: Row): TicketSummary =>
  summary(pack, {
    ...row,
    key: null,
    updated_seq: 0,
    opened_at: row.opened_at?.getTime() ?? null,
    resolved_at: row.resolved_at?.getTime() ?? null,
  });

/** Tickets that may be counted: the index answers for what the question compares, the predicate for the rest. */
async function candidates(
  client: PoolClient,
  pack: CompiledPack,
  query: TicketQuery,
  filter: Prefilter,
  pattern: JsonObject,
  at: EpochMs,
): Promise<TicketSummary[]> {
  const since = query.window === undefined ? null : toSql(at - query.window);
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from ticket_snapshot
     where pack_id = $1 and kind = any($2) and ticket @> $3::jsonb and ($4::timestamptz is null or opened_at >= $4)
       ${filter.openOnly ? 'and not closed' : ''}
     order by opened_at desc limit ${CANDIDATES}`,
    [pack.id, query.among, storableJson(pattern), since],
  );
  return rows.map((row) => rowSummary(pack, row));
}

/** Tickets that may be concerned: those which the changed ticket counted for, or counts for now. */
async function watchers(
  client: PoolClient,
  pack: CompiledPack,
  query: TicketQuery,
  filter: Prefilter,
  before: TicketSummary | undefined,
  after: TicketSummary,
): Promise<TicketSummary[]> {
  const patterns = [before, after].flatMap((one) => {
    const pattern = one && filter.askers(one.ticket);
    return pattern === undefined ? [] : [storableJson(pattern)];
  });
  if (patterns.length === 0) return [];
  const { rows } = await client.query<Row>(
    `select ${COLUMNS} from ticket_snapshot
     where pack_id = $1 and kind = any($2) and ticket @> any($3::jsonb[]) and not closed and resolved_at is null
       and ticket_id <> $4
     order by opened_at desc limit ${CONCERNED}`,
    [pack.id, query.kind, [...new Set(patterns)], after.id],
  );
  return rows.map((row) => rowSummary(pack, row));
}
