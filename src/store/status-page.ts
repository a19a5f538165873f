/** Our own status page: the latest state of each incident, idempotent by delivery key; an older word never wins. */
import { guarded, toSql, transaction, type Database } from './database';

export interface StatusUpdate {
  ticket: string;
  key: string;
  at: number;
  state: string;
  title: string;
  text: string;
  nextUpdateDue?: number;
}

export interface PublicIncident {
  title: string;
  state: string;
  text: string;
  at: string;
  nextUpdateDue: string | null;
  resolvedAt: string | null;
  updates: { state: string; text: string; at: string }[];
}

/** Post an update; posting the same key again changes nothing. */
export async function postStatusUpdate(pool: Database, update: StatusUpdate): Promise<void> {
  await transaction(pool, async (client) => {
    const added = await client.query('insert into status_page_update (key, ticket_id, state, text, at) values ($1,$2,$3,$4,$5) on conflict (key) do nothing', [update.key, update.ticket, update.state, update.text, toSql(update.at)]);
    if (added.rowCount === 0) return;
    await client.query(
      `insert into status_page (ticket_id, title, state, text, at, next_update_at, resolved_at) values ($1,$2,$3,$4,$5,$6, case when $3 = 'resolved' then $5::timestamptz end)
       on conflict (ticket_id) do update set state = $3, text = $4, at = $5, next_update_at = $6, resolved_at = case when $3 = 'resolved' then $5::timestamptz end where status_page.at <= $5`,
      [update.ticket, update.title, update.state, update.text, toSql(update.at), update.nextUpdateDue === undefined || update.state === 'resolved' ? null : toSql(update.nextUpdateDue)],
    );
  });
}

/** What the public page shows: open incidents, and those resolved within the last week. */
export async function publicStatus(pool: Database): Promise<PublicIncident[]> {
  return guarded(async () => {
    const incidents = await pool.query<{ ticket_id: string; title: string; state: string; text: string; at: Date; next_update_at: Date | null; resolved_at: Date | null }>(
      `select * from status_page where resolved_at is null or resolved_at > now() - interval '7 days' order by (resolved_at is not null), at desc limit 50`,
    );
    const updates = await pool.query<{ ticket_id: string; state: string; text: string; at: Date }>('select ticket_id, state, text, at from status_page_update where ticket_id = any($1) order by at desc', [incidents.rows.map((row) => row.ticket_id)]);
    return incidents.rows.map((row) => ({
      title: row.title,
      state: row.state,
      text: row.text,
      at: row.at.toISOString(),
      nextUpdateDue: row.next_update_at?.toISOString() ?? null,
      resolvedAt: row.resolved_at?.toISOString() ?? null,
      updates: updates.rows.filter((one) => one.ticket_id === row.ticket_id).map((one) => ({ state: one.state, text: one.text, at: one.at.toISOString() })),
    }));
  });
}
