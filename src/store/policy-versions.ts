/** Published packs: the copy of record, and which version new tickets get. */
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database, type Queryable } from './database';
import { storableJson } from './storable';

/** A published version. `hash` is the SHA-256 of its body, so a hash never gets another body. */
export interface PolicyVersion {
  hash: string;
  packId: string;
  version: string;
  /** The compiled pack, as JSON. */
  body: unknown;
  templates: unknown;
  /** What answers its questions to a model, as JSON; absent where it asks none. */
  classifier?: unknown;
  publishedAt: EpochMs;
  publishedBy?: string;
}

/** A version without its body. */
export type PolicyVersionEntry = Omit<PolicyVersion, 'body' | 'templates' | 'classifier'> & { active: boolean };

/** A pack at a version. */
export interface PackRef {
  packId: string;
  hash: string;
}

const activeKey = (packId: string): string => `active_pack:${packId}`;
const DEFAULT_KEY = 'default_pack';

/**
 * Records a published version and makes it the one that new tickets of its pack get, unless `activate` is false. The
 * first pack ever saved is the default. Saving a hash again keeps the first. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function savePolicyVersion(
  pool: Database,
  version: PolicyVersion,
  options: { activate?: boolean } = {},
): Promise<void> {
  await transaction(pool, async (client) => {
    await client.query(
      `insert into policy_version (hash, pack_id, version, body, templates, published_at, published_by, classifier)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (hash) do nothing`,
      [
        version.hash,
        version.packId,
        version.version,
        storableJson(version.body),
        storableJson(version.templates),
        toSql(version.publishedAt),
        version.publishedBy ?? null,
        version.classifier === undefined ? null : storableJson(version.classifier),
      ],
    );
    if (options.activate !== false) await setSetting(client, activeKey(version.packId), version.hash);
    await client.query('insert into setting (key, value) values ($1, $2) on conflict (key) do nothing', [
      DEFAULT_KEY,
      JSON.stringify(version.packId),
    ]);
  });
}

async function setSetting(db: Queryable, key: string, value: string): Promise<void> {
  await query(
    db,
    'insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value',
    [key, JSON.stringify(value)],
  );
}

/** Gives new tickets of its pack this version. Errors: ESC_PACK_UNKNOWN, ESC_STORE_UNAVAILABLE. */
export async function activatePolicyVersion(pool: Database, hash: string): Promise<void> {
  const found = await query<{ pack_id: string }>(pool, 'select pack_id from policy_version where hash = $1', [hash]);
  const [row] = found.rows;
  if (!row) throw new TocsinError('ESC_PACK_UNKNOWN', `no pack with the hash ${hash} was published`, { hash });
  await setSetting(pool, activeKey(row.pack_id), hash);
}

/** The pack of openings that name none. Errors: ESC_PACK_UNKNOWN, ESC_STORE_UNAVAILABLE. */
export async function setDefaultPack(pool: Database, packId: string): Promise<void> {
  if (!(await activePack(pool, packId))) {
    throw new TocsinError('ESC_PACK_UNKNOWN', `the pack "${packId}" has no active version`, { pack: packId });
  }
  await setSetting(pool, DEFAULT_KEY, packId);
}

/** The version that new tickets of a pack get; of the default pack where none is named. Errors: ESC_STORE_UNAVAILABLE. */
export async function activePack(pool: Database, packId?: string): Promise<PackRef | undefined> {
  const found = await query<{ pack_id: string; hash: string }>(
    pool,
    `select v.pack_id, v.hash
     from policy_version v join setting s on s.key = 'active_pack:' || v.pack_id and s.value #>> '{}' = v.hash
     where v.pack_id = coalesce($1, (select value #>> '{}' from setting where key = $2))`,
    [packId ?? null, DEFAULT_KEY],
  );
  const [row] = found.rows;
  return row && { packId: row.pack_id, hash: row.hash };
}

type Bodies = 'body' | 'templates' | 'classifier';

interface Row {
  hash: string;
  pack_id: string;
  version: string;
  body: unknown;
  templates: unknown;
  classifier: unknown;
  published_at: Date;
  published_by: string | null;
}

const entryOf = (row: Omit<Row, Bodies>): Omit<PolicyVersion, Bodies> => ({
  hash: row.hash,
  packId: row.pack_id,
  version: row.version,
  publishedAt: row.published_at.getTime(),
  ...(row.published_by === null ? {} : { publishedBy: row.published_by }),
});

/** A version with its body. Errors: ESC_STORE_UNAVAILABLE. */
export async function getPolicyVersion(pool: Database, hash: string): Promise<PolicyVersion | undefined> {
  const found = await query<Row>(pool, 'select * from policy_version where hash = $1', [hash]);
  const [row] = found.rows;
  if (!row) return undefined;
  const { body, templates, classifier } = row;
  return { ...entryOf(row), body, templates, ...(classifier === null ? {} : { classifier }) };
}

/** Every version, of one pack or of all, the newest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function listPolicyVersions(pool: Database, packId?: string): Promise<PolicyVersionEntry[]> {
  const found = await query<Omit<Row, Bodies> & { active: boolean }>(
    pool,
    `select v.hash, v.pack_id, v.version, v.published_at, v.published_by, s.key is not null as active
     from policy_version v
     left join setting s on s.key = 'active_pack:' || v.pack_id and s.value #>> '{}' = v.hash
     where $1::text is null or v.pack_id = $1
     order by v.published_at desc, v.hash`,
    [packId ?? null],
  );
  return found.rows.map((row) => ({ ...entryOf(row), active: row.active }));
}

/** The active version of each pack. Errors: ESC_STORE_UNAVAILABLE. */
export async function activePacks(pool: Database): Promise<PackRef[]> {
  const versions = await listPolicyVersions(pool);
  return versions.filter((one) => one.active).map(({ packId, hash }) => ({ packId, hash }));
}

/** Hashes that unarchived tickets are pinned to: what every worker must have on disk. Errors: ESC_STORE_UNAVAILABLE. */
export async function pinnedPacks(pool: Database): Promise<string[]> {
  const sql = 'select distinct pack_hash from ticket where archived_at is null order by pack_hash';
  const found = await query<{ pack_hash: string }>(pool, sql);
  return found.rows.map((row) => row.pack_hash);
}
