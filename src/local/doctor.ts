import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connect } from 'node:net';
import { checkAdapters } from './doctor-adapters';
import { checkClassifiers, checkModel } from './doctor-answers';
import { cacheDirectory, dataDirectory, projectRoot } from './paths';
import { DEFAULT_HTTP_PORT, isPortFree, wantedHttpPort } from './ports';
import { pingPostgres } from './postgres';
import { postgresBinaries, postgresUser, reachableBinaries } from './postgres-binaries';
import { runningStack, type StackInfo } from './stack-file';
import { findTemporal, onPath, type TemporalSearch } from './temporal-binary';
import { connectExternalTemporal } from './temporal-external';
import { hasTimeSkipping } from './temporal-server';

/** `ok`: nothing to do. `warn`: works, but with a limit. `missing`: the stack cannot start like this. */
export type DoctorState = 'ok' | 'warn' | 'missing';

/** One thing that was looked at. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: DoctorState;
  readonly detail: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

/** What `tocsin doctor` found. */
export interface DoctorReport {
  readonly checks: readonly DoctorCheck[];
  /** False when something is missing. */
  readonly ok: boolean;
}

/** Names of the settings that connect providers; their values are never read here. */
export const PROVIDER_SETTINGS = {
  paging: ['PAGERDUTY_ROUTING_KEYS'],
  Slack: ['SLACK_WEBHOOK_URL'],
  'status page': ['STATUSPAGE_API_KEY'],
} as const;

const ok = (name: string, detail: string): DoctorCheck => ({ name, state: 'ok', detail });
const warn = (name: string, detail: string, remedy: string): DoctorCheck => ({ name, state: 'warn', detail, remedy });
const missing = (name: string, detail: string, remedy: string): DoctorCheck => ({
  name,
  state: 'missing',
  detail,
  remedy,
});

/** Looks at everything the stack needs, starts no service, and prints no secret. Never throws. */
export async function runDoctor(env: NodeJS.ProcessEnv = process.env): Promise<DoctorReport> {
  const dataDir = dataDirectory(env);
  const stack = runningStack(dataDir);
  const search = await findTemporal(env);
  const checks = await Promise.all([
    guarded('Node', checkNode),
    guarded('npm packages', checkPackages),
    guarded('Temporal', () => checkTemporal(search, env)),
    guarded('Go', () => checkGo(search, env)),
    guarded('PostgreSQL', () => checkPostgres(env, dataDir)),
    guarded('Data folder', () => checkDataDir(dataDir)),
    guarded('Ports', () => checkPorts(env, stack)),
    guarded('Mail', () => checkMail(env)),
    guarded('Providers', () => checkProviders(env)),
    guarded('Classifiers', () => checkClassifiers(dataDir)),
    guarded('Model', () => checkModel(env)),
    guarded('Stack', () => checkStack(stack)),
    guarded('Adapters', () => checkAdapters(stack, dataDir, env)),
  ]);
  return { checks, ok: checks.every(({ state }) => state !== 'missing') };
}

async function guarded(name: string, check: () => DoctorCheck | Promise<DoctorCheck>): Promise<DoctorCheck> {
  try {
    return await check();
  } catch (error) {
    const [detail = '', ...remedy] = (error as Error).message.split('\n');
    return missing(name, detail, remedy.join(' ') || 'See the message.');
  }
}

function checkNode(): DoctorCheck {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok('Node', process.versions.node);
  return missing('Node', `${process.versions.node} is too old`, 'Install Node 20.19 or newer.');
}

function checkPackages(): DoctorCheck {
  const { dependencies = {} } = require(join(projectRoot(), 'package.json')) as {
    dependencies?: Record<string, string>;
  };
  const names = Object.keys(dependencies);
  const absent = names.filter((name) => !existsSync(join(projectRoot(), 'node_modules', name, 'package.json')));
  if (absent.length === 0) return ok('npm packages', `${names.length} installed`);
  return missing('npm packages', `not installed: ${absent.join(', ')}`, 'Run npm ci.');
}

async function checkTemporal({ choice, passedOver }: TemporalSearch, env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  if (choice?.source === 'external') {
    const connection = await connectExternalTemporal(env).catch(() => undefined);
    if (!connection) {
      return missing(
        'Temporal',
        `external, ${choice.address}: does not answer`,
        'Start it, or correct or unset TEMPORAL_ADDRESS.',
      );
    }
    const { supported, message } = await hasTimeSkipping(connection).finally(() => connection.close());
    const detail = `external, ${choice.address}: ${message}`;
    return supported ? ok('Temporal', detail) : warn('Temporal', detail, 'Rehearse with --engine core meanwhile.');
  }
  if (choice) {
    const where = { path: 'on PATH', cache: 'built, in the cache', download: "the SDK's download", build: 'built' };
    return ok('Temporal', `server ${choice.serverVersion} with virtual time, ${where[choice.source]} (${choice.path})`);
  }
  const how = onPath('go', env) ? 'by a build with Go' : "by the SDK's download only (if it is new enough)";
  return warn('Temporal', `${passedOver.join('; ')}`, `The first start gets one ${how}; that takes minutes, once.`);
}

async function checkGo({ choice }: TemporalSearch, env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  const go = onPath('go', env);
  if (!go) {
    if (choice) return ok('Go', 'not installed, and not needed');
    return missing(
      'Go',
      'not installed; needed to build Temporal once',
      'Install Go 1.26 (https://go.dev/dl), put a newer temporal on PATH, or set TEMPORAL_ADDRESS.',
    );
  }
  const { stdout } = await promisify(execFile)(go, ['version'], { timeout: 10_000, env });
  return ok('Go', `${stdout.trim().split(' ')[2] ?? stdout.trim()}${choice ? ' (not needed now)' : ''}`);
}

async function checkPostgres(env: NodeJS.ProcessEnv, dataDir: string): Promise<DoctorCheck> {
  if (env.DATABASE_URL) {
    try {
      return ok('PostgreSQL', `external (DATABASE_URL), ${await pingPostgres(env.DATABASE_URL)}`);
    } catch (error) {
      const reason = (error as { code?: string }).code ?? 'no connection';
      return missing(
        'PostgreSQL',
        `external (DATABASE_URL): does not answer (${reason})`,
        'Start it, or correct or unset DATABASE_URL.',
      );
    }
  }
  const user = postgresUser(join(dataDir, 'postgres'));
  const { postgres } = reachableBinaries(postgresBinaries(), user);
  const { stdout } = await promisify(execFile)(postgres, ['--version'], { timeout: 10_000, cwd: '/', ...user });
  return ok('PostgreSQL', `embedded, ${stdout.trim().replace('postgres (PostgreSQL) ', '')}`);
}

function checkDataDir(dataDir: string): DoctorCheck {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok('Data folder', `${dataDir}${folder === dataDir ? '' : ' (will be made)'}; cache ${cacheDirectory()}`);
  } catch {
    return missing('Data folder', `${folder} cannot be written`, 'Set TOCSIN_DATA_DIR to a folder that can.');
  }
}

async function checkPorts(env: NodeJS.ProcessEnv, stack: StackInfo | undefined): Promise<DoctorCheck> {
  if (stack) return ok('Ports', `${Object.values(stack.ports).join(', ')}: used by the running stack`);
  const http = wantedHttpPort(env);
  if (http === 0 || (await isPortFree(http))) return ok('Ports', http === 0 ? 'any free ones' : `${http} is free`);
  return missing(
    'Ports',
    `${http} on 127.0.0.1 is taken`,
    `Set TOCSIN_PORT to another (now ${http}; default ${DEFAULT_HTTP_PORT}).`,
  );
}

async function checkMail(env: NodeJS.ProcessEnv): Promise<DoctorCheck> {
  if (!env.SMTP_URL) return ok('Mail', 'development mailbox (SMTP_URL is not set)');
  const { hostname, port, protocol } = new URL(env.SMTP_URL);
  const number = Number(port) || (protocol === 'smtps:' ? 465 : 587);
  const reached = await reach(hostname, number);
  if (reached) return ok('Mail', `SMTP_URL: ${hostname}:${number} answers`);
  return warn(
    'Mail',
    `SMTP_URL: ${hostname}:${number} does not answer`,
    'Start it, or unset SMTP_URL for the mailbox.',
  );
}

function checkProviders(env: NodeJS.ProcessEnv): DoctorCheck {
  const entries = Object.entries(PROVIDER_SETTINGS);
  const unset = entries.filter(([, names]) => names.some((name) => !env[name] && !env[`${name}_FILE`]));
  if (unset.length === 0) return ok('Providers', entries.map(([, names]) => names.join(', ')).join(', '));
  return warn(
    'Providers',
    `not connected: ${unset.map(([what, names]) => `${what} (${names.join(', ')})`).join(', ')}`,
    'Fine for trying things out; for live use set them in the environment.',
  );
}

async function checkStack(stack: StackInfo | undefined): Promise<DoctorCheck> {
  if (!stack) return ok('Stack', 'not running (npm start)');
  const answer = await fetch(`${stack.url}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  if (answer?.ok) return ok('Stack', `running at ${stack.url}`);
  return warn(
    'Stack',
    `process ${stack.owner.pid} runs, ${stack.url} is not ready`,
    'See the folder logs in the data folder.',
  );
}

function reach(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3_000 });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
