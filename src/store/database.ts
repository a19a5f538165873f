/** The pool, transactions and deadlines, and how a PostgreSQL that is away is told from a wrong query. */
import { Pool, types, type PoolClient, type PoolConfig, type QueryResult, type QueryResultRow } from 'pg';
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';

export type Database = Pool;
/** A pool, or a client inside a transaction. */
export type Queryable = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

/** Connection lost or refused, server starting or stopping, too many connections, statement given up. */
const UNAVAILABLE_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', '57P01', '57P02', '57P03', '57P05', '57014', '53300'],
]);
const UNAVAILABLE_MESSAGE =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|connection error and is not queryable|Client was closed/i;

/** Whether an error says that PostgreSQL is away or too slow, rather than that the request was wrong. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) && typeof (error as { message?: unknown } | null)?.message !== 'string') return false;
  const { code, message, errors } = error as { code?: unknown; message: string; errors?: unknown };
  if (code === 'ESC_STORE_UNAVAILABLE') return true;
  // 08xxx: connection exceptions.
  if (typeof code === 'string' && (UNAVAILABLE_CODES.has(code) || /^08\d{3}$/.test(code))) return true;
  // A name with several addresses fails with one error an address.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isUnavailable);
  return code === undefined && UNAVAILABLE_MESSAGE.test(message);
}

export interface PoolOptions {
  /** Connections at most. Default 10. */
  max?: number;
  /** A statement that takes longer is given up, by the server and, should that be frozen, on this side. Default 10 s. */
  statementTimeoutMs?: number;
  /** Default 3 s. */
  connectTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. Default `tocsin`. */
  applicationName?: string;
  /** Told of connections lost while idle; the pool replaces them by itself. */
  onError?: (error: Error) => void;
}

const INT8: number = types.builtins.INT8;
/** Counters and keys stay far below 2^53, so bigint columns come back as numbers. */
const PARSERS: NonNullable<PoolConfig['types']> = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? Number
      : (types.getTypeParser as (oid: number, format?: string) => unknown)(oid, format),
};

/** A pool that outlives its server: a lost connection is replaced, never thrown at the process. */
export function createPool(url: string, options: PoolOptions = {}): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 500,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    application_name: options.applicationName ?? 'tocsin',
    keepAlive: true,
    types: PARSERS,
  });
  pool.on('error', (error) => options.onError?.(error));
  // The pool listens to idle clients only; one that is lost between two statements would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

const away = (): TocsinError =>
  new TocsinError('ESC_STORE_UNAVAILABLE', 'PostgreSQL cannot be reached or does not answer; repeat the same later');

/** Runs it; a PostgreSQL that is away is ESC_STORE_UNAVAILABLE, everything else is thrown as it is. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isUnavailable(error) ? away() : error;
  }
}

/** One guarded statement. Errors: ESC_STORE_UNAVAILABLE. */
export function query<R extends QueryResultRow>(
  db: Queryable,
  text: string,
  values: unknown[] = [],
): Promise<QueryResult<R>> {
  return guarded(() => db.query<R>(text, values));
}

/** Runs it in one transaction; given a client, in the one the caller has begun. Errors: ESC_STORE_UNAVAILABLE. */
export async function transaction<T>(db: Pool | PoolClient, run: (client: PoolClient) => Promise<T>): Promise<T> {
  if (!('totalCount' in db)) return guarded(() => run(db));
  return guarded(async () => {
    const client = await db.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await run(client);
      await client.query('commit');
      return result;
    } catch (error) {
      // A connection in doubt is not given back to the pool.
      if (isUnavailable(error)) broken = error as Error;
      else await client.query('rollback').catch((failed: Error) => (broken = failed));
      throw error;
    } finally {
      client.release(broken);
    }
  });
}

/**
 * One statement that is given up after `deadlineMs`, waiting for a connection included. It may still take effect.
 * Errors: ESC_STORE_UNAVAILABLE.
 */
export function queryWithin<R extends QueryResultRow>(
  pool: Database,
  deadlineMs: number,
  text: string,
  values: unknown[],
): Promise<QueryResult<R>> {
  return new Promise((resolve, reject) => {
    let client: PoolClient | undefined;
    let done = false;
    const finish = (settle: () => void, broken?: Error): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      // A connection that may hang is closed, not given to the next caller.
      client?.release(broken);
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(away()), new Error('deadline passed')), deadlineMs);
    const run = async (): Promise<void> => {
      const connected = await pool.connect();
      if (done) return connected.release();
      client = connected;
      const result = await connected.query<R>(text, values);
      finish(() => resolve(result));
    };
    run().catch((error: Error) =>
      isUnavailable(error) ? finish(() => reject(away()), error) : finish(() => reject(error)),
    );
  });
}

/** Epoch milliseconds as SQL takes them. */
export const toSql = (at: EpochMs): Date => new Date(at);
/** The same for an instant that may be missing. */
export const toSqlOrNull = (at: EpochMs | null | undefined): Date | null =>
  at === null || at === undefined ? null : new Date(at);
/** An instant of SQL as epoch milliseconds. */
export const fromSql = (at: Date | null): EpochMs | null => at?.getTime() ?? null;
