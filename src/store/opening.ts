/** Opening a ticket: one transaction, and one answer to one idempotency key for ever (design.md, decision 12). */
import type { PoolClient } from 'pg';
import { TocsinError } from '../domain/errors';
import type { Opening } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database } from './database';
import { contentHash, storableJson, storableText } from './storable';
import { FIND_TICKET, ticketOf, type TicketRecord, type TicketSqlRow } from './ticket';

/** Public numbers begin here: five digits from the first ticket on. */
const FIRST_NUMBER = 10_001;
const NUMBERS_LOCK = 7_201_901;

export interface OpenRequest {
  opening: Opening;
  packId: string;
  packHash: string;
  /** Whoever scopes it (by caller) does so before. Without one, every request opens a ticket. */
  idempotencyKey?: string;
  /** When intake received it; at or before `now`. */
  receivedAt: EpochMs;
  now: EpochMs;
}

export interface OpenedTicket {
  /** `TICK-YYYYMMDD-NNN`: the UTC day of the opening, and that day's running number. */
  id: string;
  /** The public number. */
  number: string;
  /** False for a repeat of the same request. */
  created: boolean;
  row: TicketRecord;
}

/**
 * Opens a ticket's row: gap-free numbers, customer and message in their one home. The request is the opening: the same
 * one under the same key has the same answer for ever, whatever pack is the default by then.
 *
 * Errors: ESC_IDEMPOTENCY_CONFLICT for another request under a used key; ESC_STORE_UNAVAILABLE, after which the same
 * request may be repeated.
 */
export async function openTicket(pool: Database, request: OpenRequest): Promise<OpenedTicket> {
  const hash = contentHash(request.opening);
  const earlier = await repeated(pool, request, hash);
  if (earlier) return earlier;
  return transaction(pool, async (client) => {
    // One opening at a time: numbers without gaps need an order, and a roll-back gives them back.
    await client.query('select pg_advisory_xact_lock($1)', [NUMBERS_LOCK]);
    return (await repeated(client, request, hash)) ?? insertTicket(client, request, hash);
  });
}

async function repeated(
  db: Database | PoolClient,
  request: OpenRequest,
  hash: string,
): Promise<OpenedTicket | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const found = await query<TicketSqlRow>(db, `${FIND_TICKET} where t.idempotency_key = $1`, [request.idempotencyKey]);
  const [row] = found.rows;
  if (!row) return undefined;
  if (row.request_hash !== hash) {
    const message = `the idempotency key "${request.idempotencyKey}" opened ${row.id} with another request; use a new key`;
    throw new TocsinError('ESC_IDEMPOTENCY_CONFLICT', message, { ticket: row.id });
  }
  return { id: row.id, number: String(row.number), created: false, row: ticketOf(row) };
}

async function insertTicket(client: PoolClient, request: OpenRequest, hash: string): Promise<OpenedTicket> {
  const { opening, now } = request;
  const id = await nextId(client, now);
  // Subject, body, customer and fields are the message's: they may be personal.
  const { subject, body, customer, fields, ...rest } = opening;
  if (!customer)
    throw new TocsinError('ESC_FIELD_REQUIRED', 'an opening needs the field "customer"', { field: 'customer' });
  const partyId = await upsertParty(client, customer, now);
  const inserted = await client.query<{ number: number }>(
    `insert into ticket (id, number, pack_id, pack_hash, opened_at, received_at, idempotency_key, request_hash,
       party_id, opening)
     values ($1, (select coalesce(max(number) + 1, $2) from ticket), $3, $4, $5, $6, $7, $8, $9, $10)
     returning number`,
    [
      id,
      FIRST_NUMBER,
      request.packId,
      request.packHash,
      toSql(now),
      toSql(request.receivedAt),
      request.idempotencyKey ?? null,
      hash,
      partyId,
      storableJson({ ...rest, plan: customer.plan }),
    ],
  );
  await client.query(
    'insert into message (ticket_id, party_id, subject, body, details, received_at) values ($1, $2, $3, $4, $5, $6)',
    [
      id,
      partyId,
      storableText(subject),
      storableText(body),
      storableJson({ customer, ...(fields === undefined ? {} : { fields }) }),
      toSql(request.receivedAt),
    ],
  );
  const made = await client.query<TicketSqlRow>(`${FIND_TICKET} where t.id = $1`, [id]);
  const [row] = made.rows;
  if (!row) throw new Error(`${id} was inserted and is not there`);
  return { id, number: String(inserted.rows[0]?.number), created: true, row: ticketOf(row) };
}

async function nextId(client: PoolClient, now: EpochMs): Promise<string> {
  const day = toSql(now).toISOString().slice(0, 10);
  const counted = await client.query<{ last: number }>(
    `insert into ticket_day (day, last) values ($1, 1)
     on conflict (day) do update set last = ticket_day.last + 1 returning last`,
    [day],
  );
  return `TICK-${day.replaceAll('-', '')}-${String(counted.rows[0]?.last).padStart(3, '0')}`;
}

async function upsertParty(
  client: PoolClient,
  customer: NonNullable<Opening['customer']>,
  now: EpochMs,
): Promise<number> {
  const { name, email, ...attributes } = customer;
  const kept = await client.query<{ id: number }>(
    `insert into party (name, email, attributes, created_at) values ($1, $2, $3, $4)
     on conflict (lower(email)) where erased_at is null
     do update set name = excluded.name, attributes = party.attributes || excluded.attributes returning id`,
    [storableText(name ?? ''), storableText(email), storableJson(attributes), toSql(now)],
  );
  const [party] = kept.rows;
  if (!party) throw new Error('a party was kept and is not there');
  return party.id;
}
