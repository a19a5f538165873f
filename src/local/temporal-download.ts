import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, projectRoot } from './paths';
import { silentProgress, type Progress } from './progress';

/** The newest release of Temporal's CLI known to carry a server without virtual time (it has 1.31.2). */
const LAST_CLI_WITHOUT_TIME_SKIPPING = '1.8.2';
const PROBE_TIMEOUT_MS = 4_000;
const DOWNLOAD_TIMEOUT_MS = 180_000;

/** Downloads through `@temporalio/testing`, which starts what it has got once; in a process that can be given up. */
const DOWNLOAD_SCRIPT = `
  const { TestWorkflowEnvironment } = require('@temporalio/testing');
  const [downloadDir] = process.argv.slice(1);
  TestWorkflowEnvironment.createLocal({ server: { ip: '127.0.0.1', executable: { type: 'cached-download', downloadDir } } })
    .then((environment) => environment.teardown())
    .then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
`;

/** A server that the SDK downloaded before, or undefined. */
export function downloadedTemporal(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = downloadFolder(env);
  try {
    const file = readdirSync(folder).find((name) => name.startsWith('temporal') && !name.includes('.download'));
    return file && join(folder, file);
  } catch {
    return undefined;
  }
}

/**
 * Lets the SDK download its development server. Gives up within seconds when the site does not answer, and does not
 * download a release that is known to be too old. Never throws.
 * @returns the program's path, or undefined when there is none to be had this way
 */
export async function downloadTemporal(options: {
  env?: NodeJS.ProcessEnv;
  progress?: Progress;
}): Promise<string | undefined> {
  const { env = process.env, progress = silentProgress } = options;
  const step = progress.step('Temporal (SDK)');
  step.update("asking for the SDK's download");
  const offer = await offeredRelease();
  if (offer === undefined) {
    step.skip('the download site does not answer; going on');
    return undefined;
  }
  if (!isNewerThan(offer, LAST_CLI_WITHOUT_TIME_SKIPPING)) {
    step.skip(`release ${offer} has no virtual time; going on`);
    return undefined;
  }
  step.update(`downloading release ${offer}`);
  const folder = downloadFolder(env);
  mkdirSync(folder, { recursive: true });
  const arrived = await runDownload(folder);
  if (!arrived) {
    step.skip('the download did not succeed; going on');
    return undefined;
  }
  step.done(`release ${offer}`);
  return downloadedTemporal(env);
}

/** Asks which release the SDK would get. Undefined without an answer in time. */
async function offeredRelease(): Promise<string | undefined> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const query = `platform=${system}&arch=${arch}&sdk-name=sdk-typescript&sdk-version=${sdkVersion()}`;
  try {
    const answer = await fetch(`https://temporal.download/cli/default?${query}`, {
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const { archiveUrl } = (await answer.json()) as { archiveUrl?: string };
    return /(\d+\.\d+\.\d+)/.exec(archiveUrl ?? '')?.[1];
  } catch {
    return undefined;
  }
}

function runDownload(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', DOWNLOAD_SCRIPT, folder], {
      cwd: projectRoot(),
      stdio: 'ignore',
      timeout: DOWNLOAD_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function downloadFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), `temporal-download-${sdkVersion()}`);
}

function sdkVersion(): string {
  return (require('@temporalio/testing/package.json') as { version: string }).version;
}

function isNewerThan(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}
