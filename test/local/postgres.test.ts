import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort, isPortFree } from '../../src/local/ports';
import { ensureDatabase, pingPostgres, startPostgres, type PostgresServer } from '../../src/local/postgres';
import { isReachable, postgresUser } from '../../src/local/postgres-binaries';
import { isAlive, pollUntil } from '../../src/local/processes';
import { temporaryFolder } from '../support/stack';

const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
const logFile = join(folder.path, 'postgresql.log');
const running: PostgresServer[] = [];

async function start(changes: Partial<Parameters<typeof startPostgres>[0]> = {}): Promise<PostgresServer> {
  const settings = { fsync: 'off' };
  const server = await startPostgres({ dataDir, port: await freePort(), logFile, settings, ...changes });
  running.push(server);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
afterAll(folder.remove);

describe('the embedded PostgreSQL', () => {
  it('starts on 127.0.0.1 with a database and a password that only its owner can read', async () => {
    const server = await start();
    expect(await query(server.url, 'select current_database() as name')).toEqual([{ name: 'tocsin' }]);
    expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(server.url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    expect(
      await query(
        server.url,
        "select datcollate, pg_encoding_to_char(encoding) as encoding from pg_database where datname = 'tocsin'",
      ),
    ).toEqual([{ datcollate: 'C', encoding: 'UTF8' }]);
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    await expect(pingPostgres(server.url.replace(/:[^:@]+@/, ':wrong@'))).rejects.toThrow('password');
  });

  it('keeps the data across a restart and leaves no process and no port behind', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    expect(await isPortFree(first.port)).toBe(true);
    const second = await start();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('starts again after kill -9, its pid file being stale', async () => {
    const first = await start();
    await query(first.url, 'create table survived as select 1 as one');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toContain('SIGKILL');
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(true);
    const second = await start();
    expect(await query(second.url, 'select one from survived')).toEqual([{ one: 1 }]);
  });

  it('ends a server that an earlier stack left running on the same data', async () => {
    const left = await start();
    const server = await start();
    expect(isAlive(left.pid)).toBe(false);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('does not take another program for its own when the number in the pid file was used again', async () => {
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    const stranger = spawn('sleep', ['60']);
    writeFileSync(pidFile, `${stranger.pid}\n${dataDir}/postgres\n1\n5432\n\n127.0.0.1\n0 0\nready\n`);
    const server = await start();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(isAlive(stranger.pid ?? -1)).toBe(true);
    stranger.kill();
    await once(stranger, 'exit');
  });

  it('stops while frozen, and with clients connected', async () => {
    const server = await start();
    const client = new Client({ connectionString: server.url });
    client.on('error', () => undefined);
    await client.connect();
    process.kill(server.pid, 'SIGSTOP');
    await server.stop();
    expect(await server.exited).toBe('ended with exit code 0');
  });

  it('gives the role a new password when the file with the old one is lost', async () => {
    const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8');
    rmSync(join(dataDir, 'postgres-password'));
    const server = await start();
    expect(server.url).not.toContain(password.trim());
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says why when it cannot start, the port being taken', async () => {
    const server = await start();
    const other = start({ dataDir: join(folder.path, 'other'), port: server.port });
    await expect(other).rejects.toThrow(`PostgreSQL did not start on 127.0.0.1:${server.port}`);
    await expect(other).rejects.toThrow(/password|Address already in use/);
  });

  it('refuses data of another major version', async () => {
    const other = join(folder.path, 'old');
    mkdirSync(join(other, 'postgres'), { recursive: true });
    writeFileSync(join(other, 'postgres', 'PG_VERSION'), '12\n');
    await expect(start({ dataDir: other })).rejects.toThrow("are PostgreSQL 12's");
  });

  it('begins afresh after a first start that was broken off', async () => {
    const other = join(folder.path, 'broken-off');
    mkdirSync(join(other, 'postgres.new'), { recursive: true });
    writeFileSync(join(other, 'postgres.new', 'PG_VERSION'), '18\n');
    const server = await start({ dataDir: other });
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(existsSync(join(other, 'postgres.new'))).toBe(false);
  });

  it('makes a database once', async () => {
    const server = await start();
    await ensureDatabase(server.url, 'Another "one"');
    await ensureDatabase(server.url, 'Another "one"');
    expect(await query(server.url, `select count(*)::int as n from pg_database where datname like 'Another%'`)).toEqual(
      [{ n: 1 }],
    );
  });
});

const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot('the embedded PostgreSQL under root', () => {
  it("runs as the system's postgres user", async () => {
    const server = await start();
    const uid = await pollUntil(() => /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1], {
      what: 'the process status',
      deadlineMs: 1_000,
    });
    expect(Number(uid)).toBe(postgresUser(join(dataDir, 'postgres'))?.uid);
    expect(Number(uid)).not.toBe(0);
  });

  it('puts its files elsewhere when its user cannot reach the data folder, and finds them again', async () => {
    const closed = join(folder.path, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const inside = join(closed, 'data');
    const user = postgresUser(inside);
    expect(user && isReachable(join(inside, 'postgres'), user)).toBe(false);
    const first = await start({ dataDir: inside });
    const note = readFileSync(join(inside, 'postgres-location'), 'utf8').trim();
    try {
      expect(note).toMatch(/^\/var\/tmp\/tocsin-[0-9a-f]{12}\/postgres$/);
      await query(first.url, 'create table kept as select 7 as seven');
      await first.stop();
      const second = await start({ dataDir: inside });
      expect(await query(second.url, 'select seven from kept')).toEqual([{ seven: 7 }]);
      await second.stop();
    } finally {
      rmSync(join(note, '..'), { recursive: true, force: true });
    }
  });
});
