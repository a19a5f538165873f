/** The archive: append-only, dense, appending twice is appending once; read models change in the same transaction. */
import type { Pool, PoolClient } from 'pg';
import { TocsinError } from '../domain/errors';
import type { CompiledPack } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { askAcross } from './correlation';
import { query, toSqlOrNull, transaction, type Queryable } from './database';
import { loadReadModels, saveReadModels } from './read-models';
import { eventOf, rowOf, type EventRow } from './stored-event';
import { storableJson } from './storable';

/** What falls due next, as the ticket's workflow saw it after the last event of a batch. Earliest first. */
export interface NextDue {
  at: EpochMs;
  label: string;
  kind: string;
}

/** What an append needs to find the tickets that it concerns (design.md, decision 11). */
export interface Across {
  /** The pack the ticket is pinned to. */
  pack: CompiledPack;
  /** Told within the transaction how many messages to tickets it keeps. */
  kept?: (messages: number) => void;
}

/** Advisory locks: a rebuild waits for the appends under way, and appends of one ticket wait for each other. */
export const REBUILD_LOCK = 7_201_902;
const TICKET_LOCK = 7_201_903;

/**
 * Appends a batch and returns how many of its events were new. Events that are there already are left as they are.
 * `agenda` goes on the board unless a later batch was there first; a batch without it leaves the board's agenda empty.
 * With `across`, the pack's questions about other tickets are answered in the same transaction. Given a client, it takes
 * part in the transaction which the caller has begun.
 *
 * Errors: ESC_ENGINE_FAULT for a gap (a batch was lost: append that first), ESC_STORE_UNAVAILABLE.
 */
export async function appendEvents(
  db: Pool | PoolClient,
  ticketId: string,
  events: readonly TicketEvent[],
  agenda: readonly NextDue[] = [],
  across?: Across,
): Promise<number> {
  if (events.length === 0) return 0;
  return transaction(db, async (client) => {
    await client.query('select pg_advisory_xact_lock_shared($1)', [REBUILD_LOCK]);
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [TICKET_LOCK, ticketId]);
    const last = await lastSeq(client, ticketId);
    const fresh = events.filter((event) => event.seq > last);
    refuseGap(ticketId, last, fresh);
    if (fresh.length === 0) return 0;
    await insertEvents(client, ticketId, fresh);
    const models = await loadReadModels(client, ticketId, fresh);
    for (const event of fresh) models.add(event);
    await saveReadModels(client, [models]);
    await saveAgenda(client, ticketId, agenda);
    if (across) {
      const kept = await askAcross(client, across.pack, models.changesAcross);
      if (kept > 0) across.kept?.(kept);
    }
    const confirmed = fresh.at(-1)?.seq;
    await client.query('update ticket set last_confirmed_seq = $2 where id = $1 and last_confirmed_seq < $2', [
      ticketId,
      confirmed,
    ]);
    return fresh.length;
  });
}

function refuseGap(ticketId: string, last: number, fresh: readonly TicketEvent[]): void {
  for (const [offset, event] of fresh.entries()) {
    const expected = last + 1 + offset;
    if (event.seq === expected) continue;
    const message = `the archive of ${ticketId} expects event ${expected}, not ${event.seq}: a gap is refused`;
    throw new TocsinError('ESC_ENGINE_FAULT', message, { ticket: ticketId, expected, seq: event.seq });
  }
}

async function insertEvents(db: Queryable, ticketId: string, events: readonly TicketEvent[]): Promise<void> {
  await db.query(
    `insert into ticket_event
       (ticket_id, seq, at, recorded_at, type, subject, by, cause, clauses, data, patch, version)
     select ticket_id, seq, at, recorded_at, type, subject, by, cause, clauses, data, patch, version
     from jsonb_populate_recordset(null::ticket_event, $1::jsonb)
     on conflict (ticket_id, seq) do nothing`,
    [storableJson(events.map((event) => rowOf(ticketId, event)))],
  );
}

async function saveAgenda(db: Queryable, ticketId: string, agenda: readonly NextDue[]): Promise<void> {
  const [next] = agenda;
  await db.query('update board set next_due_at = $2, next_due_label = $3, agenda = $4 where ticket_id = $1', [
    ticketId,
    toSqlOrNull(next?.at),
    next?.label ?? null,
    storableJson(agenda),
  ]);
}

/** The highest sequence number in the archive of a ticket; 0 where there is none. Errors: ESC_STORE_UNAVAILABLE. */
export async function lastSeq(db: Queryable, ticketId: string): Promise<number> {
  const sql = 'select coalesce(max(seq), 0) as last from ticket_event where ticket_id = $1';
  const found = await query<{ last: number }>(db, sql, [ticketId]);
  return found.rows[0]?.last ?? 0;
}

/** A page of a ticket's events with `seq > afterSeq`, in order. Errors: ESC_STORE_UNAVAILABLE. */
export async function readEvents(
  db: Queryable,
  ticketId: string,
  page: { afterSeq?: number; limit?: number } = {},
): Promise<TicketEvent[]> {
  const found = await query<EventRow>(
    db,
    'select * from ticket_event where ticket_id = $1 and seq > $2 order by seq limit $3',
    [ticketId, page.afterSeq ?? 0, page.limit ?? 1_000],
  );
  return found.rows.map(eventOf);
}
