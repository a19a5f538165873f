import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../src/local/ports';
import { ensureDatabase, startPostgres } from '../../src/local/postgres';

/** An empty database; `stop` drops it, and ends the server where it was started for it. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A database on the server of `TOCSIN_TEST_PG_URL` (bin/test.js sets it), or on an embedded one of its own. */
export async function testServer(): Promise<TestServer> {
  const shared = process.env.TOCSIN_TEST_PG_URL;
  return shared ? databaseOn(shared) : embedded();
}

async function databaseOn(shared: string): Promise<TestServer> {
  const name = `store_${process.pid}_${randomBytes(6).toString('hex')}`;
  const url = new URL(shared);
  url.pathname = '/postgres';
  const admin = url.href;
  await ensureDatabase(admin, name);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async stop() {
      const client = new Client({ connectionString: admin });
      await client.connect();
      await client.query(`drop database if exists ${name}`).finally(() => client.end());
    },
  };
}

async function embedded(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-store-'));
  chmodSync(folder, 0o711); // PostgreSQL's own user passes through when root runs the tests
  const server = await startPostgres({
    dataDir: join(folder, 'data'),
    port: await freePort(),
    logFile: join(folder, 'postgresql.log'),
    settings: { fsync: 'off', synchronous_commit: 'off' },
  });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
