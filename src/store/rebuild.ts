/** Read models made again from the archive (`tocsin store rebuild`). */
import type { PoolClient, QueryConfig } from 'pg';
import { transaction, type Database } from './database';
import { REBUILD_LOCK } from './events';
import { ReadModels, saveReadModels } from './read-models';
import { eventOf, type EventRow } from './stored-event';

/** Events held in memory at a time. */
const PAGE = 5_000;
const HOUR_MS = 3_600_000;

export interface Rebuilt {
  tickets: number;
  events: number;
}

/**
 * Throws board, snapshots, SLA results and delivery log away and makes them again from `ticket_event`, in one transaction: readers
 * see the old rows until it ends, appends wait. What is due next is not in the events: it is null until a ticket's next
 * append. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function rebuildReadModels(pool: Database, page = PAGE): Promise<Rebuilt> {
  return transaction(pool, async (client) => {
    // As long as it takes, on this side too: the pool's limits are for requests.
    const patient = (text: string) => client.query({ text, query_timeout: HOUR_MS } as QueryConfig);
    await client.query('set local statement_timeout = 0');
    await patient(`select pg_advisory_xact_lock(${REBUILD_LOCK})`);
    // Not `truncate`, which would shut readers out.
    for (const table of ['board', 'ticket_snapshot', 'sla_result', 'delivery_log'])
      await patient(`delete from ${table}`);
    return fold(client, page);
  });
}

async function fold(client: PoolClient, page: number): Promise<Rebuilt> {
  const count: Rebuilt = { tickets: 0, events: 0 };
  let current: ReadModels | undefined;
  let after: [string, number] = ['', 0];
  for (;;) {
    const { rows } = await client.query<EventRow>(
      'select * from ticket_event where (ticket_id, seq) > ($1, $2) order by ticket_id, seq limit $3',
      [...after, page],
    );
    const finished: ReadModels[] = [];
    for (const row of rows) {
      if (current?.ticketId !== row.ticket_id) {
        if (current) finished.push(current);
        current = new ReadModels(row.ticket_id);
        count.tickets++;
      }
      current.add(eventOf(row));
      after = [row.ticket_id, row.seq];
    }
    count.events += rows.length;
    const over = rows.length < page;
    if (over && current) finished.push(current);
    await saveReadModels(client, finished);
    if (over) return count;
  }
}

/** The same for one ticket, whose agenda stays. Part of the caller's transaction. */
export async function rebuildTicket(client: PoolClient, ticketId: string): Promise<void> {
  for (const table of ['ticket_snapshot', 'sla_result', 'delivery_log']) {
    await client.query(`delete from ${table} where ticket_id = $1`, [ticketId]);
  }
  const { rows } = await client.query<EventRow>('select * from ticket_event where ticket_id = $1 order by seq', [
    ticketId,
  ]);
  const models = new ReadModels(ticketId);
  for (const row of rows) models.add(eventOf(row));
  await saveReadModels(client, [models]);
}
