/** Histories of tickets for metrics: folds of the archive, kept, brought up to date as they are read. */
import type { PoolClient } from 'pg';
import { extendHistory, type History } from '../domain/metrics/history';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database } from './database';
import { eventOf, type EventRow } from './stored-event';
import { storableJson } from './storable';

/** The form of the fold; a history of another form is folded again from the first event. */
const FORM = 1;
/** Tickets folded in one transaction. */
const BATCH = 200;
/** Histories read at a time. */
const PAGE = 5_000;
const REFRESH_LOCK = 7_201_904;

interface Stale {
  ticket_id: string;
  seq: number;
  body: History | null;
}

/**
 * Folds what was archived since into the histories; returns how many tickets changed. A history is a fold of a dense
 * journal, so extending it is folding all of it. Two that refresh wait for each other. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function refreshHistories(pool: Database): Promise<number> {
  let changed = 0;
  for (;;) {
    const n = await refreshBatch(pool);
    changed += n;
    if (n < BATCH) return changed;
  }
}

async function refreshBatch(pool: Database): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [REFRESH_LOCK]);
    const { rows: stale } = await client.query<Stale>(
      `select b.ticket_id, case when h.form = $1 then h.seq else 0 end as seq,
         case when h.form = $1 then h.body end as body
       from board b left join ticket_history h on h.ticket_id = b.ticket_id
       where h.seq is null or h.seq < b.updated_seq or h.form <> $1
       order by b.ticket_id limit $2`,
      [FORM, BATCH],
    );
    if (stale.length === 0) return 0;
    const { rows: events } = await client.query<EventRow>(
      `select e.* from ticket_event e
       join unnest($1::text[], $2::int[]) as s (ticket_id, seq) on s.ticket_id = e.ticket_id and e.seq > s.seq
       order by e.ticket_id, e.seq`,
      [stale.map((one) => one.ticket_id), stale.map((one) => one.seq)],
    );
    const byTicket = new Map<string, EventRow[]>();
    for (const row of events) {
      const list = byTicket.get(row.ticket_id);
      if (list) list.push(row);
      else byTicket.set(row.ticket_id, [row]);
    }
    const rows = stale.flatMap((one) => {
      const more = (byTicket.get(one.ticket_id) ?? []).map(eventOf);
      return more.length === 0 ? [] : [rowOf(extendHistory(one.body ?? undefined, one.ticket_id, more))];
    });
    await client.query(
      `insert into ticket_history select * from json_populate_recordset(null::ticket_history, $1::json)
       on conflict (ticket_id) do update set kind = excluded.kind, seq = excluded.seq, form = excluded.form,
         opened_at = excluded.opened_at, last_at = excluded.last_at, closed = excluded.closed, body = excluded.body`,
      [storableJson(rows)],
    );
    return stale.length;
  });
}

/**
 * Forgets what was folded of a ticket whose events are being redacted, in the same transaction: whoever reads it next
 * folds what is left. A refresh that has read the events as they were waits, or is waited for.
 */
export async function forgetHistory(client: PoolClient, ticketId: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [REFRESH_LOCK]);
  await client.query('delete from ticket_history where ticket_id = $1', [ticketId]);
}

function rowOf(history: History): Record<string, unknown> {
  const { state, events } = history;
  const kind = state.ticket['kind'];
  return {
    ticket_id: history.id,
    kind: typeof kind === 'string' ? kind : 'support',
    seq: state.seq,
    form: FORM,
    opened_at: toSql(events[0]?.at ?? state.at),
    last_at: toSql(state.at),
    closed: state.ticket.status === 'closed',
    body: history,
  };
}

export interface HistoriesWanted {
  pack: string;
  from: EpochMs;
  to: EpochMs;
  /** Event types that are read; the others are dropped as they arrive. */
  types: ReadonlySet<string>;
}

/**
 * Histories of a pack's tickets that a period can concern: something happened in it, or the ticket was open then; and
 * every ticket of another kind than support (reviews and duties, which are few and reach back). Brought up to date
 * first. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function readHistories(pool: Database, wanted: HistoriesWanted): Promise<History[]> {
  await refreshHistories(pool);
  const found: History[] = [];
  for (let after = ''; ;) {
    const { rows } = await query<{ ticket_id: string; body: History; hash: string | null; version: string | null }>(
      pool,
      `select h.ticket_id, h.body, v.hash, v.version
       from ticket_history h left join ticket t on t.id = h.ticket_id left join policy_version v on v.hash = t.pack_hash
       where h.ticket_id > $1 and (t.pack_id = $2 or t.pack_id is null)
         and (h.kind <> 'support' or (h.opened_at < $4 and (h.last_at >= $3 or not h.closed)))
       order by h.ticket_id limit $5`,
      [after, wanted.pack, toSql(wanted.from), toSql(wanted.to), PAGE],
    );
    for (const { body, hash, version } of rows) {
      const events = body.events.filter((event) => wanted.types.has(event.type));
      // The journal does not say which version a ticket runs under: the ticket does.
      const pack = hash === null || version === null ? body.state.pack : { id: wanted.pack, version, hash };
      found.push({ ...body, state: { ...body.state, pack }, events });
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return found;
    after = last.ticket_id;
  }
}
