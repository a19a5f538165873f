/** Who asked for help, from the one home of personal data. */
import { query, type Database } from './database';

export interface Reporter {
  name: string | null;
  email: string;
}

/** Who opened a ticket; undefined where nobody did, and once they were erased. Errors: ESC_STORE_UNAVAILABLE. */
export async function reporterOf(pool: Database, ticket: string): Promise<Reporter | undefined> {
  const found = await query<Reporter>(
    pool,
    'select p.name, p.email from ticket t join party p on p.id = t.party_id where t.id = $1 and p.email is not null',
    [ticket],
  );
  return found.rows[0];
}

/** Who opened the tickets that are members of this one, as the archive has its links. Errors: ESC_STORE_UNAVAILABLE. */
export async function memberReporters(pool: Database, lead: string): Promise<Reporter[]> {
  const found = await query<Reporter>(
    pool,
    `select distinct on (lower(p.email)) p.name, p.email
     from ticket_snapshot s, jsonb_array_elements_text(coalesce(s.ticket -> 'members', '[]')) member
     join ticket t on t.id = member.value join party p on p.id = t.party_id
     where s.ticket_id = $1 and p.email is not null order by lower(p.email)`,
    [lead],
  );
  return found.rows;
}
