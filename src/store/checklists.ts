/** Ticks of checklists, and whether tickets have had an event. */
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { patternText, type Tick } from '../domain/policy/checklists';
import type { Pattern } from '../domain/policy/types';
import { query, toSql, type Database } from './database';

/** A tick as it is recorded. */
export interface TickEntry {
  packId: string;
  checklist: string;
  item: string;
  done: boolean;
  /** Who ticks. */
  by: string;
  note?: string;
  /** The name of the key that said so. */
  keyName: string;
}

/** Records a tick, or that one is taken back. Errors: ESC_STORE_UNAVAILABLE. */
export async function recordTick(pool: Database, tick: TickEntry, now: EpochMs): Promise<void> {
  await query(
    pool,
    `insert into checklist_tick (pack_id, checklist, item, done, by, note, key_name, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tick.packId, tick.checklist, tick.item, tick.done, tick.by, tick.note ?? null, tick.keyName, toSql(now)],
  );
}

/** The newest word on each item of a pack's checklists, by `list.item`. Errors: ESC_STORE_UNAVAILABLE. */
export async function readTicks(pool: Database, packId: string): Promise<Record<string, Tick>> {
  const { rows } = await query<{
    checklist: string;
    item: string;
    done: boolean;
    by: string;
    note: string | null;
    at: Date;
  }>(
    pool,
    `select distinct on (checklist, item) checklist, item, done, by, note, at from checklist_tick
     where pack_id = $1 order by checklist, item, id desc`,
    [packId],
  );
  return Object.fromEntries(
    rows.map(({ checklist, item, done, by, note, at }) => [
      `${checklist}.${item}`,
      { done, by, at: formatInstant(at.getTime()), ...(note === null ? {} : { note }) },
    ]),
  );
}

/** For each pattern a ticket of the pack that has had the event, or null. Errors: ESC_STORE_UNAVAILABLE. */
export async function seenEvents(
  pool: Database,
  packId: string,
  patterns: readonly Pattern[],
): Promise<Record<string, { ticket: string; at: string } | null>> {
  const seen: Record<string, { ticket: string; at: string } | null> = {};
  for (const pattern of patterns) {
    const { rows } = await query<{ ticket_id: string; at: Date }>(
      pool,
      `select e.ticket_id, e.at from ticket_event e join ticket t on t.id = e.ticket_id
       where t.pack_id = $1 and e.type = $2 and ($3::text is null or e.subject = $3) limit 1`,
      [packId, pattern.name, pattern.subject ?? null],
    );
    const [row] = rows;
    seen[patternText(pattern)] = row ? { ticket: row.ticket_id, at: formatInstant(row.at.getTime()) } : null;
  }
  return seen;
}
