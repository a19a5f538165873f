import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../src/local/ports';
import { ensureDatabase } from '../../src/local/postgres';
import { createPool, isUnavailable, query, queryWithin, transaction } from '../../src/store/database';
import { migrate } from '../../src/store/migrate';
import { openTicket } from '../../src/store/opening';
import { openRequest } from './fixtures';
import { codeOf, storeDatabase } from './postgres';

const store = storeDatabase();

async function tables(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    );
    return found.rows.map((row) => row.name);
  } finally {
    await client.end();
  }
}

const MIGRATIONS = readdirSync(join(__dirname, '../../src/store/migrations'))
  .sort()
  .map((file) => file.replace(/\.sql$/, ''));

describe('migrations', () => {
  test('several migrators at once wait for each other, and one of them does the work', async () => {
    const url = new URL(store.url);
    const name = `${url.pathname.slice(1)}_again`;
    await ensureDatabase(store.url, name);
    url.pathname = `/${name}`;
    const applied = await Promise.all([migrate(url.href), migrate(url.href), migrate(url.href), migrate(url.href)]);
    expect(applied.flat()).toEqual(MIGRATIONS);
    expect(await tables(url.href)).toEqual(await tables(store.url));
    await store.pool.query(`drop database ${name}`);
  });

  test('a current database is left alone', async () => {
    expect(await migrate(store.url)).toEqual([]);
  });
});

describe('a PostgreSQL that is away', () => {
  test('is ESC_STORE_UNAVAILABLE within two seconds', async () => {
    const pool = createPool(`postgresql://tocsin@127.0.0.1:${await freePort()}/tocsin`);
    const begun = Date.now();
    expect(await codeOf(query(pool, 'select 1'))).toBe('ESC_STORE_UNAVAILABLE');
    expect(await codeOf(openTicket(pool, openRequest({ idempotencyKey: 'k' })))).toBe('ESC_STORE_UNAVAILABLE');
    expect(await codeOf(openTicket(pool, openRequest()))).toBe('ESC_STORE_UNAVAILABLE');
    expect(Date.now() - begun).toBeLessThan(2_000);
    await pool.end();
  });

  test('is told from the migrator, too', async () => {
    expect(await codeOf(migrate(`postgresql://tocsin@127.0.0.1:${await freePort()}/tocsin`))).toBe(
      'ESC_STORE_UNAVAILABLE',
    );
  });

  test('ends neither the process nor the pool when it goes in the middle of a transaction', async () => {
    const pool = store.open({ max: 1 });
    const lost = transaction(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const gone = new Promise((resolve) => client.once('end', resolve));
      await store.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await gone;
      await client.query('select 1');
    });
    expect(await codeOf(lost)).toBe('ESC_STORE_UNAVAILABLE');
    expect((await query(pool, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('is told when an idle connection is lost', async () => {
    const told = jest.fn();
    const pool = store.open({ onError: told });
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise((resolve) => pool.once('remove', resolve));
    await store.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await lost;
    expect(told).toHaveBeenCalledTimes(1);
    await pool.end();
  });
});

describe('a deadline', () => {
  test('ends a statement that hangs, and its connection', async () => {
    const pool = store.open({ max: 1 });
    const begun = Date.now();
    expect(await codeOf(queryWithin(pool, 100, 'select pg_sleep(5)', []))).toBe('ESC_STORE_UNAVAILABLE');
    expect(Date.now() - begun).toBeLessThan(1_500);
    expect((await query(pool, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('covers the wait for a connection, and a late one goes back to the pool', async () => {
    const pool = store.open({ max: 1 });
    const taken = await pool.connect();
    expect(await codeOf(queryWithin(pool, 50, 'select 1', []))).toBe('ESC_STORE_UNAVAILABLE');
    taken.release();
    expect((await query(pool, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  test('leaves an error of the request as it is', async () => {
    expect(await codeOf(queryWithin(store.pool, 1_000, 'select nothing', []))).toBe('42703');
  });
});

describe('transactions', () => {
  test('roll back, and the connection serves the next', async () => {
    const pool = store.open({ max: 1 });
    const failed = transaction(pool, async (client) => {
      await client.query(`insert into setting (key, value) values ('half', '1')`);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect((await query(pool, `select * from setting where key = 'half'`)).rows).toEqual([]);
    await pool.end();
  });

  test('a statement over the limit is given up', async () => {
    const pool = store.open({ statementTimeoutMs: 50 });
    expect(await codeOf(query(pool, 'select pg_sleep(5)'))).toBe('ESC_STORE_UNAVAILABLE');
    await pool.end();
  });
});

test.each([
  ['ECONNREFUSED', true],
  ['ENOTFOUND', true],
  ['57P01', true],
  ['57P03', true],
  ['08006', true],
  ['53300', true],
  ['23505', false],
  ['42P01', false],
  ['ESC_INTERNAL', false],
])('an error with code %s says that the store is away: %s', (code, away) => {
  expect(isUnavailable(Object.assign(new Error('x'), { code }))).toBe(away);
});

test('an error for each address of a name says that the store is away', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  expect(isUnavailable(new AggregateError([refused, refused]))).toBe(true);
  expect(isUnavailable(new AggregateError([refused, new Error('other')]))).toBe(false);
  expect(isUnavailable(undefined)).toBe(false);
});
