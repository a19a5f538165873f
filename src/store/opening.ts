/** Opening a ticket: one transaction, one answer for one key for ever (design.md, decision 12). */
import { createHash } from 'node:crypto';
import { TocsinError } from '../domain/errors';
import type { Opening } from '../domain/ticket/types';
import { guarded, toSql, transaction, type Database } from './database';

/** Public numbers begin here: five digits, as people know them from the procedure's samples. */
const FIRST_NUMBER = 10_001;
const NUMBERS_LOCK = 7_201_901;

export interface OpenRequest {
  opening: Opening;
  packId: string;
  packHash: string;
  idempotencyKey?: string;
  receivedAt: number;
  now: number;
}

export interface OpenedTicket {
  id: string;
  number: string;
  created: boolean;
  packHash: string;
  receivedAt: number;
  started: boolean;
  opening: Opening;
}

interface Row {
  id: string;
  number: number;
  pack_hash: string;
  received_at: Date;
  started_at: Date | null;
  opening: Opening;
  request_hash: string | null;
}

function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  return `{${Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`;
}

const hashOf = (opening: Opening): string => createHash('sha256').update(canonical(opening)).digest('hex');
const ticketOf = (row: Row, created: boolean): OpenedTicket => ({
  id: row.id,
  number: String(row.number),
  created,
  packHash: row.pack_hash,
  receivedAt: row.received_at.getTime(),
  started: row.started_at !== null,
  opening: row.opening,
});

function known(row: Row, hash: string, key: string): OpenedTicket {
  if (row.request_hash !== hash) throw new TocsinError('ESC_IDEMPOTENCY_CONFLICT', `the idempotency key "${key}" opened ${row.id} with another request`, { ticket: row.id });
  return ticketOf(row, false);
}

/**
 * Open a ticket's row: gap-free id of its UTC day and public number, customer and message in their one home.
 * Errors: ESC_IDEMPOTENCY_CONFLICT for another request under a used key; ESC_STORE_UNAVAILABLE.
 */
export async function openTicket(pool: Database, request: OpenRequest): Promise<OpenedTicket> {
  const hash = hashOf(request.opening);
  const key = request.idempotencyKey;
  if (key !== undefined) {
    const found = await guarded(() => pool.query<Row>('select * from ticket where idempotency_key = $1', [key]));
    if (found.rows[0]) return known(found.rows[0], hash, key);
  }
  return transaction(pool, async (client) => {
    // One opening at a time: counters without gaps need an order, and a roll-back must give its numbers back.
    await client.query('select pg_advisory_xact_lock($1)', [NUMBERS_LOCK]);
    if (key !== undefined) {
      const again = await client.query<Row>('select * from ticket where idempotency_key = $1', [key]);
      if (again.rows[0]) return known(again.rows[0], hash, key);
    }
    const day = new Date(request.receivedAt).toISOString().slice(0, 10);
    const counted = await client.query<{ last: number }>('insert into ticket_day (day, last) values ($1, 1) on conflict (day) do update set last = ticket_day.last + 1 returning last', [day]);
    const id = `TICK-${day.replaceAll('-', '')}-${String(counted.rows[0]?.last ?? 1).padStart(3, '0')}`;
    const { name, email, ...attributes } = request.opening.customer;
    const party = await client.query<{ id: number }>('insert into party (name, email, attributes) values ($1, $2, $3) returning id', [name, email, attributes]);
    const inserted = await client.query<Row>(
      `insert into ticket (id, number, pack_id, pack_hash, received_at, opened_at, idempotency_key, request_hash, party_id, opening)
       values ($1, coalesce((select max(number) + 1 from ticket), $2), $3, $4, $5, $6, $7, $8, $9, $10) returning *`,
      [id, FIRST_NUMBER, request.packId, request.packHash, toSql(request.receivedAt), toSql(request.now), key ?? null, hash, party.rows[0]?.id, request.opening],
    );
    await client.query('insert into message (ticket_id, party_id, subject, body, received_at) values ($1, $2, $3, $4, $5)', [id, party.rows[0]?.id, request.opening.subject, request.opening.body, toSql(request.receivedAt)]);
    const row = inserted.rows[0];
    if (!row) throw new Error('an inserted ticket was not returned');
    return ticketOf(row, true);
  });
}

/** The ticket's workflow runs: the sweeper leaves it alone from now on. */
export async function markStarted(pool: Database, id: string): Promise<void> {
  await guarded(() => pool.query('update ticket set started_at = coalesce(started_at, now()) where id = $1', [id]));
}

/** Rows whose workflow was never started, oldest first: a crash between the commit and the start leaves one. */
export async function unstarted(pool: Database, olderThanMs: number, limit = 50): Promise<OpenedTicket[]> {
  const found = await guarded(() => pool.query<Row>(`select * from ticket where started_at is null and opened_at < now() - make_interval(secs => $1) order by opened_at limit $2`, [olderThanMs / 1000, limit]));
  return found.rows.map((row) => ticketOf(row, false));
}

/** A ticket by id or public number. */
export async function findTicket(pool: Database, idOrNumber: string): Promise<OpenedTicket | undefined> {
  const number = /^#?\d{1,15}$/.test(idOrNumber) ? Number(idOrNumber.replace('#', '')) : -1;
  const found = await guarded(() => pool.query<Row>('select * from ticket where id = $1 or number = $2', [idOrNumber, number]));
  return found.rows[0] && ticketOf(found.rows[0], false);
}
