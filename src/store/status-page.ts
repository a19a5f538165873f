/** The own status page: the newest state of each incident; an update counts once, and an older one never wins. */
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, toSqlOrNull, transaction, type Database } from './database';
import { storableText } from './storable';

/** One update of an incident's page. */
export interface StatusUpdate {
  /** The incident's lead ticket (design.md, decision 11). */
  ticket: string;
  /** The delivery's key. */
  key: string;
  /** The instant it belongs to: what is newest is decided by this. */
  at: EpochMs;
  /** investigating, identified, monitoring, resolved. */
  state: string;
  title: string;
  text: string;
  /** The promise to customers. */
  nextUpdateDue?: EpochMs;
}

/** What the public reads: the words that were published, no ticket and no customer. */
export interface PublicIncident {
  title: string;
  state: string;
  startedAt: EpochMs;
  resolvedAt?: EpochMs;
  /** The newest first. */
  updates: { at: EpochMs; state: string; text: string }[];
  nextUpdateDue?: EpochMs;
}

const UPSERT = `
  insert into status_page_incident as page
    (ticket_id, title, state, text, at, started_at, next_update_due, resolved_at)
  values ($1, $2, $3, $4, $5, $5, $6, $7)
  on conflict (ticket_id) do update set
    title = excluded.title, state = excluded.state, text = excluded.text, at = excluded.at,
    next_update_due = excluded.next_update_due, resolved_at = excluded.resolved_at
  where page.at <= excluded.at`;

/**
 * Publishes an update; the same key again changes nothing. One that is older than what is shown joins the history and
 * nothing more. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function postUpdate(pool: Database, update: StatusUpdate): Promise<void> {
  const resolved = update.state === 'resolved';
  const title = storableText(update.title);
  const text = storableText(update.text);
  await transaction(pool, async (client) => {
    const known = await client.query('select from status_page_update where key = $1', [update.key]);
    if (known.rowCount !== 0) return;
    await client.query(UPSERT, [
      update.ticket,
      title,
      update.state,
      text,
      toSql(update.at),
      toSqlOrNull(resolved ? null : update.nextUpdateDue),
      toSqlOrNull(resolved ? update.at : null),
    ]);
    await client.query('update status_page_incident set started_at = least(started_at, $2) where ticket_id = $1', [
      update.ticket,
      toSql(update.at),
    ]);
    await client.query(
      `insert into status_page_update (key, ticket_id, state, text, at) values ($1, $2, $3, $4, $5)
       on conflict (key) do nothing`,
      [update.key, update.ticket, update.state, text, toSql(update.at)],
    );
  });
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const SHOWN = 50;

/** Open incidents, then those resolved within the last week, the newest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function publicStatus(
  pool: Database,
  now: EpochMs = Date.now(),
): Promise<{ incidents: PublicIncident[] }> {
  const found = await query<{
    title: string;
    state: string;
    started_at: Date;
    resolved_at: Date | null;
    next_update_due: Date | null;
    updates: { at: number; state: string; text: string }[];
  }>(
    pool,
    `select page.title, page.state, page.started_at, page.resolved_at, page.next_update_due, (
       select jsonb_agg(jsonb_build_object(
         'at', round(extract(epoch from one.at) * 1000), 'state', one.state, 'text', one.text)
         order by one.at desc, one.key desc)
       from status_page_update one where one.ticket_id = page.ticket_id) as updates
     from status_page_incident page
     where page.resolved_at is null or page.resolved_at > $1
     order by (page.resolved_at is not null), page.at desc, page.ticket_id limit $2`,
    [toSql(now - WEEK_MS), SHOWN],
  );
  return {
    incidents: found.rows.map((row) => {
      const resolvedAt = fromSql(row.resolved_at);
      const nextUpdateDue = fromSql(row.next_update_due);
      return {
        title: row.title,
        state: row.state,
        startedAt: row.started_at.getTime(),
        ...(resolvedAt === null ? {} : { resolvedAt }),
        updates: row.updates,
        ...(nextUpdateDue === null ? {} : { nextUpdateDue }),
      };
    }),
  };
}
