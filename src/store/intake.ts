/** What intake remembers: events it has answered, threads outside, who waits, what was looked at. */
import type { JsonObject } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';
import { storableJson } from './storable';

export interface WaitingRow {
  channel: string;
  id: string;
  queue: string;
  rank: number;
  name: string;
  plan: string;
  since: EpochMs;
}

interface WaitingSql extends Omit<WaitingRow, 'since'> {
  since: Date;
}
const waitingOf = ({ channel, id, queue, rank, name, plan, since }: WaitingSql): WaitingRow => ({
  ...{ channel, id, queue, rank, name, plan },
  since: since.getTime(),
});

/** The answer that an event of a source got, or undefined for a new one. Errors: ESC_STORE_UNAVAILABLE. */
export async function answeredEvent(pool: Database, source: string, event: string): Promise<JsonObject | undefined> {
  const found = await query<{ answer: JsonObject }>(
    pool,
    'select answer from intake_event where source = $1 and event = $2',
    [source, event],
  );
  return found.rows[0]?.answer;
}

/** Keeps an answer; the first one stays. */
export async function rememberEvent(
  pool: Database,
  source: string,
  event: string,
  answer: JsonObject,
  at: EpochMs,
): Promise<void> {
  await query(
    pool,
    'insert into intake_event (source, event, answer, at) values ($1, $2, $3, $4) on conflict do nothing',
    [source, event, storableJson(answer), toSql(at)],
  );
}

/** A thread and its ticket, where it has one. */
export async function findThread(
  pool: Database,
  source: string,
  thread: string,
): Promise<{ ticket?: string; data: JsonObject } | undefined> {
  const found = await query<{ ticket_id: string | null; data: JsonObject }>(
    pool,
    'select ticket_id, data from intake_thread where source = $1 and thread = $2',
    [source, thread],
  );
  const [row] = found.rows;
  return row && { ...(row.ticket_id === null ? {} : { ticket: row.ticket_id }), data: row.data };
}

/** Keeps a thread; what is not given stays as it was. */
export async function keepThread(
  pool: Database,
  source: string,
  thread: string,
  kept: { ticket?: string; data?: JsonObject },
  at: EpochMs,
): Promise<void> {
  await query(
    pool,
    `insert into intake_thread (source, thread, ticket_id, data, updated_at) values ($1, $2, $3, coalesce($4, '{}'::jsonb), $5)
     on conflict (source, thread) do update set
       ticket_id = coalesce(excluded.ticket_id, intake_thread.ticket_id),
       data = case when $4::jsonb is null then intake_thread.data else excluded.data end,
       updated_at = excluded.updated_at`,
    [source, thread, kept.ticket ?? null, kept.data === undefined ? null : storableJson(kept.data), toSql(at)],
  );
}

/** Somebody begins to wait; who waits already goes on waiting from when they came. */
export async function startWaiting(pool: Database, one: WaitingRow): Promise<void> {
  await query(
    pool,
    `insert into intake_waiting (channel, id, queue, rank, name, plan, since) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (channel, id) do update set queue = excluded.queue, rank = excluded.rank
     where intake_waiting.left_at is null`,
    [one.channel, one.id, one.queue, one.rank, one.name, one.plan, toSql(one.since)],
  );
}

/** Somebody is served or gives up; undefined for who does not wait. */
export async function stopWaiting(
  pool: Database,
  channel: string,
  id: string,
  at: EpochMs,
): Promise<WaitingRow | undefined> {
  const left = await query<WaitingSql>(
    pool,
    'update intake_waiting set left_at = $3 where channel = $1 and id = $2 and left_at is null returning *',
    [channel, id, toSql(at)],
  );
  return left.rows[0] && waitingOf(left.rows[0]);
}

/** Who waits on a channel, in one queue or in all: highest rank first, then whoever came first. */
export async function whoWaits(pool: Database, channel: string, queue?: string): Promise<WaitingRow[]> {
  const found = await query<WaitingSql>(
    pool,
    `select * from intake_waiting where channel = $1 and left_at is null and ($2::text is null or queue = $2)
     order by rank desc, since, id`,
    [channel, queue ?? null],
  );
  return found.rows.map(waitingOf);
}

/** Records that something was looked at. */
export async function recordView(
  pool: Database,
  view: { source: string; kind: string; what: string; who?: string; at: EpochMs; data: JsonObject },
): Promise<void> {
  await query(pool, 'insert into intake_view (source, kind, what, who, at, data) values ($1, $2, $3, $4, $5, $6)', [
    view.source,
    view.kind,
    view.what,
    view.who ?? null,
    toSql(view.at),
    storableJson(view.data),
  ]);
}

/** What somebody looked at, newest first. */
export async function viewsOf(
  pool: Database,
  source: string,
  who: string,
  limit: number,
): Promise<{ what: string; at: EpochMs }[]> {
  const found = await query<{ what: string; at: Date }>(
    pool,
    'select what, at from intake_view where source = $1 and who = $2 order by at desc, id desc limit $3',
    [source, who, limit],
  );
  return found.rows.map(({ what, at }) => ({ what, at: at.getTime() }));
}

/** A customer by an attribute that intake gave once: a telephone number, a user id. The newest counts. */
export async function partyByAttribute(
  pool: Database,
  name: string,
  value: string,
): Promise<{ name: string | null; email: string | null; attributes: JsonObject } | undefined> {
  const found = await query<{ name: string | null; email: string | null; attributes: JsonObject }>(
    pool,
    'select name, email, attributes from party where attributes ->> $1 = $2 and erased_at is null order by id desc limit 1',
    [name, value],
  );
  return found.rows[0];
}
