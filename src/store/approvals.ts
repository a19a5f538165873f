/** Approvals of versions of packs: recorded, and what makes a version active. */
import { TocsinError } from '../domain/errors';
import { approversOf, openApprovals, type Decision } from '../domain/policy/approval';
import type { CompiledPack } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, transaction, type Database, type Queryable } from './database';
import { setSetting } from './settings';

/** One word of a role on a version. */
export interface ApprovalEntry {
  role: string;
  decision: Decision;
  at: EpochMs;
  by: string;
  note: string;
}

/** What a version has and lacks. */
export interface ApprovalState {
  hash: string;
  packId: string;
  version: string;
  active: boolean;
  /** The roles that must approve it. */
  approvers: string[];
  /** Those that have not, or have rejected it. */
  open: string[];
  /** Every word, the newest first. */
  history: ApprovalEntry[];
}

/** The hash that new tickets of a pack get. */
const activeKey = (packId: string): string => `active_pack:${packId}`;
/** The hash that was published last to be active: it is, as soon as everybody is in favour. */
export const wantedKey = (packId: string): string => `wanted_pack:${packId}`;
/** The pack of openings that name none. */
export const DEFAULT_KEY = 'default_pack';

async function historyOf(db: Queryable, hash: string): Promise<ApprovalEntry[]> {
  const found = await query<{ role: string; decision: Decision; decided_at: Date; decided_by: string; note: string }>(
    db,
    'select role, decision, decided_at, decided_by, note from policy_approval where hash = $1 order by id desc',
    [hash],
  );
  return found.rows.map((row) => ({
    role: row.role,
    decision: row.decision,
    at: row.decided_at.getTime(),
    by: row.decided_by,
    note: row.note,
  }));
}

/** What is still open of a version with these approvers. */
export async function openOf(db: Queryable, hash: string, approvers: readonly string[]): Promise<string[]> {
  return openIn(approvers, await historyOf(db, hash));
}

function openIn(approvers: readonly string[], history: readonly ApprovalEntry[]): string[] {
  const newest: Record<string, Decision> = {};
  for (const one of history) newest[one.role] ??= one.decision;
  return openApprovals(approvers, newest);
}

/** Records a word of a role. */
export async function record(db: Queryable, hash: string, entry: ApprovalEntry): Promise<void> {
  await query(
    db,
    'insert into policy_approval (hash, role, decision, decided_at, decided_by, note) values ($1, $2, $3, $4, $5, $6)',
    [hash, entry.role, entry.decision, toSql(entry.at), entry.by, entry.note],
  );
}

/** Makes a version the one that new tickets get; the first pack to be active is the default. */
export async function makeActive(db: Queryable, packId: string, hash: string): Promise<void> {
  await setSetting(db, activeKey(packId), hash);
  await query(db, 'insert into setting (key, value) values ($1, $2) on conflict (key) do nothing', [
    DEFAULT_KEY,
    JSON.stringify(packId),
  ]);
}

interface VersionRow {
  hash: string;
  pack_id: string;
  version: string;
  approved: unknown;
  parts: unknown;
  active: boolean;
}

/** Of a body only what says who must approve: the rest may be large. */
const VERSIONS = `
  select v.hash, v.pack_id, v.version, v.body -> 'version' as approved, v.body -> 'parts' as parts, s.key is not null as active
  from policy_version v
  left join setting s on s.key = 'active_pack:' || v.pack_id and s.value #>> '{}' = v.hash`;

async function stateOf(db: Queryable, row: VersionRow): Promise<ApprovalState> {
  const head = { version: row.approved ?? {}, parts: row.parts ?? {} } as unknown as CompiledPack;
  const approvers = approversOf(head);
  const history = await historyOf(db, row.hash);
  const { hash, active } = row;
  const open = openIn(approvers, history);
  return { hash, packId: row.pack_id, version: row.version, active, approvers, open, history };
}

/** Versions of a pack, or of all, the newest first, with what each has and lacks. Errors: ESC_STORE_UNAVAILABLE. */
export async function listApprovals(pool: Database, packId?: string): Promise<ApprovalState[]> {
  const found = await query<VersionRow>(
    pool,
    `${VERSIONS} where $1::text is null or v.pack_id = $1 order by v.published_at desc, v.hash limit 50`,
    [packId ?? null],
  );
  const states: ApprovalState[] = [];
  for (const row of found.rows) states.push(await stateOf(pool, row));
  return states;
}

/**
 * Records what a role says of a version. Where that was the last approval it lacked, and it is the one that was published
 * last to be active, new tickets get it from then on. Errors: ESC_PACK_UNKNOWN; ESC_FIELD_INVALID for a role that need not
 * approve it; ESC_STORE_UNAVAILABLE.
 */
export async function decideVersion(pool: Database, hash: string, entry: ApprovalEntry): Promise<ApprovalState> {
  return transaction(pool, async (client) => {
    // Two directors at once: the second sees what the first has said.
    const found = await client.query<VersionRow>(`${VERSIONS} where v.hash = $1 for update of v`, [hash]);
    const [row] = found.rows;
    if (!row) throw new TocsinError('ESC_PACK_UNKNOWN', `no pack with the hash ${hash} was published`, { hash });
    const { approvers } = await stateOf(client, row);
    if (!approvers.includes(entry.role)) {
      const who = approvers.length === 0 ? 'nobody' : approvers.join(', ');
      throw new TocsinError('ESC_FIELD_INVALID', `"${entry.role}" need not approve this version; who must: ${who}`, {
        field: 'role',
        roles: approvers,
      });
    }
    await record(client, hash, entry);
    const state = await stateOf(client, row);
    if (state.open.length > 0 || state.active) return state;
    const wanted = await query<{ value: unknown }>(client, 'select value from setting where key = $1', [
      wantedKey(row.pack_id),
    ]);
    if (wanted.rows[0]?.value !== hash) return state;
    await makeActive(client, row.pack_id, hash);
    return { ...state, active: true };
  });
}
