/** Published packs: the copy of record, and which version new tickets get. */
import { TocsinError } from '../domain/errors';
import { approversOf } from '../domain/policy/approval';
import type { EpochMs } from '../domain/time/instants';
import { DEFAULT_KEY, makeActive, openOf, record, wantedKey } from './approvals';
import { query, toSql, transaction, type Database } from './database';
import { setSetting } from './settings';
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

/** Whether a version is the one that new tickets get, and whose approval it waits for. */
export interface Saved {
  active: boolean;
  open: string[];
}

/**
 * Records a published version and makes it the one that new tickets of its pack get, unless `activate` is false. One that
 * names approvers (`version.approved_by`) waits until each has approved it; until then tickets get the version before, and
 * `waive` records in whose name nobody is asked. The first pack to be active is the default. Saving a hash again keeps the
 * first. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function savePolicyVersion(
  pool: Database,
  version: PolicyVersion,
  options: { activate?: boolean; waive?: string } = {},
): Promise<Saved> {
  const approvers = approversOf(version.body ?? {});
  return transaction(pool, async (client) => {
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
    // The last approval may be given at this moment: whichever of the two comes second sees what the first has said.
    await client.query('select from policy_version where hash = $1 for update', [version.hash]);
    let open = await openOf(client, version.hash, approvers);
    if (options.waive !== undefined) {
      for (const role of open)
        await record(client, version.hash, {
          ...{ role, decision: 'waive', at: version.publishedAt, by: options.waive, note: '' },
        });
      open = [];
    }
    if (options.activate === false) return { active: false, open };
    await setSetting(client, wantedKey(version.packId), version.hash);
    if (open.length > 0) return { active: false, open };
    await makeActive(client, version.packId, version.hash);
    return { active: true, open };
  });
}

/** Gives new tickets of its pack this version. Errors: ESC_PACK_UNKNOWN, ESC_VERSION_UNAPPROVED, ESC_STORE_UNAVAILABLE. */
export async function activatePolicyVersion(pool: Database, hash: string): Promise<void> {
  const found = await getPolicyVersion(pool, hash);
  if (!found) throw new TocsinError('ESC_PACK_UNKNOWN', `no pack with the hash ${hash} was published`, { hash });
  await transaction(pool, async (client) => {
    await client.query('select from policy_version where hash = $1 for update', [hash]);
    const open = await openOf(client, hash, approversOf(found.body ?? {}));
    if (open.length > 0)
      throw new TocsinError(
        'ESC_VERSION_UNAPPROVED',
        `version ${found.version} of "${found.packId}" cannot be active: ${open.join(', ')} must approve it first`,
        { hash, open },
      );
    await setSetting(client, wantedKey(found.packId), hash);
    await makeActive(client, found.packId, hash);
  });
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
