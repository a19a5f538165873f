/** The share of new tickets that a pack is live for: a setting of the installation, kept with who set it, when and why. */
import type { PoolClient } from 'pg';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database, type Queryable } from './database';
import { storableJson, storableText } from './storable';

const SHARE_LOCK = 7_201_908;

/** One setting of a share. */
export interface ShareEntry {
  /** In percent, from 0 to 100. */
  share: number;
  at: EpochMs;
  by: string;
  reason: string;
  /** What spoke against it, where it was set all the same. */
  unmet: string[];
}

interface Row {
  share: number;
  set_at: Date;
  set_by: string;
  reason: string;
  unmet: string[];
}

const HISTORY = `select share, set_at, set_by, reason, unmet from rollout_share
  where pack_id = $1 and rollout = $2 order by id desc`;

const entryOf = (row: Row): ShareEntry => ({
  share: row.share,
  at: row.set_at.getTime(),
  by: row.set_by,
  reason: row.reason,
  unmet: row.unmet,
});

/** Every setting of a rollout's share, the newest first; empty while nobody has set one. Errors: ESC_STORE_UNAVAILABLE. */
export async function shareHistory(db: Queryable, packId: string, rollout: string): Promise<ShareEntry[]> {
  return (await query<Row>(db, HISTORY, [packId, rollout])).rows.map(entryOf);
}

/**
 * Sets a share. `decide` gets what was set before, the newest first, and gives the entry or throws; two who set one wait for
 * each other. Errors: what `decide` throws; ESC_STORE_UNAVAILABLE.
 */
export async function setShare(
  pool: Database,
  packId: string,
  rollout: string,
  decide: (before: readonly ShareEntry[]) => ShareEntry,
): Promise<ShareEntry> {
  return transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [SHARE_LOCK]);
    const entry = decide(await shareHistory(client, packId, rollout));
    await client.query(
      `insert into rollout_share (pack_id, rollout, share, set_at, set_by, reason, unmet)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        packId,
        rollout,
        entry.share,
        toSql(entry.at),
        storableText(entry.by),
        storableText(entry.reason),
        storableJson(entry.unmet),
      ],
    );
    return entry;
  });
}

/** The shares in force for new tickets of a published version, by rollout; undefined where it has none. */
export async function sharesInForce(
  client: PoolClient,
  packId: string,
  packHash: string,
): Promise<Record<string, number> | undefined> {
  const found = await client.query<{ rollout: string; share: number }>(
    `select r.key as rollout, coalesce(
       (select s.share from rollout_share s where s.pack_id = $1 and s.rollout = r.key order by s.id desc limit 1),
       (r.value ->> 'start')::double precision, 0) as share
     from policy_version v, jsonb_each(v.body -> 'rollouts') r where v.hash = $2`,
    [packId, packHash],
  );
  return found.rows.length === 0
    ? undefined
    : Object.fromEntries(found.rows.map(({ rollout, share }) => [rollout, share]));
}
