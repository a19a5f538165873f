/**
 * What one ticket has to be told of others, kept until it was told (design.md, decision 11): rows are written in the
 * transaction that makes them true, a worker takes them to the workflows, in order for each ticket.
 */
import type { FactAnswer, Told } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database, type Queryable } from './database';
import { storableJson, storableText } from './storable';

/** An answer to a question about other tickets, or what another ticket says. */
export type TicketMessageBody = { kind: 'fact'; body: FactAnswer } | { kind: 'told'; body: Told };

export type TicketMessage = TicketMessageBody & {
  /** The receiver. */
  ticket: string;
  /** Unique for the receiver: what is written twice is told once. */
  key: string;
};

/** A message that has not been told yet. */
export type WaitingMessage = TicketMessage & { id: number; attempts: number };

/** What became of telling it: `dropped` where the receiver has ended. */
export type Telling = 'sent' | 'dropped' | { failed: string };

/** Waiting times after failures: doubled from the first to the last, and never given up. */
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 60_000;
const TICKET_LOCK = 7_201_905;

/** Keeps messages for their receivers; one with a key that is there already is left out. Returns how many were new. */
export async function putMessages(
  db: Queryable,
  messages: readonly TicketMessage[],
  now: EpochMs = Date.now(),
): Promise<number> {
  if (messages.length === 0) return 0;
  const rows = messages.map(({ ticket, key, kind, body }) => ({
    ticket_id: ticket,
    key,
    kind,
    about: kind === 'fact' ? body.fact : body.from,
    at: toSql(body.at),
    body,
    created_at: toSql(now),
    next_try_at: toSql(now),
  }));
  const put = await query(
    db,
    `insert into ticket_message (ticket_id, key, kind, about, at, body, created_at, next_try_at)
     select ticket_id, key, kind, about, at, body, created_at, next_try_at
     from jsonb_to_recordset($1::jsonb) as r(ticket_id text, key text, kind text, about text, at timestamptz,
       body jsonb, created_at timestamptz, next_try_at timestamptz)
     on conflict (ticket_id, key) do nothing`,
    [storableJson(rows)],
  );
  return put.rowCount ?? 0;
}

/** The newest answer that was written for each of these tickets, told already or not. Errors: ESC_STORE_UNAVAILABLE. */
export async function lastAnswers(
  db: Queryable,
  fact: string,
  tickets: readonly string[],
): Promise<Map<string, FactAnswer>> {
  const found = await query<{ ticket_id: string; body: FactAnswer }>(
    db,
    `select distinct on (ticket_id) ticket_id, body from ticket_message
     where ticket_id = any($1) and kind = 'fact' and about = $2 order by ticket_id, id desc`,
    [tickets, fact],
  );
  return new Map(found.rows.map((row) => [row.ticket_id, row.body]));
}

/** Tickets whose first waiting message is due, the longest waiting first. Errors: ESC_STORE_UNAVAILABLE. */
export async function ticketsWithMessages(db: Queryable, limit: number, now: EpochMs = Date.now()): Promise<string[]> {
  const found = await query<{ ticket_id: string }>(
    db,
    `select ticket_id from (
       select distinct on (ticket_id) ticket_id, id, next_try_at from ticket_message
       where outcome is null order by ticket_id, id
     ) first where next_try_at <= $1 order by id limit $2`,
    [toSql(now), limit],
  );
  return found.rows.map((row) => row.ticket_id);
}

interface Row {
  id: number;
  key: string;
  kind: 'fact' | 'told';
  body: never;
  attempts: number;
}

/**
 * Tells a ticket what waits for it, oldest first, until `tell` fails. The rows are locked meanwhile, and what was told is
 * marked in the same transaction: a process that is killed in it leaves them waiting, so a message may be told twice and
 * is never lost. Returns how many were settled; 0 as well where another worker is at it.
 *
 * Errors: ESC_STORE_UNAVAILABLE.
 */
export async function tellTicket(
  pool: Database,
  ticket: string,
  tell: (message: WaitingMessage) => Promise<Telling>,
  options: { limit?: number; now?: () => EpochMs } = {},
): Promise<number> {
  const { limit = 50, now = Date.now } = options;
  return transaction(pool, async (client) => {
    const locked = await client.query<{ ours: boolean }>('select pg_try_advisory_xact_lock($1, hashtext($2)) as ours', [
      TICKET_LOCK,
      ticket,
    ]);
    if (locked.rows[0]?.ours !== true) return 0;
    const { rows } = await client.query<Row>(
      `select id, key, kind, body, attempts from ticket_message
       where ticket_id = $1 and outcome is null order by id limit $2 for update skip locked`,
      [ticket, limit],
    );
    let settled = 0;
    for (const { id, key, kind, body, attempts } of rows) {
      const told = await tell({ id, ticket, key, kind, body, attempts });
      if (typeof told === 'object') {
        const wait = Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempts, 20), RETRY_LAST_MS);
        await client.query(
          'update ticket_message set attempts = attempts + 1, next_try_at = $2, last_error = $3 where id = $1',
          [id, toSql(now() + wait), storableText(told.failed)],
        );
        break;
      }
      await client.query(
        'update ticket_message set attempts = attempts + 1, outcome = $2, settled_at = $3 where id = $1',
        [id, told, toSql(now())],
      );
      settled++;
    }
    return settled;
  });
}
