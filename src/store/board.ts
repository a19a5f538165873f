/** The board: tickets by what is due next, read from PostgreSQL alone. */
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, type Database } from './database';
import type { BoardLevel } from './projections';

/** Which tickets; lists mean any of. Without `status` and `q`, closed ones are left out. */
export interface BoardFilters {
  /** Kinds of ticket; without it, support tickets only. */
  kind?: string[];
  status?: string[];
  priority?: string[];
  queue?: string;
  owner?: string;
  /** A pack's name. */
  pack?: string;
  /** Words of subject, number or id. */
  q?: string;
  breached?: boolean;
  view?: BoardView;
}

/** What somebody looks at: their own tickets, their team's, what nobody has, what was escalated, what they escalated, chats that wait. */
export const BOARD_VIEWS = ['mine', 'team', 'unassigned', 'escalated', 'my_escalations', 'inbox'] as const;
export interface BoardView {
  name: (typeof BOARD_VIEWS)[number];
  /** Whose view it is; without it `mine` and `my_escalations` are empty. */
  by?: string;
  /** The tier or the queue of the team. */
  team?: string;
}

/** Chats in the waiting line that nobody has taken. */
const IN_LINE = `exists (select from intake_waiting w join intake_thread h on h.source = w.channel and h.thread = w.id
  where w.channel = 'chat' and w.left_at is null and h.ticket_id = b.ticket_id)`;

/** `next_due`: the earliest first, nothing due last. `opened`: the oldest first. `priority`: P1 first, among equal ones the highest rank, then by next due. */
export type BoardSort = 'next_due' | 'opened' | 'priority';

export interface BoardQuery {
  filters?: BoardFilters;
  sort?: BoardSort;
  /** `nextCursor` of the page before, of a query with the same sort. */
  cursor?: string;
  /** From 1 to 500; default 50. */
  limit?: number;
  /** Tickets that are restricted are left out unless to one of these groups; absent: none is left out. */
  groups?: readonly string[];
}

export interface BoardTicket {
  id: string;
  number: string;
  kind: string;
  subject: string;
  status: string;
  priority: string;
  plan: string | null;
  tier: string | null;
  queue: string | null;
  owner: string | null;
  pack: string;
  level: Record<string, BoardLevel>;
  breached: boolean;
  /** `shadow` or `off`, or which parts of the pack are; null where all of it acts. */
  side: string | null;
  openedAt: EpochMs;
  updatedAt: EpochMs;
  nextDue: EpochMs | null;
  nextLabel: string | null;
}

const RESTRICTED = `s.ticket -> 'restricted_to'`;
/** The kind that customers open. */
const SUPPORT = 'support';
const FAR = `'infinity'::timestamptz`;
const NEXT_DUE = `coalesce(b.next_due_at, ${FAR})`;
/** The highest rank first, as a text of one length that a cursor can hold. */
const RANK = `lpad((1000000000 - round(coalesce((s.ticket ->> 'rank')::numeric, 0)))::text, 12, '0')`;
/** What pages are ordered by, with its type; the ticket id makes every place unique. */
const KEYS: Record<BoardSort, readonly (readonly [sql: string, type: string])[]> = {
  next_due: [[NEXT_DUE, 'timestamptz']],
  opened: [[`coalesce(b.opened_at, ${FAR})`, 'timestamptz']],
  priority: [
    [`coalesce(b.priority, 'P9')`, 'text'],
    [RANK, 'text'],
    [NEXT_DUE, 'timestamptz'],
  ],
};

const MOST = 500;

interface Row {
  ticket_id: string;
  number: string | null;
  kind: string;
  ticket_number: number | null;
  subject: string | null;
  status: string | null;
  priority: string | null;
  plan: string | null;
  tier: string | null;
  queue: string | null;
  owner: string | null;
  pack_id: string | null;
  level: Record<string, BoardLevel>;
  breached: boolean;
  side: string | null;
  opened_at: Date | null;
  updated_at: Date | null;
  next_due_at: Date | null;
  next_due_label: string | null;
  place: string[];
}

/**
 * A page of tickets. Pages go on from the last ticket seen, not from a count: what is opened in between neither repeats
 * nor hides another. Errors: ESC_REQUEST_INVALID for a cursor that no page of this sort gave; ESC_STORE_UNAVAILABLE.
 */
export async function listTickets(
  pool: Database,
  board: BoardQuery = {},
): Promise<{ tickets: BoardTicket[]; nextCursor?: string }> {
  const { filters = {}, sort = 'next_due', cursor } = board;
  const limit = Math.min(Math.max(Math.trunc(board.limit ?? 50), 1), MOST);
  const keys = KEYS[sort];
  const { where, values } = conditions(filters);
  if (cursor !== undefined) {
    const place = decode(cursor, sort);
    const given = [...keys.map(([, type]) => type), 'text'].map((type) => {
      values.push(place.shift());
      return `$${values.length}::${type}`;
    });
    where.push(`(${keys.map(([sql]) => sql).join(', ')}, b.ticket_id) > (${given.join(', ')})`);
  }
  if (board.groups !== undefined) {
    values.push(board.groups);
    where.push(`(${RESTRICTED} is null or ${RESTRICTED} = '[]' or ${RESTRICTED} ?| $${values.length}::text[])`);
  }
  values.push(limit + 1);
  const order = keys.map(([sql]) => sql).join(', ');
  // In UTC whatever the session's zone, and to the microsecond.
  const place = keys.map(([sql, type]) => (type === 'text' ? sql : `(${sql} at time zone 'UTC')::text || 'Z'`));
  const found = await query<Row>(
    pool,
    `select b.*, t.pack_id, t.number as ticket_number, array[${place.join(', ')}] as place
     from board b left join ticket t on t.id = b.ticket_id
     left join ticket_snapshot s on s.ticket_id = b.ticket_id
     ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by ${order}, b.ticket_id limit $${values.length}`,
    values,
  );
  const rows = found.rows.slice(0, limit);
  const last = rows.at(-1);
  const more = found.rows.length > limit && last !== undefined;
  return {
    tickets: rows.map(boardTicket),
    ...(more ? { nextCursor: encode(sort, [...last.place, last.ticket_id]) } : {}),
  };
}

function conditions(filters: BoardFilters): { where: string[]; values: unknown[] } {
  const where: string[] = [];
  const values: unknown[] = [];
  const add = (sql: string, value: unknown): void => {
    values.push(value);
    where.push(sql.replaceAll('?', `$${values.length}`));
  };
  add('b.kind = any(?)', filters.kind ?? [SUPPORT]);
  if (filters.status !== undefined) add('b.status = any(?)', filters.status);
  else if (filters.q === undefined) where.push(`b.status is distinct from 'closed'`);
  if (filters.priority !== undefined) add('b.priority = any(?)', filters.priority);
  if (filters.queue !== undefined) add('b.queue = ?', filters.queue);
  if (filters.owner !== undefined) add('b.owner = ?', filters.owner);
  if (filters.pack !== undefined) add('t.pack_id = ?', filters.pack);
  if (filters.breached !== undefined) add('b.breached = ?', filters.breached);
  if (filters.view !== undefined) view(filters.view, where, add);
  for (const word of filters.q?.split(/\s+/).filter((part) => part !== '') ?? []) {
    add(`concat_ws(' ', b.subject, b.number, t.number, b.ticket_id) ilike ?`, `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  }
  return { where, values };
}

function view(
  { name, by = '', team = '' }: BoardView,
  where: string[],
  add: (sql: string, value: unknown) => void,
): void {
  if (name === 'mine') add('b.owner = ?', by);
  else if (name === 'team') add('(b.tier = ? or b.queue = ?)', team);
  else if (name === 'unassigned') where.push('b.owner is null');
  else if (name === 'escalated') where.push(`b.status = 'escalated'`);
  else if (name === 'my_escalations')
    add(
      `exists (select from ticket_event e where e.ticket_id = b.ticket_id and e.type = 'escalated' and e.by ->> 'name' = ?)`,
      by,
    );
  else where.push('b.owner is null', IN_LINE);
}

const boardTicket = (row: Row): BoardTicket => ({
  id: row.ticket_id,
  number: row.number ?? String(row.ticket_number ?? row.ticket_id),
  kind: row.kind,
  subject: row.subject ?? '',
  status: row.status ?? '',
  priority: row.priority ?? '',
  plan: row.plan,
  tier: row.tier,
  queue: row.queue,
  owner: row.owner,
  pack: row.pack_id ?? '',
  level: row.level,
  breached: row.breached,
  side: row.side,
  openedAt: fromSql(row.opened_at) ?? 0,
  updatedAt: fromSql(row.updated_at) ?? 0,
  nextDue: fromSql(row.next_due_at),
  nextLabel: row.next_due_label,
});

const encode = (sort: BoardSort, place: string[]): string =>
  Buffer.from(JSON.stringify([sort, ...place])).toString('base64url');

function decode(cursor: string, sort: BoardSort): string[] {
  const refused = new TocsinError('ESC_REQUEST_INVALID', 'the cursor is not one that a page of this list gave', {
    field: 'cursor',
  });
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  if (!Array.isArray(given) || !given.every((part) => typeof part === 'string')) throw refused;
  const [of, ...place] = given;
  const types = KEYS[sort].map(([, type]) => type);
  const fits = types.every(
    (type, at) =>
      type === 'text' || /^(infinityZ|\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?Z)$/.test(place[at] ?? ''),
  );
  if (of !== sort || place.length !== types.length + 1 || !fits || place.some((part) => part.includes('\0'))) {
    throw refused;
  }
  return place.map((part) => (part === 'infinityZ' ? 'infinity' : part));
}
