/** Settings of the installation, by key. */
import { query, type Queryable } from './database';

/** Sets one, whatever it was. */
export async function setSetting(db: Queryable, key: string, value: string): Promise<void> {
  await query(
    db,
    'insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
    [key, JSON.stringify(value)],
  );
}
