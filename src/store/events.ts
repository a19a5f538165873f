/** The archive: append-only, dense, appending twice is appending once; read models change in the same transaction. */
import type { PoolClient } from 'pg';
import type { TicketEvent } from '../domain/ticket/types';
import { fromSql, guarded, toSql, transaction, type Database, type Queryable } from './database';
import { blankBoard, projectBoard, slaOf, type BoardRow } from './projections';

/** Version of the stored form of events; `upcast` brings older ones up. */
export const EVENT_VERSION = 1;

interface EventRow {
  seq: number;
  at: Date;
  recorded_at: Date;
  type: string;
  subject: string | null;
  by: TicketEvent['by'];
  cause: string;
  clauses: string[];
  data: TicketEvent['data'];
  patch: TicketEvent['patch'] | null;
}

const eventOf = (row: EventRow): TicketEvent => ({
  seq: row.seq,
  at: row.at.getTime(),
  recordedAt: row.recorded_at.getTime(),
  type: row.type,
  ...(row.subject === null ? {} : { subject: row.subject }),
  by: row.by,
  cause: row.cause,
  clauses: row.clauses,
  data: row.data,
  ...(row.patch ? { patch: row.patch } : {}),
});

export interface NextDue {
  at: number;
  label: string;
  kind: string;
}

/** Highest archived sequence number of a ticket; 0 when there is none. */
export async function lastSeq(db: Queryable, ticket: string): Promise<number> {
  const found = await db.query<{ last: number | null }>('select max(seq) as last from ticket_event where ticket_id = $1', [ticket]);
  return found.rows[0]?.last ?? 0;
}

/**
 * Append a batch. Events already there are left as they are; a gap is refused (it would mean a lost batch).
 * `agenda` is what falls due next after the last of them, for the board.
 */
export async function appendEvents(pool: Database, ticket: string, events: readonly TicketEvent[], agenda: readonly NextDue[] = []): Promise<number> {
  if (events.length === 0) return 0;
  return transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [ticket]);
    const last = await lastSeq(client, ticket);
    const fresh = events.filter((event) => event.seq > last);
    const first = fresh[0];
    if (first && first.seq !== last + 1) throw new Error(`the archive of ${ticket} ends at ${last}; a batch from ${first.seq} would leave a gap`);
    if (fresh.length > 0) {
      await insertEvents(client, ticket, fresh);
      await project(client, ticket, fresh, agenda);
    }
    return fresh.length;
  });
}

async function insertEvents(client: PoolClient, ticket: string, events: readonly TicketEvent[]): Promise<void> {
  const rows = events.map((event) => ({
    ticket_id: ticket,
    seq: event.seq,
    at: toSql(event.at),
    recorded_at: toSql(event.recordedAt),
    type: event.type,
    subject: event.subject ?? null,
    by: event.by,
    cause: event.cause,
    clauses: event.clauses,
    data: event.data,
    patch: event.patch ?? null,
    version: EVENT_VERSION,
  }));
  await client.query(
    `insert into ticket_event (ticket_id, seq, at, recorded_at, type, subject, by, cause, clauses, data, patch, version)
     select ticket_id, seq, at, recorded_at, type, subject, by, cause, array(select jsonb_array_elements_text(clauses)), data, patch, version
     from jsonb_to_recordset($1::jsonb) as x(ticket_id text, seq int, at timestamptz, recorded_at timestamptz, type text, subject text, by jsonb, cause text, clauses jsonb, data jsonb, patch jsonb, version int)`,
    [JSON.stringify(rows)],
  );
}

async function boardRow(db: Queryable, ticket: string): Promise<BoardRow> {
  const found = await db.query<Omit<BoardRow, 'opened_at' | 'updated_at'> & { opened_at: Date | null; updated_at: Date | null }>('select * from board where ticket_id = $1', [ticket]);
  const row = found.rows[0];
  return row ? { ...row, opened_at: fromSql(row.opened_at) ?? null, updated_at: fromSql(row.updated_at) ?? null } : blankBoard(ticket);
}

/** Bring board and SLA results up to these events. Used by append and by rebuild. */
export async function project(db: Queryable, ticket: string, events: readonly TicketEvent[], agenda: readonly NextDue[]): Promise<void> {
  const row = events.reduce(projectBoard, await boardRow(db, ticket));
  const due = agenda[0]?.at;
  await db.query(
    `insert into board (ticket_id, seq, number, subject, customer, plan, priority, status, tier, queue, owner, level, breached, opened_at, updated_at, next_due_at, next_due)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)
     on conflict (ticket_id) do update set seq = $2, number = $3, subject = $4, customer = $5, plan = $6, priority = $7, status = $8, tier = $9, queue = $10, owner = $11, level = $12, breached = $13, opened_at = $14, updated_at = $15, next_due_at = $16, next_due = $17`,
    [row.ticket_id, row.seq, row.number, row.subject, row.customer, row.plan, row.priority, row.status, row.tier, row.queue, row.owner, row.level, row.breached, row.opened_at === null ? null : toSql(row.opened_at), row.updated_at === null ? null : toSql(row.updated_at), due === undefined ? null : toSql(due), JSON.stringify(agenda)],
  );
  for (const event of events) {
    const sla = slaOf(ticket, event);
    if (!sla) continue;
    await db.query(
      `insert into sla_result (ticket_id, commitment, due_at, met_at, breached_at, late) values ($1,$2,$3,$4,$5,$6)
       on conflict (ticket_id, commitment, due_at) do update set met_at = coalesce(excluded.met_at, sla_result.met_at), breached_at = coalesce(sla_result.breached_at, excluded.breached_at), late = sla_result.late or excluded.late`,
      [sla.ticket_id, sla.commitment, toSql(sla.due_at), sla.met_at === null ? null : toSql(sla.met_at), sla.breached_at === null ? null : toSql(sla.breached_at), sla.late],
    );
  }
}

/** A ticket's archived events in order, a page at most. */
export async function readEvents(pool: Database, ticket: string, options: { afterSeq?: number; limit?: number } = {}): Promise<TicketEvent[]> {
  const found = await guarded(() => pool.query<EventRow>('select * from ticket_event where ticket_id = $1 and seq > $2 order by seq limit $3', [ticket, options.afterSeq ?? 0, options.limit ?? 10_000]));
  return found.rows.map(eventOf);
}

/** Throw the read models away and make them again from the events alone. Returns how many tickets that were. */
export async function rebuildReadModels(pool: Database): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query('lock table board, sla_result in exclusive mode');
    await client.query('delete from sla_result');
    await client.query('delete from board');
    const tickets = await client.query<{ ticket_id: string }>('select distinct ticket_id from ticket_event');
    for (const { ticket_id } of tickets.rows) {
      const events = await client.query<EventRow>('select * from ticket_event where ticket_id = $1 order by seq', [ticket_id]);
      await project(client, ticket_id, events.rows.map(eventOf), []);
    }
    return tickets.rows.length;
  });
}

