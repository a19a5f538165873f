/** Reviews: the tickets that a pack's schedules open for people to look at something, with what was found. */
import type { Json, JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { query, type Database } from './database';
import {
  entryOf,
  pageSize,
  pageValues,
  SNAPSHOT_PAGE,
  type RegisterEntry,
  type SnapshotPage,
  type SnapshotRow,
} from './registers';

/** Which reviews. */
export interface ReviewQuery extends SnapshotPage {
  packId: string;
  /** Kinds of ticket that are reviews. */
  kinds: readonly string[];
  /** Only with this choice of a task that was done. */
  verdict?: string;
  /** Closed and resolved ones as well. */
  over?: boolean;
}

/** A task of a review that was done: a verdict where it had choices. */
export interface Finding {
  seq: number;
  task: string;
  at: EpochMs;
  by: string;
  choice: Json;
  answer: JsonObject;
}

/** A review as its snapshot stands, with its findings in order. */
export interface Review extends RegisterEntry {
  kind: string;
  findings: Finding[];
}

/** Reviews, the newest first, and whether there are more. Errors: ESC_STORE_UNAVAILABLE. */
export async function listReviews(pool: Database, asked: ReviewQuery): Promise<{ reviews: Review[]; more: boolean }> {
  const found = await query<SnapshotRow & { kind: string }>(
    pool,
    `select ticket_id, kind, key, opened_at, resolved_at, closed, ticket from ticket_snapshot s
     where pack_id = $1 and kind = any($2) and ($3 or (not closed and resolved_at is null))
       and ($4::text is null or exists (select from ticket_event e
         where e.ticket_id = s.ticket_id and e.type = 'task_done' and e.data ->> 'choice' = $4))${SNAPSHOT_PAGE}`,
    [asked.packId, asked.kinds, asked.over === true, asked.verdict ?? null, ...pageValues(asked)],
  );
  const size = pageSize(asked);
  const rows = found.rows.slice(0, size);
  const findings = await findingsOf(
    pool,
    rows.map((row) => row.ticket_id),
  );
  const reviews = rows.map((row) => ({
    ...entryOf(row),
    kind: row.kind,
    findings: findings.get(row.ticket_id) ?? [],
  }));
  return { reviews, more: found.rows.length > size };
}

async function findingsOf(pool: Database, tickets: readonly string[]): Promise<Map<string, Finding[]>> {
  const { rows } = await query<{
    ticket_id: string;
    seq: number;
    at: Date;
    subject: string | null;
    by: JsonObject;
    data: JsonObject;
  }>(
    pool,
    `select ticket_id, seq, at, subject, by, data from ticket_event
     where ticket_id = any($1) and type = 'task_done' order by ticket_id, seq`,
    [tickets],
  );
  const found = new Map<string, Finding[]>();
  for (const { ticket_id, seq, at, subject, by, data } of rows) {
    const { choice = null, task: _task, n: _n, ...answer } = data;
    const one = { seq, task: subject ?? '', at: at.getTime(), by: String(by['name'] ?? ''), choice, answer };
    found.set(ticket_id, [...(found.get(ticket_id) ?? []), one]);
  }
  return found;
}
