/** API keys: shown once, kept as a hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../domain/time/instants';
import { fromSql, query, toSql, type Database } from './database';

export const API_ROLES = ['intake', 'agent', 'commander', 'ops', 'admin', 'editor'] as const;
export type ApiRole = (typeof API_ROLES)[number];

/** Whom a key belongs to. */
export interface ApiIdentity {
  id: string;
  name: string;
  role: ApiRole;
  /** Roles and groups of the procedure that its holder belongs to: what is restricted to them may be read with it. */
  groups: string[];
}

/** A key as it is listed; never the key itself. */
export interface ApiKeyEntry extends ApiIdentity {
  /** How the key begins, for telling keys apart. */
  prefix: string;
  createdAt: EpochMs;
  revokedAt: EpochMs | null;
  /** To within the cache's half minute. */
  lastUsedAt: EpochMs | null;
}

const SECRET_BYTES = 32;
const PREFIX_SHOWN = 6;
const FORM = /^tocsin_[a-z]+_[\w-]{43}$/;
const CACHE_MS = 30_000;

/**
 * One round of SHA-256, without salt. scrypt slows down the guessing of passwords; a key is 256 random bits, which
 * nobody guesses at any speed, and a hash of equal keys for equal rows is what makes the look-up by index possible. A
 * slow hash here would only give every request 50 ms of work, and an attacker a way to take the API down.
 */
const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

interface Cached {
  identity: ApiIdentity;
  until: EpochMs;
}
/** By pool, so that two databases in one process do not share keys. Only keys that are valid get in. */
const caches = new WeakMap<Database, Map<string, Cached>>();

function cacheOf(pool: Database): Map<string, Cached> {
  const cache = caches.get(pool) ?? new Map<string, Cached>();
  caches.set(pool, cache);
  return cache;
}

/** Makes a key, `tocsin_<role>_<random>`; it is returned this once and never stored. Errors: ESC_STORE_UNAVAILABLE. */
export async function createApiKey(
  pool: Database,
  input: { name: string; role: ApiRole; groups?: readonly string[] },
  now: EpochMs = Date.now(),
): Promise<{ id: string; key: string }> {
  const start = `tocsin_${input.role}_`;
  const key = `${start}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const made = await query<{ id: number }>(
    pool,
    'insert into api_key (name, role, hash, prefix, created_at, groups) values ($1, $2, $3, $4, $5, $6) returning id',
    [
      input.name,
      input.role,
      hashOf(key).toString('hex'),
      key.slice(0, start.length + PREFIX_SHOWN),
      toSql(now),
      [...(input.groups ?? [])],
    ],
  );
  return { id: String(made.rows[0]?.id), key };
}

/**
 * Whom a key belongs to; undefined for one that is unknown or revoked. Found by its hash, so nothing that is compared
 * depends on the secret byte by byte. A valid key is remembered for 30 s, so it also passes for that long while
 * PostgreSQL is away. Errors: ESC_STORE_UNAVAILABLE.
 */
export async function verifyApiKey(
  pool: Database,
  key: string,
  now: EpochMs = Date.now(),
): Promise<ApiIdentity | undefined> {
  if (!FORM.test(key)) return undefined;
  const digest = hashOf(key);
  const hash = digest.toString('hex');
  const cache = cacheOf(pool);
  const known = cache.get(hash);
  if (known && now < known.until) return known.identity;
  cache.delete(hash);
  const found = await query<{ id: number; name: string; role: ApiRole; groups: string[]; hash: string }>(
    pool,
    'update api_key set last_used_at = $2 where hash = $1 and revoked_at is null returning id, name, role, groups, hash',
    [hash, toSql(now)],
  );
  const [row] = found.rows;
  if (!row || !timingSafeEqual(Buffer.from(row.hash, 'hex'), digest)) return undefined;
  const identity: ApiIdentity = { id: String(row.id), name: row.name, role: row.role, groups: row.groups };
  cache.set(hash, { identity, until: now + CACHE_MS });
  return identity;
}

/**
 * Takes a key back; whether there was one to take back. At once in this process, within 30 s in the others.
 * Errors: ESC_STORE_UNAVAILABLE.
 */
export async function revokeApiKey(pool: Database, id: string, now: EpochMs = Date.now()): Promise<boolean> {
  if (!/^\d{1,15}$/.test(id)) return false;
  const done = await query<{ hash: string }>(
    pool,
    'update api_key set revoked_at = $2 where id = $1 and revoked_at is null returning hash',
    [id, toSql(now)],
  );
  for (const { hash } of done.rows) cacheOf(pool).delete(hash);
  return done.rows.length > 0;
}

/** Every key, the oldest first. Errors: ESC_STORE_UNAVAILABLE. */
export async function listApiKeys(pool: Database): Promise<ApiKeyEntry[]> {
  const found = await query<{
    id: number;
    name: string;
    role: ApiRole;
    groups: string[];
    prefix: string;
    created_at: Date;
    revoked_at: Date | null;
    last_used_at: Date | null;
  }>(pool, 'select id, name, role, groups, prefix, created_at, revoked_at, last_used_at from api_key order by id');
  return found.rows.map((row) => ({
    id: String(row.id),
    name: row.name,
    role: row.role,
    groups: row.groups,
    prefix: row.prefix,
    createdAt: row.created_at.getTime(),
    revokedAt: fromSql(row.revoked_at),
    lastUsedAt: fromSql(row.last_used_at),
  }));
}
