/** The board: open tickets by what is due next, read from PostgreSQL alone. */
import { TocsinError } from '../domain/errors';
import { guarded, type Database } from './database';

export interface BoardFilter {
  status?: string;
  priority?: string;
  queue?: string;
  owner?: string;
  pack?: string;
  breached?: boolean;
  /** Words in the subject or the customer's name. */
  q?: string;
}
export type BoardSort = 'next_due' | 'opened' | 'priority';

export interface BoardTicket {
  id: string;
  number: string;
  subject: string;
  customer: string | null;
  plan: string | null;
  priority: string;
  status: string;
  tier: string | null;
  queue: string | null;
  owner: string | null;
  level: string | null;
  breached: boolean;
  openedAt: string | null;
  nextDue: string | null;
}

const KEYS: Record<BoardSort, string> = {
  next_due: "coalesce(b.next_due_at, 'infinity'::timestamptz)::text",
  opened: "coalesce(b.opened_at, 'infinity'::timestamptz)::text",
  priority: "coalesce(b.priority, 'P9') || ' ' || coalesce(b.next_due_at, 'infinity'::timestamptz)::text",
};

const encode = (key: string, id: string): string => Buffer.from(JSON.stringify([key, id])).toString('base64url');

function decode(cursor: string): [string, string] {
  try {
    const [key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof key === 'string' && typeof id === 'string') return [key, id];
  } catch {
    // falls through to the refusal
  }
  throw new TocsinError('ESC_REQUEST_INVALID', 'the cursor is not one that a page of this list gave', { field: 'cursor' });
}

/** A page of tickets, and the cursor of the next one. Closed tickets are shown only when asked for by status. */
export async function listTickets(pool: Database, filter: BoardFilter = {}, sort: BoardSort = 'next_due', cursor?: string, limit = 50): Promise<{ tickets: BoardTicket[]; cursor?: string }> {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (sql: string, value: unknown): void => {
    values.push(value);
    where.push(sql.replaceAll('?', `$${values.length}`));
  };
  for (const name of ['priority', 'queue', 'owner'] as const) if (filter[name] !== undefined) add(`b.${name} = ?`, filter[name]);
  if (filter.status !== undefined) add('b.status = ?', filter.status);
  else where.push("b.status not in ('closed')");
  if (filter.pack !== undefined) add('t.pack_id = ?', filter.pack);
  if (filter.breached !== undefined) add('b.breached = ?', filter.breached);
  if (filter.q !== undefined) add('(b.subject ilike ? or b.customer ilike ?)', `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`);
  if (cursor !== undefined) {
    const [key, id] = decode(cursor);
    values.push(key, id);
    where.push(`(${KEYS[sort]}, b.ticket_id) > ($${values.length - 1}, $${values.length})`);
  }
  values.push(limit + 1);
  const found = await guarded(() =>
    pool.query<{ sort_key: string; ticket_id: string; number: string; subject: string; customer: string; plan: string; priority: string; status: string; tier: string; queue: string; owner: string; level: string; breached: boolean; opened_at: Date | null; next_due_at: Date | null }>(
      `select ${KEYS[sort]} as sort_key, b.* from board b left join ticket t on t.id = b.ticket_id ${where.length > 0 ? `where ${where.join(' and ')}` : ''} order by sort_key, b.ticket_id limit $${values.length}`,
      values,
    ),
  );
  const rows = found.rows.slice(0, limit);
  const last = rows.at(-1);
  const tickets = rows.map((row): BoardTicket => ({
    id: row.ticket_id,
    number: row.number,
    subject: row.subject,
    customer: row.customer,
    plan: row.plan,
    priority: row.priority,
    status: row.status,
    tier: row.tier,
    queue: row.queue,
    owner: row.owner,
    level: row.level,
    breached: row.breached,
    openedAt: row.opened_at?.toISOString() ?? null,
    nextDue: row.next_due_at?.toISOString() ?? null,
  }));
  return { tickets, ...(found.rows.length > limit && last ? { cursor: encode(last.sort_key, last.ticket_id) } : {}) };
}
