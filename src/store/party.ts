/** The one home of personal data (design.md, decision 21). */
import { transaction, type Database } from './database';

/** Blank a customer's data by e-mail address, in parties, messages and openings. Returns how many parties that were. */
export async function eraseParty(pool: Database, email: string): Promise<number> {
  return transaction(pool, async (client) => {
    const parties = await client.query<{ id: number }>(`update party set name = null, email = null, attributes = '{}', erased_at = now() where lower(email) = lower($1) returning id`, [email]);
    const ids = parties.rows.map((row) => row.id);
    await client.query('update message set subject = null, body = null where party_id = any($1)', [ids]);
    await client.query(`update ticket set opening = jsonb_set(jsonb_set(opening, '{customer}', '{"name":"erased","email":"erased@invalid","plan":"erased"}'), '{body}', '""') where party_id = any($1)`, [ids]);
    return ids.length;
  });
}
