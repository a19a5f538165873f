import { Client } from 'pg';
import { LocalStackError } from './local-stack-error';
import { openCluster, postgresEnvironment, ROLE } from './postgres-cluster';
import { launch, pollUntil, tail, type Service } from './processes';

/** How the embedded PostgreSQL is started. */
export interface PostgresOptions {
  /** Folder for the cluster and its password; made when missing. Only one server at a time may use it. */
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
  /** The database to make sure of; default `tocsin`. */
  readonly database?: string;
  /** Further server settings, such as `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** An embedded PostgreSQL under way. */
export interface PostgresServer extends Service {
  /** The postmaster; fault tests kill and freeze it. */
  readonly pid: number;
  readonly port: number;
  /** `postgresql://…`, password included: not for logs. */
  readonly url: string;
  readonly version: string;
}

const START_DEADLINE_MS = 60_000;

/**
 * Starts the embedded PostgreSQL on 127.0.0.1 (no socket files), after a crash too, and waits until it answers.
 * @throws LocalStackError with the end of its log when it does not
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { port, logFile, database = 'tocsin' } = options;
  const cluster = await openCluster(options.dataDir);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  };
  const start = () =>
    launch({
      name: 'PostgreSQL',
      command: cluster.binaries.postgres,
      args: ['-D', cluster.folder, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      env: postgresEnvironment(),
      cwd: cluster.folder,
      owner: cluster.user,
      logFile,
      onSpawn: options.onSpawn,
      stopSignals: [
        ['SIGINT', 3_000], // fast shutdown: does not wait for clients
        ['SIGQUIT', 1_000],
      ],
    });
  const urlOf = (name: string) => `postgresql://${ROLE}:${cluster.password}@127.0.0.1:${port}/${name}`;
  const deadline = Date.now() + START_DEADLINE_MS;
  for (;;) {
    const server = start();
    try {
      await untilAnswering(server, urlOf('postgres'), deadline - Date.now());
      await ensureDatabase(urlOf('postgres'), database);
      return { ...server, port, url: urlOf(database), version: cluster.binaries.version };
    } catch (error) {
      await server.stop();
      // After kill -9 of the postmaster its children need a moment to notice.
      if (/shared memory block .* still in use|is still in use/.test(tail(logFile, 4)) && Date.now() < deadline)
        continue;
      throw new LocalStackError(
        `PostgreSQL did not start on 127.0.0.1:${port}: ${(error as Error).message}\n${tail(logFile)}`,
        `Its log is ${logFile}. Set DATABASE_URL to use a PostgreSQL of your own instead.`,
        { cause: error },
      );
    }
  }
}

/** Asks a PostgreSQL for its version; the error is the driver's. */
export async function pingPostgres(url: string, timeoutMs = 3_000): Promise<string> {
  return withClient(url, timeoutMs, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  });
}

/** Makes a database unless it is there. The name is an identifier of ours, not input. */
export async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  await withClient(adminUrl, 10_000, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  });
}

async function untilAnswering(server: Service, url: string, deadlineMs: number): Promise<void> {
  let gone: string | undefined;
  void server.exited.then((how) => (gone = how));
  let refused: unknown;
  const ask = async () => {
    if (gone) throw new Error(`the server ${gone}`);
    try {
      await pingPostgres(url);
      return true;
    } catch (error) {
      refused = error;
      if ((error as { code?: string }).code === '28P01') throw error; // someone else's PostgreSQL, or password
      return false;
    }
  };
  await pollUntil(ask, { what: 'an answer of PostgreSQL', deadlineMs }).catch((error: Error) => {
    throw new Error(error.message, { cause: refused });
  });
}

async function withClient<T>(url: string, timeoutMs: number, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => undefined); // a server that goes away must not end this process; the query rejects
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
