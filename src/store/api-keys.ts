/** API keys: shown once, kept as a hash. */
import { createHash, randomBytes } from 'node:crypto';
import { guarded, type Database } from './database';

export const ROLES = ['intake', 'agent', 'commander', 'ops', 'admin'] as const;
export type ApiRole = (typeof ROLES)[number];

export interface ApiIdentity {
  id: number;
  name: string;
  role: ApiRole;
}

// A key is 256 random bits: there is nothing to guess, so one round of SHA-256 protects it as well as a slow hash would.
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');
const CACHE_MS = 30_000;
const cache = new WeakMap<Database, Map<string, { identity: ApiIdentity; until: number }>>();

/** Make a key; the text is returned once and never stored. */
export async function createApiKey(pool: Database, input: { name: string; role: ApiRole }): Promise<{ id: number; key: string }> {
  const key = `tocsin_${input.role}_${randomBytes(32).toString('base64url')}`;
  const made = await guarded(() => pool.query<{ id: number }>('insert into api_key (name, role, prefix, hash) values ($1,$2,$3,$4) returning id', [input.name, input.role, key.slice(0, input.role.length + 13), hashOf(key)]));
  return { id: made.rows[0]?.id ?? 0, key };
}

/** Who a key belongs to, or undefined. Looked up by hash, so no comparison of secrets takes a telling time. */
export async function verifyApiKey(pool: Database, key: string, now: number = Date.now()): Promise<ApiIdentity | undefined> {
  if (!/^tocsin_[a-z]+_[\w-]{40,}$/.test(key)) return undefined;
  const hash = hashOf(key);
  let known = cache.get(pool);
  if (!known) cache.set(pool, (known = new Map()));
  const hit = known.get(hash);
  if (hit && hit.until > now) return hit.identity;
  const found = await guarded(() => pool.query<ApiIdentity>('select id, name, role from api_key where hash = $1 and revoked_at is null', [hash]));
  const identity = found.rows[0];
  if (identity) known.set(hash, { identity, until: now + CACHE_MS });
  else known.delete(hash);
  return identity;
}

/** Take a key back; processes notice within half a minute. */
export async function revokeApiKey(pool: Database, id: number): Promise<boolean> {
  const done = await guarded(() => pool.query('update api_key set revoked_at = now() where id = $1 and revoked_at is null', [id]));
  return (done.rowCount ?? 0) > 0;
}

export async function listApiKeys(pool: Database): Promise<(ApiIdentity & { prefix: string; created_at: Date; revoked_at: Date | null })[]> {
  const found = await guarded(() => pool.query<ApiIdentity & { prefix: string; created_at: Date; revoked_at: Date | null }>('select id, name, role, prefix, created_at, revoked_at from api_key order by id'));
  return found.rows;
}
