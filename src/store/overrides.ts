/** On-call stand-ins: who takes over whose duty, and from when to when. */
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';
import { storableJson } from './storable';

/** Who stands in. A name known from a rotation is enough; its addresses are looked up there. */
export interface StandIn {
  name: string;
  email?: string;
  phone?: string;
  page?: string;
  slack?: string;
}

/** Somebody stands in for a rotation or for a role (one of the two), from `from` (included) to `to` (excluded). */
export interface OnCallOverride {
  rota?: string;
  role?: string;
  from: EpochMs;
  to: EpochMs;
  person: StandIn;
}

/** Records a stand-in; its id. Errors: ESC_FIELD_INVALID, ESC_STORE_UNAVAILABLE. */
export async function addOverride(
  pool: Database,
  override: OnCallOverride & { by?: string },
  now: EpochMs = Date.now(),
): Promise<number> {
  const { rota, role, from, to, person, by } = override;
  if ((rota === undefined) === (role === undefined)) {
    throw new TocsinError('ESC_FIELD_INVALID', 'a stand-in is for a rotation or for a role: give one of the two', {
      field: 'rota',
    });
  }
  if (from >= to) throw new TocsinError('ESC_FIELD_INVALID', 'a stand-in must end after it begins', { field: 'to' });
  const made = await query<{ id: number }>(
    pool,
    `insert into on_call_override (rota, role, starts_at, ends_at, person, by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [rota ?? null, role ?? null, toSql(from), toSql(to), storableJson(person), by ?? null, toSql(now)],
  );
  return made.rows[0]?.id ?? 0;
}

/**
 * Stand-ins that end after `since`, in the order in which they were recorded: of two in force the last counts. Whoever
 * asks for an instant in the past (a delivery that is late) gives that instant. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function listOverrides(pool: Database, since: EpochMs): Promise<OnCallOverride[]> {
  const found = await query<{
    rota: string | null;
    role: string | null;
    starts_at: Date;
    ends_at: Date;
    person: StandIn;
  }>(pool, 'select * from on_call_override where ends_at > $1 order by id', [toSql(since)]);
  return found.rows.map((row) => ({
    ...(row.rota === null ? {} : { rota: row.rota }),
    ...(row.role === null ? {} : { role: row.role }),
    from: row.starts_at.getTime(),
    to: row.ends_at.getTime(),
    person: row.person,
  }));
}
