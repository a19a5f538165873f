/** A customer's own tickets. */
import type { EpochMs } from '../domain/time/instants';
import { query, type Queryable } from './database';

/** A ticket in the list of its customer. */
export interface OwnTicket {
  id: string;
  number: string;
  subject: string;
  status: string;
  priority: string;
  openedAt: EpochMs;
}

interface Row {
  id: string;
  number: number;
  subject: string | null;
  status: string | null;
  priority: string | null;
  opened_at: Date;
}

const OWN = `select t.id, t.number, coalesce(b.subject, m.subject) as subject, b.status, b.priority, t.opened_at
  from ticket t join party p on p.id = t.party_id
  left join board b on b.ticket_id = t.id
  left join lateral (select subject from message where ticket_id = t.id order by id limit 1) m on true
  where lower(p.email) = lower($1) and p.erased_at is null`;

const ownTicket = (row: Row): OwnTicket => ({
  id: row.id,
  number: String(row.number),
  subject: row.subject ?? '',
  status: row.status ?? 'created',
  priority: row.priority ?? '',
  openedAt: row.opened_at.getTime(),
});

/** Tickets that were opened for an address, the newest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function ticketsOf(db: Queryable, email: string, limit = 100): Promise<OwnTicket[]> {
  const found = await query<Row>(db, `${OWN} order by t.opened_at desc limit $2`, [email, limit]);
  return found.rows.map(ownTicket);
}

/** One of them by public number or id; undefined where it is somebody else's or nobody's. Errors: ESC_STORE_UNAVAILABLE. */
export async function ownTicketOf(db: Queryable, email: string, ticket: string): Promise<OwnTicket | undefined> {
  const found = await query<Row>(db, `${OWN} and (t.number::text = $2 or t.id = $2)`, [email, ticket]);
  const [row] = found.rows;
  return row && ownTicket(row);
}

/** How many conversations and tickets of a queue wait for somebody: open, owned by nobody. Errors: ESC_STORE_UNAVAILABLE. */
export async function waitingIn(db: Queryable, queue: string, except: string): Promise<number> {
  const found = await query<{ n: number }>(
    db,
    `select count(*)::int as n from board b join ticket t on t.id = b.ticket_id
     where b.queue = $1 and b.owner is null and b.ticket_id <> $2 and b.status in ('created', 'assigned')
       and t.opening ->> 'channel' = 'chat'`,
    [queue, except],
  );
  return found.rows[0]?.n ?? 0;
}
