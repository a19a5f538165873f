import { execFile } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporal } from './temporal-build';
import { downloadedTemporal, downloadTemporal } from './temporal-download';
import { cacheDirectory, projectRoot } from './paths';
import { silentProgress, type Progress } from './progress';

/** The oldest server with virtual time for a single workflow (`timeSkippingConfig`). */
export const MINIMUM_SERVER = '1.32.0';

/** Where the Temporal server comes from, in order of preference. */
export type TemporalSource = 'external' | 'path' | 'cache' | 'download' | 'build';

/** A Temporal to use: the address of a running one, or a program to start. */
export type TemporalChoice =
  | { readonly source: 'external'; readonly address: string }
  | {
      readonly source: Exclude<TemporalSource, 'external'>;
      readonly path: string;
      /** The server's version, `x.y.z`, at least {@link MINIMUM_SERVER}. */
      readonly serverVersion: string;
    };

/** The versions that `temporal --version` prints. */
export interface TemporalVersion {
  readonly cli: string;
  readonly server: string;
}

/** What a search looked at and passed over, for `tocsin doctor`. */
export interface TemporalSearch {
  readonly choice: TemporalChoice | undefined;
  /** A sentence for each place that had nothing usable. */
  readonly passedOver: readonly string[];
}

/** Options of the search; each has a default for everyday use. */
export interface TemporalSearchOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Breaks off a build under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads the output of `temporal --version`; undefined when it is not that. */
export function parseTemporalVersion(output: string): TemporalVersion | undefined {
  const match = /version v?(\S+) \(Server (\d+\.\d+\.\d+)/.exec(output);
  return match?.[1] && match[2] ? { cli: match[1], server: match[2] } : undefined;
}

/** Whether dotted version `actual` is `minimum` or newer; a suffix such as `-rc.1` is ignored. */
export function isAtLeast(actual: string, minimum: string): boolean {
  const parts = (version: string) => (version.split('-')[0] ?? '').split('.').map((part) => Number(part) || 0);
  const [a, b] = [parts(actual), parts(minimum)];
  for (let i = 0; i < 3; i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return true;
}

/** Where the build with Go is kept: the folder's name changes with the pinned versions. */
export function cachedTemporalPath(env: NodeJS.ProcessEnv = process.env): string {
  const module = join(projectRoot(), 'tools', 'temporal');
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(module, file)));
  return join(cacheDirectory(env), `temporal-${hash.digest('hex').slice(0, 16)}`, 'temporal');
}

/** Looks where no work is needed: `TEMPORAL_ADDRESS`, PATH, the project's cache, an earlier download. */
export async function findTemporal(env: NodeJS.ProcessEnv = process.env): Promise<TemporalSearch> {
  if (env.TEMPORAL_ADDRESS) return { choice: { source: 'external', address: env.TEMPORAL_ADDRESS }, passedOver: [] };
  const passedOver: string[] = [];
  const places: [Exclude<TemporalSource, 'external' | 'build'>, string | undefined, string][] = [
    ['path', onPath('temporal', env), 'no temporal on PATH'],
    ['cache', cachedTemporalPath(env), 'not built yet (cache is empty)'],
    ['download', downloadedTemporal(env), "the SDK's download is not there"],
  ];
  for (const [source, path, absent] of places) {
    if (!path || !isExecutable(path)) {
      passedOver.push(absent);
      continue;
    }
    const version = await temporalVersion(path);
    if (version && isAtLeast(version.server, MINIMUM_SERVER)) {
      return { choice: { source, path, serverVersion: version.server }, passedOver };
    }
    passedOver.push(
      version
        ? `${path} has server ${version.server}, older than ${MINIMUM_SERVER}`
        : `${path} tells no server version`,
    );
  }
  return { choice: undefined, passedOver };
}

/**
 * Finds a Temporal server, or gets one: `TEMPORAL_ADDRESS` → PATH → cache → the SDK's download → a build with Go.
 * @throws LocalStackError when none can be had, naming every way out
 */
export async function ensureTemporal(options: TemporalSearchOptions = {}): Promise<TemporalChoice> {
  const { env = process.env, progress = silentProgress, signal } = options;
  const found = (await findTemporal(env)).choice;
  if (found) return found;
  const downloaded = await downloadTemporal({ env, progress });
  if (downloaded) {
    const version = await temporalVersion(downloaded);
    if (version && isAtLeast(version.server, MINIMUM_SERVER)) {
      return { source: 'download', path: downloaded, serverVersion: version.server };
    }
    progress.say(`The SDK's download has server ${version?.server ?? '?'}; ${MINIMUM_SERVER} is needed. Building one.`);
  }
  const path = cachedTemporalPath(env);
  await buildTemporal({ target: path, env, progress, signal });
  const version = await temporalVersion(path);
  if (!version) throw new Error(`The Temporal server built at ${path} does not tell its version.`);
  return { source: 'build', path, serverVersion: version.server };
}

/** Asks a `temporal` program for its version; undefined when it does not answer as one. */
export async function temporalVersion(path: string): Promise<TemporalVersion | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 15_000 });
    return parseTemporalVersion(stdout);
  } catch {
    return undefined;
  }
}

/** The first executable file of this name on PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
