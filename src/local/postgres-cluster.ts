import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LocalStackError } from './local-stack-error';
import { makePrivateDirectory } from './paths';
import {
  isReachable,
  postgresBinaries,
  postgresUser,
  reachableBinaries,
  type PostgresBinaries,
  type SystemUser,
} from './postgres-binaries';
import { commandLine, endProcess, identify, isAlive } from './processes';

/** The role that owns the embedded database. */
export const ROLE = 'tocsin';

/** A cluster on disk, ready to be served. */
export interface PostgresCluster {
  readonly folder: string;
  readonly password: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
}

/**
 * Makes the cluster on first use (broken off, it leaves nothing that looks finished), finds it again later, and ends a
 * server that an earlier stack left behind. The caller holds the data folder's lock.
 */
export async function openCluster(dataDir: string): Promise<PostgresCluster> {
  makePrivateDirectory(dataDir);
  const folder = clusterFolder(dataDir);
  const user = postgresUser(folder);
  const binaries = reachableBinaries(postgresBinaries(), user);
  const passwordFile = join(dataDir, 'postgres-password');
  const known = existsSync(passwordFile) ? readFileSync(passwordFile, 'utf8').trim() : '';
  const password = known || randomBytes(24).toString('base64url');
  if (!known) writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const cluster = { folder, password, binaries, user };
  if (!existsSync(join(folder, 'PG_VERSION'))) await createCluster(cluster);
  else {
    refuseOtherVersion(cluster);
    await endLeftover(folder);
    if (!known) setPassword(cluster);
  }
  return cluster;
}

/** Environment of PostgreSQL's programs: nothing of ours, so that no PG… variable changes what they do. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** In the data folder, or under /var/tmp where root's PostgreSQL user cannot reach that; the choice is written down. */
function clusterFolder(dataDir: string): string {
  const note = join(dataDir, 'postgres-location');
  if (existsSync(note)) return readFileSync(note, 'utf8').trim();
  const beside = join(dataDir, 'postgres');
  const user = postgresUser(beside);
  if (!user || isReachable(beside, user)) return beside;
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const folder = `/var/tmp/tocsin-${hash}/postgres`;
  writeFileSync(note, `${folder}\n`);
  return folder;
}

async function createCluster({ folder, password, binaries, user }: PostgresCluster): Promise<void> {
  const draft = `${folder}.new`;
  const passwordFile = `${draft}-password`;
  mkdirSync(dirname(folder), { recursive: true, mode: 0o711 });
  refuseForeignFolder(dirname(folder));
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600, flag: 'wx' });
  try {
    for (const path of user ? [draft, passwordFile] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    await promisify(execFile)(
      binaries.initdb,
      ['-D', draft, '-U', ROLE, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, ...locale],
      { cwd: draft, env: postgresEnvironment(), ...user },
    );
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr ?? '';
    throw new LocalStackError(
      `PostgreSQL could not make its files in ${folder}: ${said.trim() || (error as Error).message}`,
      'Check the free space and the rights of that folder, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** A folder in /var/tmp may have been made by anybody, in wait for us. */
function refuseForeignFolder(folder: string): void {
  const { uid, mode } = statSync(folder);
  if (process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)) return;
  throw new LocalStackError(
    `${folder} belongs to, or can be changed by, another user, so no database is made in it.`,
    'Correct its owner and mode (chmod go-w), or set TOCSIN_DATA_DIR to another folder.',
  );
}

function refuseOtherVersion({ folder, binaries }: PostgresCluster): void {
  const major = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (binaries.version.split('.')[0] === major) return;
  throw new LocalStackError(
    `The data in ${folder} are PostgreSQL ${major}'s; the embedded server is ${binaries.version}.`,
    `Dump them with PostgreSQL ${major} first, or move ${folder} away to begin afresh.`,
  );
}

/** Ends a server that still runs on this cluster, and removes a pid file whose number now belongs to someone else. */
async function endLeftover(folder: string): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return; // PostgreSQL clears that up by itself
  const command = commandLine(pid);
  if (command === '' || (command.includes('postgres') && command.includes(folder))) {
    await endProcess(identify(pid), [
      ['SIGINT', 5_000],
      ['SIGQUIT', 2_000],
      ['SIGKILL', 2_000],
    ]);
  } else rmSync(pidFile, { force: true });
}

/** Gives the role a new password in single-user mode, when the file with the old one is gone. */
function setPassword({ folder, password, binaries, user }: PostgresCluster): void {
  execFileSync(binaries.postgres, ['--single', '-D', folder, 'postgres'], {
    cwd: folder,
    env: postgresEnvironment(),
    input: `ALTER ROLE ${ROLE} PASSWORD '${password}'\n`,
    stdio: ['pipe', 'ignore', 'ignore'],
    ...user,
  });
}
