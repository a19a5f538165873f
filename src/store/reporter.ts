import { guarded, type Database } from './database';

/** Who asked for help, from the one home of personal data; undefined once erased. */
export async function reporterOf(
  pool: Database,
  ticket: string,
): Promise<{ name: string | null; email: string } | undefined> {
  const found = await guarded(() =>
    pool.query<{ name: string | null; email: string | null }>(
      'select p.name, p.email from ticket t join party p on p.id = t.party_id where t.id = $1',
      [ticket],
    ),
  );
  const row = found.rows[0];
  return row?.email ? { name: row.name, email: row.email } : undefined;
}
