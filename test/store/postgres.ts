import { randomInt } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { createPool, type PoolOptions } from '../../src/store/database';
import { migrate } from '../../src/store/migrate';
import { testServer, type TestServer } from './server';

/** A migrated database of the file's own; the tests of the file share it. */
export interface StoreDatabase {
  readonly pool: Pool;
  readonly url: string;
  /** A further pool, which the test ends itself: one that is left open fails the file. */
  open(options?: PoolOptions): Pool;
}

/**
 * Call it at the top of a test file. `apart`: its tickets run on the Temporal server that other files use as well, so the
 * running numbers in their ids begin at a place of the file's own.
 */
export function storeDatabase({ apart = false } = {}): StoreDatabase {
  const opened: Pool[] = [];
  let server: TestServer | undefined;
  let url = '';
  beforeAll(async () => {
    server = await testServer();
    url = server.url;
    await migrate(url);
    const pool = createPool(url, { max: 20 });
    opened.push(pool);
    if (apart)
      await pool.query(
        `insert into ticket_day (day, last) select current_date + n, $1 from generate_series(-1, 1) as n`,
        [randomInt(1_000, 900_000)],
      );
  });
  afterAll(async () => {
    try {
      await endAll(opened, url);
    } finally {
      await server?.stop();
    }
  });
  return {
    get pool() {
      const [shared] = opened;
      if (!shared) throw new Error('the database is there from beforeAll on');
      return shared;
    },
    get url() {
      return url;
    },
    open(options) {
      const pool = createPool(url, options);
      opened.push(pool);
      return pool;
    },
  };
}

async function endAll(opened: Pool[], url: string): Promise<void> {
  const [shared, ...others] = opened;
  await shared?.end();
  const left = others.filter((pool) => !pool.ended);
  await Promise.all(left.map((pool) => pool.end()));
  if (left.length > 0) throw new Error(`${left.length} pools were left open`);
  if (url !== '') await untilAlone(url);
}

/** A connection that was ended is gone from the server a moment later. */
async function untilAlone(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const deadline = Date.now() + 5_000;
    for (;;) {
      const others = await client.query<{ application_name: string }>(
        'select application_name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      if (others.rows.length === 0) return;
      if (Date.now() > deadline) throw new Error(`${others.rows.length} connections were left open`);
    }
  } finally {
    await client.end();
  }
}

/** The code of the error that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
