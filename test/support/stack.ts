import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../src/local/ports';
import { ensureDatabase, startPostgres } from '../../src/local/postgres';
import type { Service } from '../../src/local/processes';
import { ensureTemporal } from '../../src/local/temporal-binary';
import { startTemporal } from '../../src/local/temporal-server';

/** A database of a test file's own. */
export interface TestPostgres {
  /** `postgresql://…`, an empty database. */
  readonly url: string;
  /** Drops the database, and ends the server when it was started for this file. `afterAll` has it already. */
  stop(): Promise<void>;
}

/** A Temporal server with virtual time. */
export interface TestTemporal {
  /** `127.0.0.1:PORT`; namespaces `default`, `tocsin` and `tocsin-rehearsal` exist. */
  readonly address: string;
  stop(): Promise<void>;
}

/** A folder that is removed by the function returned with it; PostgreSQL's own user can pass through. */
export function temporaryFolder(prefix = 'tocsin-test-'): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(path, 0o711);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * A fresh database on the server of `TOCSIN_TEST_PG_URL` (bin/test.js sets it), or on one started for this file.
 * Call it in `beforeAll`.
 */
export async function testPostgres(): Promise<TestPostgres> {
  const shared = process.env.TOCSIN_TEST_PG_URL;
  const own = shared ? undefined : await ownPostgres();
  const server = new URL(shared ?? own?.url ?? '');
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  server.pathname = '/postgres';
  const admin = server.href;
  await ensureDatabase(admin, name);
  server.pathname = `/${name}`;
  return {
    url: server.href,
    stop: once(async () => {
      if (own) return own.stop();
      const client = new Client({ connectionString: admin });
      await client.connect();
      // Not WITH (FORCE): a pool that a test left open must be noticed.
      await client.query(`drop database if exists ${name}`).finally(() => client.end());
    }),
  };
}

/** The server of `TOCSIN_TEST_TEMPORAL_ADDRESS` (bin/test.js sets it), or one started for this file. In `beforeAll`. */
export async function testTemporal(): Promise<TestTemporal> {
  const shared = process.env.TOCSIN_TEST_TEMPORAL_ADDRESS;
  if (shared) return { address: shared, stop: () => Promise.resolve() };
  const choice = await ensureTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (choice.source === 'external') throw new Error('The tests do not use an external Temporal.');
  const folder = temporaryFolder();
  const server = await startTemporal({
    binary: choice.path,
    port: await freePort(),
    logFile: join(folder.path, 'temporal.log'),
  });
  return { address: server.address, stop: once(() => endAndRemove(server, folder)) };
}

async function ownPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = temporaryFolder();
  const server = await startPostgres({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    logFile: join(folder.path, 'postgresql.log'),
    settings: { fsync: 'off' },
  });
  return { url: server.url, stop: () => endAndRemove(server, folder) };
}

async function endAndRemove(service: Service, folder: { remove: () => void }): Promise<void> {
  await service.stop();
  folder.remove();
}

/** Ends it after the file's tests, or when asked before that, but only once. */
function once(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const stop = () => (ending ??= end());
  afterAll(stop);
  return stop;
}
