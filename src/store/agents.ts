/** Who of the staff is there, and how much each has to do. */
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';

/** The series in which somebody's coming (1) and going (0) is posted, with the label `agent` and perhaps `queue`. */
export const AGENT_SERIES = 'agent_online';

/** Somebody who is there. */
export interface OnlineAgent {
  agent: string;
  /** Whose tickets they take; absent: everybody's. */
  queue?: string;
  /** Open tickets they own. */
  open: number;
}

/**
 * Who was there at an instant by the newest word of each, no older than `freshMs`: those with the fewest open tickets
 * first, among equals by name. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function agentsOnline(pool: Database, at: EpochMs, freshMs: number): Promise<OnlineAgent[]> {
  const { rows } = await query<{ agent: string; queue: string | null; open: number }>(
    pool,
    `select a.agent, a.queue, count(b.ticket_id)::int as open
     from (select distinct on (labels ->> 'agent') labels ->> 'agent' as agent, labels ->> 'queue' as queue, value
           from series_point
           where name = $1 and at > $2 and at <= $3 and coalesce(labels ->> 'agent', '') <> ''
           order by labels ->> 'agent', at desc, id desc) a
     left join board b on b.owner = a.agent and b.status not in ('resolved', 'closed')
     where a.value > 0
     group by a.agent, a.queue
     order by open, a.agent`,
    [AGENT_SERIES, toSql(at - freshMs), toSql(at)],
  );
  return rows.map(({ agent, queue, open }) => ({ agent, ...(queue === null ? {} : { queue }), open }));
}
