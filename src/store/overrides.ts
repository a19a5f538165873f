/** On-call stand-ins: who takes over whose duty, from when to when. */
import { guarded, toSql, type Database } from './database';

export interface Override {
  rota?: string;
  role?: string;
  from: number;
  to: number;
  person: { name: string; email?: string; phone?: string; page?: string };
}

export async function addOverride(pool: Database, override: Override): Promise<void> {
  await guarded(() => pool.query('insert into on_call_override (rota, role, starts_at, ends_at, person) values ($1,$2,$3,$4,$5)', [override.rota ?? null, override.role ?? null, toSql(override.from), toSql(override.to), override.person]));
}

/** Overrides that are not over yet, oldest first. */
export async function listOverrides(pool: Database, now: number): Promise<Override[]> {
  const found = await guarded(() => pool.query<{ rota: string | null; role: string | null; starts_at: Date; ends_at: Date; person: Override['person'] }>('select * from on_call_override where ends_at > $1 order by id', [toSql(now)]));
  return found.rows.map((row) => ({ ...(row.rota === null ? {} : { rota: row.rota }), ...(row.role === null ? {} : { role: row.role }), from: row.starts_at.getTime(), to: row.ends_at.getTime(), person: row.person }));
}
