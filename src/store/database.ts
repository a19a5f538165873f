/** The pool, and how a lost PostgreSQL is told from a wrong query. */
import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import { TocsinError } from '../domain/errors';

// bigint columns hold counters that stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number);

export type Database = Pool;
/** A pool or a client inside a transaction. */
export type Queryable = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

const UNAVAILABLE_CODES = new Set(['57P01', '57P02', '57P03', '53300', '08000', '08001', '08003', '08004', '08006', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']);

/** Whether an error says that PostgreSQL is away, rather than that the request was wrong. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  if (code !== undefined && UNAVAILABLE_CODES.has(code)) return true;
  return /timeout exceeded when trying to connect|Connection terminated|Query read timeout|the database system is/i.test(error.message);
}

export interface PoolOptions {
  max?: number;
  /** A query that takes longer is given up, on this side too: a frozen server answers nothing. */
  queryTimeoutMs?: number;
  connectTimeoutMs?: number;
  name?: string;
}

/** A pool that outlives its server: a lost connection is replaced, never thrown at the process. */
export function createPool(url: string, options: PoolOptions = {}): Database {
  const config: PoolConfig = {
    connectionString: url,
    max: options.max ?? 10,
    query_timeout: options.queryTimeoutMs ?? 10_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    application_name: options.name ?? 'tocsin',
    keepAlive: true,
  };
  const pool = new Pool(config);
  pool.on('error', () => undefined);
  return pool;
}

/** Run in one transaction. An unreachable server is ESC_STORE_UNAVAILABLE; everything else is thrown as it is. */
export async function transaction<T>(pool: Database, run: (client: PoolClient) => Promise<T>): Promise<T> {
  return guarded(async () => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await run(client);
      await client.query('commit');
      return result;
    } catch (error) {
      broken = isUnavailable(error) ? (error as Error) : undefined;
      if (!broken) await client.query('rollback').catch((failed: Error) => (broken = failed));
      throw error;
    } finally {
      client.release(broken);
    }
  });
}

/** The same translation for a single query. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isUnavailable(error)) throw new TocsinError('ESC_STORE_UNAVAILABLE', 'PostgreSQL cannot be reached; repeat the same request later');
    throw error;
  }
}

/** Epoch milliseconds as SQL takes them, and back. */
export const toSql = (at: number): Date => new Date(at);
export const fromSql = (at: Date | null): number | undefined => at?.getTime();
