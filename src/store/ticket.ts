/** A ticket's row: found by id or number, started by the sweeper, archived at the end of its run. */
import type { JsonObject } from '../domain/policy/types';
import type { Opening } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, type Database } from './database';

/** A ticket as the store knows it; what it is doing is the workflow's to say, and the board's. */
export interface TicketRecord {
  id: string;
  number: string;
  packId: string;
  packHash: string;
  /** `support`, or a kind of its pack. */
  kind: string;
  /** Null for a ticket of another kind that nobody asked for. */
  partyId: number | null;
  openedAt: EpochMs;
  receivedAt: EpochMs;
  /** As it was given; after the customer was erased, without them. */
  opening: Opening;
  /** The shares of the pack's rollouts, in percent, as they stood at the opening; absent where it has none. */
  shares?: Record<string, number>;
  /** Null until the workflow was started. */
  startedAt: EpochMs | null;
  /** Null until its run has ended. */
  archivedAt: EpochMs | null;
  /** The last event that the archive has confirmed. */
  lastConfirmedSeq: number;
}

/** A row of {@link FIND_TICKET}. */
export interface TicketSqlRow {
  id: string;
  number: number;
  pack_id: string;
  pack_hash: string;
  kind: string;
  party_id: number | null;
  opened_at: Date;
  received_at: Date;
  started_at: Date | null;
  archived_at: Date | null;
  last_confirmed_seq: number;
  request_hash: string;
  opening: JsonObject;
  shares: Record<string, number> | null;
  subject: string | null;
  body: string | null;
  details: { customer?: Opening['customer']; fields?: JsonObject } | null;
}

/** Text that stands where personal data were. */
export const ERASED = '[erased]';

/** Tickets `t` with the message that opened each. */
export const FIND_TICKET = `
  select t.*, m.subject, m.body, m.details
  from ticket t
  left join lateral (select * from message where ticket_id = t.id order by id limit 1) m on true`;

/** The record of a row of {@link FIND_TICKET}. */
export function ticketOf(row: TicketSqlRow): TicketRecord {
  const { plan, ...rest } = row.opening;
  const known = row.details?.customer;
  const customer = known ?? (row.party_id === null ? undefined : { name: ERASED, email: ERASED, plan: String(plan) });
  const fields = row.details?.fields;
  const opening = {
    subject: row.subject ?? ERASED,
    body: row.body ?? ERASED,
    ...rest,
    ...(customer === undefined ? {} : { customer }),
    ...(fields === undefined ? {} : { fields }),
  };
  return {
    id: row.id,
    number: String(row.number),
    packId: row.pack_id,
    packHash: row.pack_hash,
    kind: row.kind,
    partyId: row.party_id,
    openedAt: row.opened_at.getTime(),
    receivedAt: row.received_at.getTime(),
    opening: opening as unknown as Opening,
    ...(row.shares === null ? {} : { shares: row.shares }),
    startedAt: fromSql(row.started_at),
    archivedAt: fromSql(row.archived_at),
    lastConfirmedSeq: row.last_confirmed_seq,
  };
}

/** What a ticket's workflow is started with, whoever starts it. */
export const startOf = ({ opening, receivedAt, shares }: TicketRecord) => ({
  opening,
  at: receivedAt,
  ...(shares === undefined ? {} : { shares }),
});

/** A ticket by id or public number (`10042`, `#10042`). Errors: ESC_STORE_UNAVAILABLE. */
export async function findTicket(pool: Database, idOrNumber: string): Promise<TicketRecord | undefined> {
  const [, number] = /^#?(\d{1,15})$/.exec(idOrNumber) ?? [];
  const where = number === undefined ? 't.id = $1' : 't.number = $1::bigint';
  const found = await query<TicketSqlRow>(pool, `${FIND_TICKET} where ${where}`, [number ?? idOrNumber.toUpperCase()]);
  return found.rows[0] && ticketOf(found.rows[0]);
}

/** The ticket's workflow runs: the sweeper leaves it alone from now on. Errors: ESC_STORE_UNAVAILABLE. */
export async function markStarted(pool: Database, id: string, at: EpochMs = Date.now()): Promise<void> {
  await query(pool, 'update ticket set started_at = coalesce(started_at, $2) where id = $1', [id, toSql(at)]);
}

/** The ticket's run has ended and everything of it is in the archive. Errors: ESC_STORE_UNAVAILABLE. */
export async function markArchived(pool: Database, id: string, at: EpochMs = Date.now()): Promise<void> {
  await query(pool, 'update ticket set archived_at = coalesce(archived_at, $2) where id = $1', [id, toSql(at)]);
}

/**
 * Tickets whose workflow was never started, oldest first: a crash between commit and start leaves one. Those opened
 * within the last `olderThanMs` are still in the hands of whoever opened them. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function unstarted(
  pool: Database,
  olderThanMs: number,
  limit = 50,
  now: EpochMs = Date.now(),
): Promise<TicketRecord[]> {
  const found = await query<TicketSqlRow>(
    pool,
    `${FIND_TICKET} where t.started_at is null and t.opened_at <= $1 order by t.opened_at, t.number limit $2`,
    [toSql(now - olderThanMs), limit],
  );
  return found.rows.map(ticketOf);
}
