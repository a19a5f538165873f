/** The delivery ledger: one row a key, claimed before a send and settled after it. At-least-once; repeats are counted. */
import type { Delivery, Receipt } from '../domain/ticket/types';
import { guarded, toSql, type Database } from './database';

export type Claim = { status: 'claimed' } | { status: 'settled'; receipt: Receipt };

/**
 * Claim a delivery's row, or find that it was settled. A row claimed before and never settled is claimed again and
 * counted: its sender may have died between the send and the receipt.
 */
export async function claimDelivery(pool: Database, delivery: Delivery): Promise<Claim> {
  const found = await guarded(() =>
    pool.query<{ state: string; receipt: Receipt | null }>(
      `insert into delivery (key, ticket_id, channel, role, recipient, template, state, due_at, claimed_at)
       values ($1,$2,$3,$4,$5,$6,'claimed',$7,now())
       on conflict (key) do update set attempts = delivery.attempts + (case when delivery.state = 'claimed' then 1 else 0 end)
       returning state, receipt`,
      [delivery.key, delivery.ticket, delivery.channel, delivery.role, delivery.to, delivery.template, toSql(delivery.at)],
    ),
  );
  const row = found.rows[0];
  return row && row.state !== 'claimed' && row.receipt ? { status: 'settled', receipt: row.receipt } : { status: 'claimed' };
}

/** Write a delivery's receipt; settling twice keeps the first. Works without a claim as well (pages are sent without one). */
export async function settleDelivery(pool: Database, delivery: Delivery, receipt: Receipt): Promise<void> {
  await guarded(() =>
    pool.query(
      `insert into delivery (key, ticket_id, channel, role, recipient, template, state, due_at, claimed_at, settled_at, receipt)
       values ($1,$2,$3,$4,$5,$6,$7,$8,now(),now(),$9)
       on conflict (key) do update set state = $7, settled_at = now(), receipt = $9 where delivery.settled_at is null`,
      [delivery.key, delivery.ticket, delivery.channel, delivery.role, delivery.to, delivery.template, receipt.outcome === 'delivered' ? 'sent' : receipt.outcome, toSql(delivery.at), receipt],
    ),
  );
}

export interface LedgerRow {
  key: string;
  channel: string;
  role: string;
  recipient: string;
  template: string;
  state: string;
  attempts: number;
  due_at: Date;
  settled_at: Date | null;
  receipt: Receipt | null;
}

/** A ticket's deliveries in the order in which they were due. */
export async function ledgerOf(pool: Database, ticket: string): Promise<LedgerRow[]> {
  const found = await guarded(() => pool.query<LedgerRow>('select * from delivery where ticket_id = $1 order by due_at, key', [ticket]));
  return found.rows;
}
