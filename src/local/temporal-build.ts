import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalStackError } from './local-stack-error';
import { withLock, type LockHolder } from './lock';
import { projectRoot } from './paths';
import { silentProgress, type Progress } from './progress';

/** Packages that a build from nothing compiles (`go list -deps`, 2026-11); only the progress line uses it. */
const PACKAGES = 1_795;
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/** Options of a build. */
export interface TemporalBuildOptions {
  /** Where the program goes; its folder is made. */
  readonly target: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Breaks the build off. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the Temporal server from the versions pinned in `tools/temporal`: minutes the first time, seconds when Go
 * remembers. Two processes do not build at once, and a build that is broken off leaves nothing behind.
 * @throws LocalStackError when Go is missing or the build fails
 */
export async function buildTemporal(options: TemporalBuildOptions): Promise<void> {
  const { target, env = process.env, progress = silentProgress, signal } = options;
  mkdirSync(dirname(target), { recursive: true });
  const build = async () => {
    if (existsSync(target)) return;
    const step = progress.step('Temporal (Go)');
    const draft = `${target}.${process.pid}.new`;
    try {
      await runGo(draft, env, step.update, signal);
      renameSync(draft, target);
      step.done('built once, kept in the cache');
    } catch (error) {
      rmSync(draft, { force: true });
      step.fail('');
      throw error;
    }
  };
  const onWait = (holder: LockHolder) =>
    progress.say(`Another process (${holder.pid}) is building the Temporal server; waiting for it.`);
  await withLock(`${target}.lock`, build, { onWait, signal });
}

function runGo(
  output: string,
  env: NodeJS.ProcessEnv,
  update: (detail: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const began = Date.now();
  let compiled = 0;
  let last: string[] = [];
  const tell = () => {
    const seconds = Math.round((Date.now() - began) / 1000);
    const share = compiled === 0 ? 'reading modules' : `${compiled} of at most ${PACKAGES} packages`;
    update(`building with Go: ${share}, ${seconds} s (3–4 minutes the first time)`);
  };
  tell();
  return new Promise((resolve, reject) => {
    const child = spawn('go', ['build', '-mod=readonly', '-buildvcs=false', '-v', '-o', output, GO_PACKAGE], {
      cwd: join(projectRoot(), 'tools', 'temporal'),
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    });
    const stopChild = () => void child.kill('SIGTERM');
    process.once('exit', stopChild);
    const timer = setInterval(tell, 1_000);
    const end = () => {
      clearInterval(timer);
      process.removeListener('exit', stopChild);
    };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = text.split('\n').filter((line) => line !== '');
      compiled += lines.filter((line) => !line.startsWith('go: ')).length;
      last = [...last, ...lines].slice(-6);
    });
    child.once('error', (error) => {
      end();
      reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? goMissing(error) : error);
    });
    child.once('close', (code) => {
      end();
      if (code === 0) resolve();
      else reject(buildFailed(last));
    });
  });
}

const WAYS_OUT =
  'Or put a `temporal` with server 1.32 or newer on PATH, or set TEMPORAL_ADDRESS to a server that runs already.';

function goMissing(cause: Error): LocalStackError {
  return new LocalStackError(
    'No Temporal server was found, and Go, with which Tocsin would build one, is not installed.',
    `Install Go 1.26 or newer (https://go.dev/dl) and start again. ${WAYS_OUT}`,
    { cause },
  );
}

function buildFailed(last: readonly string[]): LocalStackError {
  return new LocalStackError(
    `The build of the Temporal server failed:\n${last.map((line) => `    ${line}`).join('\n')}`,
    `It needs Go 1.26 and the Go module proxy. Try: cd tools/temporal && go build ${GO_PACKAGE}. ${WAYS_OUT}`,
  );
}
