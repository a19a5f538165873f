/** The delivery ledger: one row a key, claimed before a send and settled after it. At least once; repeats are counted. */
import type { Delivery, Receipt } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, queryWithin, toSql, toSqlOrNull, type Database, type Queryable } from './database';
import { storableJson, storableText } from './storable';

/** What the ledger knows of a key: ours to send now, or settled before. */
export type Claim = { status: 'claimed' } | { status: 'settled'; receipt: Receipt };

export interface ClaimOptions {
  now?: EpochMs;
  /** Given up after this time, waiting for a connection included: a page waits 300 ms (design.md, decision 3). */
  deadlineMs?: number;
}

const CLAIM = `
  insert into delivery (key, ticket_id, channel, role, recipient, template, state, due_at, claimed_at)
  values ($1, $2, $3, $4, $5, $6, 'claimed', $7, $8)
  on conflict (key) do update set
    attempts = delivery.attempts + case delivery.state when 'claimed' then 1 else 0 end,
    claimed_at = case delivery.state when 'claimed' then excluded.claimed_at else delivery.claimed_at end
  returning state, receipt`;

/**
 * Claims a delivery's row, or finds that it was settled. One that was claimed and never settled is claimed again and
 * counted (`attempts`): its sender may have died between the send and the receipt.
 *
 * Errors: ESC_STORE_UNAVAILABLE; after a deadline the claim may have been made all the same.
 */
export async function claim(pool: Database, delivery: Delivery, options: ClaimOptions = {}): Promise<Claim> {
  const { now = Date.now(), deadlineMs } = options;
  const values = [...address(delivery), toSql(delivery.at), toSql(now)];
  type Row = { state: string; receipt: Receipt | null };
  const found = await (deadlineMs === undefined
    ? query<Row>(pool, CLAIM, values)
    : queryWithin<Row>(pool, deadlineMs, CLAIM, values));
  const [row] = found.rows;
  return row && row.state !== 'claimed' && row.receipt !== null
    ? { status: 'settled', receipt: row.receipt }
    : { status: 'claimed' };
}

const address = (delivery: Delivery): unknown[] => [
  delivery.key,
  delivery.ticket,
  delivery.channel,
  delivery.role,
  delivery.to,
  delivery.template,
];

export type LedgerState = 'claimed' | 'sent' | 'failed' | 'dropped';

const STATES: Readonly<Record<Receipt['outcome'], LedgerState>> = {
  delivered: 'sent',
  failed: 'failed',
  unreached: 'failed',
  dropped: 'dropped',
};

const SETTLE = `
  insert into delivery (key, ticket_id, channel, role, recipient, template, due_at, state, receipt, settled_at, sent_at,
    provider, provider_id, last_error)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict (key) do update set
    state = case when delivery.settled_at is null then excluded.state else delivery.state end,
    receipt = case when delivery.settled_at is null then excluded.receipt else delivery.receipt end,
    sent_at = case when delivery.settled_at is null then excluded.sent_at else delivery.sent_at end,
    provider = case when delivery.settled_at is null then excluded.provider else delivery.provider end,
    provider_id = case when delivery.settled_at is null then excluded.provider_id else delivery.provider_id end,
    last_error = case when delivery.settled_at is null then excluded.last_error else delivery.last_error end,
    settled_at = coalesce(delivery.settled_at, excluded.settled_at),
    duplicates = delivery.duplicates + case when delivery.state = 'sent' and excluded.state = 'sent'
      and delivery.receipt is distinct from excluded.receipt then 1 else 0 end`;

/**
 * Writes what became of a delivery, and the row as well where no claim got through. Settling twice keeps the first; a
 * second send under the same key (another receipt) is counted as a duplicate. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function settle(
  db: Queryable,
  delivery: Delivery,
  receipt: Receipt & { providerId?: string },
): Promise<void> {
  const state = STATES[receipt.outcome];
  await query(db, SETTLE, [
    ...address(delivery),
    toSql(delivery.at),
    state,
    storableJson(receipt),
    toSql(receipt.at),
    toSqlOrNull(state === 'sent' ? (receipt.handedOverAt ?? receipt.at) : null),
    receipt.provider ?? null,
    receipt.providerId ?? null,
    state === 'sent' || receipt.detail === undefined ? null : storableText(receipt.detail),
  ]);
}

/** Counts a message that was sent once more under its key. Errors: ESC_STORE_UNAVAILABLE. */
export async function countDuplicate(db: Queryable, key: string): Promise<void> {
  await query(db, 'update delivery set duplicates = duplicates + 1 where key = $1', [key]);
}

export interface LedgerEntry {
  key: string;
  channel: string;
  role: string;
  recipient: string | null;
  template: string | null;
  state: LedgerState;
  attempts: number;
  duplicates: number;
  dueAt: EpochMs;
  claimedAt: EpochMs | null;
  settledAt: EpochMs | null;
  sentAt: EpochMs | null;
  receipt: Receipt | null;
  lastError: string | null;
}

interface Row extends Pick<LedgerEntry, 'key' | 'channel' | 'role' | 'recipient' | 'template' | 'state' | 'attempts'> {
  duplicates: number;
  due_at: Date;
  claimed_at: Date | null;
  settled_at: Date | null;
  sent_at: Date | null;
  receipt: Receipt | null;
  last_error: string | null;
}

/** A ticket's deliveries in the order in which they were due. Errors: ESC_STORE_UNAVAILABLE. */
export async function ledgerOf(db: Queryable, ticketId: string): Promise<LedgerEntry[]> {
  const found = await query<Row>(db, 'select * from delivery where ticket_id = $1 order by due_at, key', [ticketId]);
  return found.rows.map((row) => ({
    key: row.key,
    channel: row.channel,
    role: row.role,
    recipient: row.recipient,
    template: row.template,
    state: row.state,
    attempts: row.attempts,
    duplicates: row.duplicates,
    dueAt: row.due_at.getTime(),
    claimedAt: fromSql(row.claimed_at),
    settledAt: fromSql(row.settled_at),
    sentAt: fromSql(row.sent_at),
    receipt: row.receipt,
    lastError: row.last_error,
  }));
}

/** The ledger as the delivery activities take it. */
export interface Ledger {
  claim(delivery: Delivery, options: { deadlineMs: number }): Promise<Claim>;
  settle(delivery: Delivery, receipt: Receipt): Promise<void>;
}

/** Errors of both: ESC_STORE_UNAVAILABLE. */
export function createLedger(pool: Database): Ledger {
  return {
    claim: (delivery, options) => claim(pool, delivery, options),
    settle: (delivery, receipt) => settle(pool, delivery, receipt),
  };
}
