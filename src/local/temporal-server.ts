import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Connection } from '@temporalio/client';
import { LocalStackError } from './local-stack-error';
import { isPortFree } from './ports';
import { launch, pollUntil, tail, type Service } from './processes';
import { isAtLeast, MINIMUM_SERVER } from './temporal-binary';
import { prepareNamespaces, SEARCH_ATTRIBUTES } from './temporal-namespaces';

/** How the development server is started. */
export interface TemporalServerOptions {
  /** The `temporal` program. */
  readonly binary: string;
  readonly port: number;
  /** Port of Temporal's own UI; without one there is no UI. */
  readonly uiPort?: number | undefined;
  /** SQLite file that keeps everything across restarts, its folder made if need be; without one all is in memory. */
  readonly dbFile?: string | undefined;
  readonly logFile: string;
  /**
   * Allows virtual time to workflows that ask for it (default true). The development server takes dynamic settings for
   * all namespaces only, so it cannot be limited to the rehearsal's; a workflow that is started without a
   * `timeSkippingConfig` never skips, and the production server (deploy/dynamicconfig) limits it by namespace.
   */
  readonly timeSkipping?: boolean;
  /** Besides `default`; each gets Tocsin's search attributes. */
  readonly namespaces?: readonly string[];
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** A development server under way. */
export interface TemporalServer extends Service {
  readonly pid: number;
  /** `127.0.0.1:PORT`, for `Connection.connect({ address })`. */
  readonly address: string;
  readonly uiUrl: string | undefined;
}

/** The namespace of live tickets. */
export const NAMESPACE = 'tocsin';
/** The namespace in which rehearsals run, in virtual time. */
export const REHEARSAL_NAMESPACE = 'tocsin-rehearsal';

const START_DEADLINE_MS = 60_000;

/**
 * Starts Temporal's development server on 127.0.0.1 and waits until it answers and has its namespaces.
 * @throws LocalStackError with the end of its log when it does not
 */
export async function startTemporal(options: TemporalServerOptions): Promise<TemporalServer> {
  const { port, uiPort, dbFile, logFile, namespaces = [NAMESPACE, REHEARSAL_NAMESPACE] } = options;
  const address = `127.0.0.1:${port}`;
  // Another server that listens there would answer in the place of ours.
  if (!(await isPortFree(port))) {
    throw new LocalStackError(
      `Temporal did not start on ${address}: the port is taken by another program.`,
      'End that program, or move all ports with TOCSIN_PORT.',
    );
  }
  if (dbFile) {
    mkdirSync(dirname(dbFile), { recursive: true, mode: 0o700 });
    removeUnfinished(dbFile);
  }
  const server = launch({
    name: 'Temporal',
    command: options.binary,
    args: serverArguments(options),
    // The CLI reads TEMPORAL_* of its environment; a half-configured profile must not change the server.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC' },
    logFile,
    onSpawn: options.onSpawn,
    stopSignals: [['SIGTERM', 3_000]],
  });
  let gone: string | undefined;
  void server.exited.then((how) => (gone = how));
  try {
    const connection = await pollUntil(
      () => {
        if (gone) throw new Error(`the server ${gone}`);
        return tryConnect(address);
      },
      { what: 'an answer of the Temporal server', deadlineMs: START_DEADLINE_MS, everyMs: 100 },
    );
    try {
      await prepareNamespaces(connection, namespaces);
    } finally {
      await connection.close();
    }
  } catch (error) {
    await server.stop();
    throw new LocalStackError(
      `Temporal did not start on ${address}: ${(error as Error).message}\n${tail(logFile)}`,
      `Its log is ${logFile}.`,
      { cause: error },
    );
  }
  if (dbFile) writeFileSync(readyMarker(dbFile), '');
  return { ...server, address, uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}` };
}

/** The command line of the development server. */
export function serverArguments(options: TemporalServerOptions): string[] {
  const { port, uiPort, dbFile, timeSkipping = true, namespaces = [NAMESPACE, REHEARSAL_NAMESPACE] } = options;
  const dynamic: Record<string, unknown> = {
    // Timers fire to the millisecond instead of to the second, and a skip takes 50 ms instead of 1 s.
    'history.timerProcessorMaxTimeShift': '5ms',
    'history.timerProcessorMaxPollRPS': 2_000,
    'history.timerProcessorMaxPollHostRPS': 0,
    'frontend.WorkflowTimeSkippingEnabled': timeSkipping,
  };
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'warn'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(dbFile ? ['--db-filename', dbFile] : []),
    ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ...Object.entries(dynamic).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
  ];
}

/** Whether a server is new enough for virtual time, with a sentence that says so. */
export interface TimeSkippingSupport {
  readonly supported: boolean;
  readonly serverVersion: string;
  readonly message: string;
}

/**
 * Asks a server for its version. Whether an operator allows virtual time in a namespace shows only when a workflow
 * that asks for it is started; see `frontend.WorkflowTimeSkippingEnabled`.
 */
export async function hasTimeSkipping(connection: Connection): Promise<TimeSkippingSupport> {
  const { serverVersion = '' } = await connection.workflowService.getSystemInfo({});
  const version = serverVersion || 'of unknown version';
  const supported = isAtLeast(version, MINIMUM_SERVER);
  const message = supported
    ? `Temporal server ${version} can skip time.`
    : `Temporal server ${version} cannot skip time: ${MINIMUM_SERVER} or newer is needed for --engine temporal.`;
  return { supported, serverVersion: version, message };
}

async function tryConnect(address: string): Promise<Connection | undefined> {
  try {
    return await Connection.connect({ address, connectTimeout: '2s' });
  } catch {
    return undefined;
  }
}

function readyMarker(dbFile: string): string {
  return `${dbFile}.ready`;
}

/** A database whose first start was broken off may lack tables for ever; nothing was kept in it yet. */
function removeUnfinished(dbFile: string): void {
  if (!existsSync(dbFile) || existsSync(readyMarker(dbFile))) return;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(dbFile + suffix, { force: true });
}
