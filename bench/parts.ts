/** The parts of a benchmark or fault run, each a process of its own that can be killed, frozen and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../src/client/connection';
import { TicketClient } from '../src/client/tickets';
import { freePort } from '../src/local/ports';
import { startPostgres, type PostgresServer } from '../src/local/postgres';
import { createProgress } from '../src/local/progress';
import { ensureTemporal } from '../src/local/temporal-binary';
import { startTemporal, type TemporalServer } from '../src/local/temporal-server';
import { loadPack } from '../src/policies/load';
import { publishPack } from '../src/policies/publish';
import { createApiKey } from '../src/store/api-keys';
import { createPool, type Database } from '../src/store/database';
import { migrate } from '../src/store/migrate';
import { savePolicyVersion, setDefaultPack } from '../src/store/policy-versions';

/** Clock ticks of /proc a second. */
const TICKS = 100;

export interface Parts {
  folder: string;
  packs: string;
  packHash: string;
  packId: string;
  databaseUrl: string;
  temporalAddress: string;
  apiUrl: string;
  apiKey: string;
  pool: Database;
  pid(name: PartName): number;
  kill(name: PartName, signal: NodeJS.Signals): void;
  restart(name: PartName): Promise<void>;
  close(): Promise<void>;
}
export type PartName = 'worker' | 'api' | 'postgres' | 'temporal';

/** CPU seconds that a process has used; 0 where /proc is not there. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

function startNode(
  script: string,
  env: NodeJS.ProcessEnv,
  log: string,
  ready: (child: ChildProcess) => Promise<void>,
): Promise<ChildProcess> {
  const out = openSync(log, 'a');
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', out] });
  return ready(child).then(() => child);
}

function firstLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

async function untilReady(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ;) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export interface PartsOptions {
  pack: string;
  sinkUrl: string;
  withApi?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** Start PostgreSQL, Temporal, a worker and, where asked for, the API, in a folder of their own. */
export async function startParts(options: PartsOptions): Promise<Parts> {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  await import('node:fs').then(({ chmodSync }) => chmodSync(folder, 0o711));
  const log = (name: string): string => join(folder, `${name}.log`);
  const ports = { postgres: await freePort(), temporal: await freePort(), api: await freePort() };
  const choice = await ensureTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' }, progress: createProgress() });
  if (!('path' in choice)) throw new Error('no Temporal server');
  const startPg = (): Promise<PostgresServer> =>
    startPostgres({ dataDir: join(folder, 'postgres'), port: ports.postgres, logFile: log('postgres') });
  const startServer = (): Promise<TemporalServer> =>
    startTemporal({
      binary: choice.path,
      port: ports.temporal,
      dbFile: join(folder, 'temporal.db'),
      logFile: log('temporal'),
    });
  let postgres = await startPg();
  let temporal = await startServer();
  await migrate(postgres.url);
  const pool = createPool(postgres.url, { max: 10, applicationName: 'tocsin-bench' });
  const loaded = await loadPack(options.pack);
  const packs = join(folder, 'data', 'packs');
  const { hash } = await publishPack(loaded, packs);
  const version = {
    hash,
    packId: loaded.pack.id,
    version: '1',
    body: loaded.pack,
    templates: loaded.templates,
    publishedAt: Date.now(),
  };
  await savePolicyVersion(pool, version, { waive: 'bench' });
  await setDefaultPack(pool, loaded.pack.id);
  const { key } = await createApiKey(pool, { name: 'bench', role: 'admin' });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'tocsin',
    TOCSIN_DATA_DIR: join(folder, 'data'),
    TOCSIN_PORT: String(ports.api),
    PAGE_WEBHOOK_URL: options.sinkUrl,
    PAGE_WEBHOOK_SECRET: 'a-secret-of-the-benchmark-only-0123456789',
    TOCSIN_ALLOW_PRIVATE_URLS: 'loopback',
    LOG_LEVEL: 'warn',
    SMTP_URL: '',
    ...options.env,
  };
  const dist = join(__dirname, '..', 'src');
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const startWorker = (): Promise<ChildProcess> =>
    startNode(join(dist, 'worker', 'main.js'), env, log('worker'), firstLine);
  const startApi = (): Promise<ChildProcess> =>
    startNode(join(dist, 'http', 'main.js'), env, log('api'), () => untilReady(apiUrl));
  let worker = await startWorker();
  let api = options.withApi ? await startApi() : undefined;
  const pid = (name: PartName): number =>
    ({ worker: worker.pid, api: api?.pid, postgres: postgres.pid, temporal: temporal.pid })[name] ?? 0;
  return {
    folder,
    packs,
    packHash: hash,
    packId: loaded.pack.id,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    apiUrl,
    apiKey: key,
    pool,
    pid,
    kill: (name, signal) => void process.kill(pid(name), signal),
    async restart(name) {
      if (name === 'worker') worker = await startWorker();
      else if (name === 'api') api = await startApi();
      else if (name === 'postgres') postgres = await startPg();
      else temporal = await startServer();
    },
    async close() {
      await pool.end();
      for (const child of [api, worker]) {
        if (!child || child.exitCode !== null || child.signalCode !== null) continue;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }
      await temporal.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A ticket client of these parts. */
export async function clientOf(
  parts: Parts,
): Promise<{ tickets: TicketClient; client: Awaited<ReturnType<typeof connect>>['client']; close(): Promise<void> }> {
  const { client, connection } = await connect({ address: parts.temporalAddress, namespace: 'tocsin' });
  return { tickets: new TicketClient(client), client, close: () => connection.close() };
}
