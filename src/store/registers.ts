/** Registers: the tickets of a kind as they stand, read from their snapshots. */
import type { JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, type Database } from './database';

/** A ticket's fields and the pack it is pinned to. */
export interface Snapshot {
  ticket: JsonObject;
  packHash: string;
}

/** What conditions read as the ticket, as the archive has it; undefined before its first event. Errors: ESC_STORE_UNAVAILABLE. */
export async function snapshotOf(pool: Database, ticketId: string): Promise<Snapshot | undefined> {
  const found = await query<{ ticket: JsonObject; pack_hash: string }>(
    pool,
    `select s.ticket, t.pack_hash from ticket_snapshot s join ticket t on t.id = s.ticket_id where s.ticket_id = $1`,
    [ticketId],
  );
  const [row] = found.rows;
  return row && { ticket: row.ticket, packHash: row.pack_hash };
}

export interface RegisterQuery {
  packId: string;
  kind: string;
  /** Closed entries as well. */
  closed?: boolean;
  /** Only with this value of the pack's own status. */
  status?: string;
  /** Entries restricted to others are left out; absent: none is. */
  groups?: readonly string[];
  /** Entries opened before this one's page end; the id of the last entry seen. */
  after?: { openedAt: EpochMs; id: string };
  /** From 1 to 500; default 100. */
  limit?: number;
}

export interface RegisterEntry {
  id: string;
  key: string | null;
  openedAt: EpochMs | null;
  resolvedAt: EpochMs | null;
  closed: boolean;
  ticket: JsonObject;
}

/** A page of tickets of some kind: what readers of snapshots have in common. */
export type SnapshotPage = Pick<RegisterQuery, 'groups' | 'after' | 'limit'>;

/** A row of a page of snapshots. */
export interface SnapshotRow {
  ticket_id: string;
  key: string | null;
  opened_at: Date | null;
  resolved_at: Date | null;
  closed: boolean;
  ticket: JsonObject;
}

const MOST = 500;

/** How many entries a page holds. */
export const pageSize = ({ limit = 100 }: SnapshotPage): number => Math.min(Math.max(Math.trunc(limit), 1), MOST);

/** The end of a page's query, which takes {@link pageValues} as $5 to $8: who may read, from where, the newest first. */
export const SNAPSHOT_PAGE = `
       and ($5::text[] is null or ticket -> 'restricted_to' is null or ticket -> 'restricted_to' = '[]'
         or ticket -> 'restricted_to' ?| $5)
       and ($6::timestamptz is null or (opened_at, ticket_id) < ($6, $7))
     order by opened_at desc, ticket_id desc limit $8`;

/** One entry more than the page holds is asked for: whether there are more. */
export const pageValues = (asked: SnapshotPage): unknown[] => [
  asked.groups ?? null,
  asked.after === undefined ? null : toSql(asked.after.openedAt),
  asked.after?.id ?? null,
  pageSize(asked) + 1,
];

/** The entry of a row. */
export const entryOf = (row: SnapshotRow): RegisterEntry => ({
  id: row.ticket_id,
  key: row.key,
  openedAt: fromSql(row.opened_at),
  resolvedAt: fromSql(row.resolved_at),
  closed: row.closed,
  ticket: row.ticket,
});

/** Entries of a register, the newest first, and whether there are more. Errors: ESC_STORE_UNAVAILABLE. */
export async function readRegister(
  pool: Database,
  asked: RegisterQuery,
): Promise<{ entries: RegisterEntry[]; more: boolean }> {
  const { rows } = await query<SnapshotRow>(
    pool,
    `select ticket_id, key, opened_at, resolved_at, closed, ticket from ticket_snapshot
     where pack_id = $1 and kind = $2 and ($3 or not closed)
       and ($4::text is null or ticket ->> 'status' = $4)${SNAPSHOT_PAGE}`,
    [asked.packId, asked.kind, asked.closed === true, asked.status ?? null, ...pageValues(asked)],
  );
  const size = pageSize(asked);
  return { entries: rows.slice(0, size).map(entryOf), more: rows.length > size };
}
