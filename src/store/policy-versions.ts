/** Published packs: the copy of record, and which one new tickets get. */
import { guarded, transaction, type Database } from './database';

export interface PolicyVersion {
  hash: string;
  packId: string;
  version: string;
  body: unknown;
  templates: unknown;
}

/** Record a published pack and make it the one that new tickets run under. Saving it again only makes it active. */
export async function savePolicyVersion(pool: Database, version: PolicyVersion): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query('insert into policy_version (hash, pack_id, version, body, templates) values ($1,$2,$3,$4,$5) on conflict (hash) do nothing', [version.hash, version.packId, version.version, JSON.stringify(version.body), JSON.stringify(version.templates)]);
    await client.query(`insert into setting (key, value) values ('active_pack', $1) on conflict (key) do update set value = $1`, [JSON.stringify({ packId: version.packId, hash: version.hash })]);
  });
}

/** The pack that new tickets run under. */
export async function activePack(pool: Database): Promise<{ packId: string; hash: string } | undefined> {
  const found = await guarded(() => pool.query<{ value: { packId: string; hash: string } }>(`select value from setting where key = 'active_pack'`));
  return found.rows[0]?.value;
}

export async function getPolicyVersion(pool: Database, hash: string): Promise<PolicyVersion | undefined> {
  const found = await guarded(() => pool.query<{ hash: string; pack_id: string; version: string; body: unknown; templates: unknown }>('select * from policy_version where hash = $1', [hash]));
  const row = found.rows[0];
  return row && { hash: row.hash, packId: row.pack_id, version: row.version, body: row.body, templates: row.templates };
}

/** Hashes that open tickets are pinned to: what every worker must have on disk. */
export async function pinnedPacks(pool: Database): Promise<string[]> {
  const found = await guarded(() => pool.query<{ pack_hash: string }>(`select distinct t.pack_hash from ticket t left join board b on b.ticket_id = t.id where b.status is distinct from 'closed'`));
  return found.rows.map((row) => row.pack_hash);
}
