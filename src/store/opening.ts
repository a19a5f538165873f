/** Opening a ticket: one transaction, and one answer to one idempotency key for ever (design.md, decision 12). */
import type { PoolClient } from 'pg';
import { TocsinError } from '../domain/errors';
import { SUPPORT, type Opening } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database } from './database';
import { sharesInForce } from './rollout';
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
  /** False for a repeat of the same request, and for a ticket that was found by its kind and key. */
  created: boolean;
  /** Found by its kind and key: another request has opened it. */
  found: boolean;
  row: TicketRecord;
}

/**
 * Opens a ticket's row: gap-free numbers, customer and message in their one home. The request is the opening: the same
 * one under the same key has the same answer for ever, whatever pack is the default by then. An opening that names a kind
 * and a key finds the open ticket of that kind and key in its pack, where there is one.
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
    return (
      (await repeated(client, request, hash)) ??
      (await keptOnce(client, request)) ??
      insertTicket(client, request, hash)
    );
  });
}

/** The open ticket of the same pack, kind and key, where the opening names a key; closed as the archive has it. */
async function keptOnce(client: PoolClient, { opening, packId }: OpenRequest): Promise<OpenedTicket | undefined> {
  if (opening.key === undefined) return undefined;
  const found = await client.query<TicketSqlRow>(
    `${FIND_TICKET} left join ticket_snapshot s on s.ticket_id = t.id
     where t.pack_id = $1 and t.kind = $2 and t.key = $3 and t.archived_at is null and s.closed is not true
     order by t.number limit 1`,
    [packId, opening.kind ?? SUPPORT, storableText(opening.key)],
  );
  const [row] = found.rows;
  return row && { id: row.id, number: String(row.number), created: false, found: true, row: ticketOf(row) };
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
  return { id: row.id, number: String(row.number), created: false, found: false, row: ticketOf(row) };
}

async function insertTicket(client: PoolClient, request: OpenRequest, hash: string): Promise<OpenedTicket> {
  const { opening, now } = request;
  const id = await nextId(client, now);
  // Subject, body, customer and fields are the message's: they may be personal.
  const { subject, body, customer, fields, ...rest } = opening;
  const partyId = customer ? await upsertParty(client, customer, now) : null;
  const shares = await sharesInForce(client, request.packId, request.packHash);
  const inserted = await client.query<{ number: number }>(
    `insert into ticket (id, number, pack_id, pack_hash, opened_at, received_at, idempotency_key, request_hash,
       party_id, opening, kind, key, shares)
     values ($1, (select coalesce(max(number) + 1, $2) from ticket), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
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
      storableJson({ ...rest, ...(customer ? { plan: customer.plan } : {}) }),
      opening.kind ?? SUPPORT,
      opening.key === undefined ? null : storableText(opening.key),
      shares === undefined ? null : storableJson(shares),
    ],
  );
  await client.query(
    'insert into message (ticket_id, party_id, subject, body, details, received_at) values ($1, $2, $3, $4, $5, $6)',
    [
      id,
      partyId,
      storableText(subject),
      storableText(body),
      storableJson({
        // Every customer has an id, so that tickets of one can be told from those of two.
        ...(customer ? { customer: { id: String(partyId), ...customer } } : {}),
        ...(fields === undefined ? {} : { fields }),
      }),
      toSql(request.receivedAt),
    ],
  );
  const made = await client.query<TicketSqlRow>(`${FIND_TICKET} where t.id = $1`, [id]);
  const [row] = made.rows;
  if (!row) throw new Error(`${id} was inserted and is not there`);
  return { id, number: String(inserted.rows[0]?.number), created: true, found: false, row: ticketOf(row) };
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
