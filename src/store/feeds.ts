/** Calendar feeds: secret addresses under which a rotation can be subscribed to. Only a hash of the secret is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';
import { query, toSql, type Database } from './database';

/** What a feed shows: a rotation, of it one person's shifts, or that person's of all rotations. */
export interface Feed {
  rota?: string;
  person?: string;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Makes a feed; its secret is told this once. Errors: ESC_STORE_UNAVAILABLE. */
export async function createFeed(pool: Database, feed: Feed & { by?: string }, now: EpochMs): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await query(
    pool,
    'insert into calendar_feed (token_hash, rota, person, by, created_at) values ($1, $2, $3, $4, $5)',
    [hashOf(token), feed.rota ?? null, feed.person ?? null, feed.by ?? null, toSql(now)],
  );
  return token;
}

/** The feed of a secret. Errors: ESC_NOT_FOUND for one that is unknown or was withdrawn; ESC_STORE_UNAVAILABLE. */
export async function findFeed(pool: Database, token: string): Promise<Feed> {
  const found = await query<{ rota: string | null; person: string | null }>(
    pool,
    'select rota, person from calendar_feed where token_hash = $1 and revoked_at is null',
    [hashOf(token)],
  );
  const [row] = found.rows;
  if (!row) throw new TocsinError('ESC_NOT_FOUND', 'there is no such calendar feed');
  return {
    ...(row.rota === null ? {} : { rota: row.rota }),
    ...(row.person === null ? {} : { person: row.person }),
  };
}

/** Withdraws a feed by its secret: whoever subscribed gets nothing more. True when there was one. */
export async function revokeFeed(pool: Database, token: string, now: EpochMs): Promise<boolean> {
  const done = await query(
    pool,
    'update calendar_feed set revoked_at = $2 where token_hash = $1 and revoked_at is null',
    [hashOf(token), toSql(now)],
  );
  return done.rowCount === 1;
}
