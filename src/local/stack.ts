import { join } from 'node:path';
import { startChild, type ChildSpec } from './child';
import { LocalStackError } from './local-stack-error';
import { tryLock } from './lock';
import { freshLog } from './logs';
import { startMailbox } from './mailbox';
import { dataDirectory, makePrivateDirectory, projectRoot } from './paths';
import { choosePorts, type StackPorts } from './ports';
import { pingPostgres, startPostgres } from './postgres';
import { endProcess, identify, isStillRunning, type Service } from './processes';
import { createProgress, type Progress } from './progress';
import { readStackFile, writeStackFile, type StackInfo } from './stack-file';
import { supervise } from './supervisor';
import { ensureTemporal } from './temporal-binary';
import { prepareExternalTemporal } from './temporal-external';
import { NAMESPACE, startTemporal } from './temporal-server';

/** What the children's list is made from. */
export interface ChildContext {
  /** Environment of every child: addresses of all parts. */
  readonly env: NodeJS.ProcessEnv;
  readonly ports: StackPorts;
  readonly dataDir: string;
}

/** How a stack is started; everything has a default for `npm start`. */
export interface StackOptions {
  /** Read for TOCSIN_PORT, TOCSIN_DATA_DIR, DATABASE_URL, TEMPORAL_ADDRESS, SMTP_URL …, and given to the children. */
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /** Breaks the start off; what was started is stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Started in this order, ended in reverse; default: worker, then API. */
  readonly children?: (context: ChildContext) => readonly ChildSpec[];
  /** Runs when PostgreSQL answers, before anything uses it: the place for migrations. */
  readonly afterDatabase?: (databaseUrl: string) => Promise<void>;
  readonly afterReady?: (info: StackInfo) => Promise<void>;
}

/** A local stack under way. */
export interface Stack {
  readonly info: () => StackInfo;
  /** Ends every part in reverse order, within 15 s, leaving no process. Safe to call twice. */
  stop(): Promise<void>;
}

/** After this, whatever has not ended is killed. */
const STOP_DEADLINE_MS = 13_000;

/** The programs of a stack: the worker and the API. */
export function defaultChildren({ ports }: ChildContext): ChildSpec[] {
  const script = (room: string) => join(projectRoot(), 'dist', 'src', room, 'main.js');
  return [
    { name: 'Worker', script: script('worker'), ready: 'line' },
    { name: 'API', script: script('http'), ready: { url: `http://127.0.0.1:${ports.http}/readyz` } },
  ];
}

/**
 * Starts PostgreSQL, Temporal, the mailbox, and Tocsin's own programs, each unless an external one is named.
 * @throws LocalStackError when a part does not start; everything started before is stopped first
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { env = process.env, progress = createProgress(), signal } = options;
  const dataDir = dataDirectory(env);
  makePrivateDirectory(dataDir);
  const lock = tryLock(join(dataDir, 'stack.lock'));
  if (!lock.taken) throw alreadyRunning(dataDir, lock.holder.pid);
  const services: Service[] = [];
  let info: StackInfo | undefined;
  const record = (change: Partial<StackInfo>) => {
    if (info) writeStackFile(dataDir, (info = { ...info, ...change }));
  };
  const noting = (name: string) => (pid: number) => {
    const others = info?.processes.filter((process) => process.name !== name) ?? [];
    record({ processes: [...others, { name, ...identify(pid) }] });
  };
  const abandon = () =>
    info?.processes.forEach(({ pid, name }) => kill(pid, name === 'PostgreSQL' ? 'SIGINT' : 'SIGTERM'));
  process.once('exit', abandon);
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= stopServices(services, () => info).finally(() => {
      process.removeListener('exit', abandon);
      record({ ready: false, processes: [] });
      lock.release();
    }));
  const run = <T extends Service>(start: (stopping: AbortSignal) => Promise<T>) =>
    supervise(start, progress.say).then((service) => {
      services.push(service);
      return service;
    });
  const step = async <T>(name: string, work: () => Promise<T>, detail: (result: T) => string): Promise<T> => {
    signal?.throwIfAborted();
    const shown = progress.step(name);
    try {
      const result = await work();
      shown.done(detail(result));
      return result;
    } catch (error) {
      shown.fail('');
      throw error;
    }
  };

  try {
    await endLeftovers(dataDir);
    const ports = await choosePorts(env);
    info = firstInfo(env, ports);
    record({});

    const databaseUrl = await step(
      'PostgreSQL',
      async () => {
        if (env.DATABASE_URL) return env.DATABASE_URL;
        const logFile = freshLog(dataDir, 'postgresql');
        const server = await run(() =>
          startPostgres({ dataDir, port: ports.postgres, logFile, onSpawn: noting('PostgreSQL') }),
        );
        return server.current().url;
      },
      () => (env.DATABASE_URL ? 'external (DATABASE_URL)' : `127.0.0.1:${ports.postgres}`),
    );
    if (env.DATABASE_URL) await pingPostgres(databaseUrl, 10_000).catch(databaseUnreachable);
    record({ databaseUrl });
    if (options.afterDatabase)
      await step(
        'Migrations',
        async () => options.afterDatabase?.(databaseUrl),
        () => '',
      );

    signal?.throwIfAborted();
    const choice = await ensureTemporal({ env, progress, signal });
    const embedded = choice.source !== 'external';
    const temporalAddress = embedded ? `127.0.0.1:${ports.temporal}` : choice.address;
    await step(
      'Temporal',
      async () => {
        if (!embedded) return prepareExternalTemporal(env, progress);
        const logFile = freshLog(dataDir, 'temporal');
        const dbFile = join(dataDir, 'temporal', 'temporal.db');
        const { temporal: port, temporalUi: uiPort } = ports;
        await run(() =>
          startTemporal({ binary: choice.path, port, uiPort, dbFile, logFile, onSpawn: noting('Temporal') }),
        );
      },
      () => (embedded ? `${temporalAddress} (server ${choice.serverVersion}, from ${choice.source})` : temporalAddress),
    );
    record({ temporalAddress, temporalUiUrl: embedded ? `http://127.0.0.1:${ports.temporalUi}` : undefined });

    if (!env.SMTP_URL) {
      const mailbox = await step(
        'Mailbox',
        () => startMailbox({ folder: join(dataDir, 'mailbox'), smtpPort: ports.smtp, httpPort: ports.mailbox }),
        ({ url }) => url,
      );
      services.push(mailbox);
      record({ smtpUrl: mailbox.smtpUrl, mailboxUrl: mailbox.url });
    }

    const context = { env: childEnvironment(env, info, dataDir), ports, dataDir };
    for (const spec of (options.children ?? defaultChildren)(context)) {
      const logFile = freshLog(dataDir, spec.name.toLowerCase());
      const surroundings = { env: context.env, logFile, onSpawn: noting(spec.name) };
      await step(
        spec.name,
        () =>
          run((stopping) =>
            startChild(spec, { ...surroundings, signal: signal ? AbortSignal.any([signal, stopping]) : stopping }),
          ),
        () => (typeof spec.ready === 'object' ? new URL(spec.ready.url).host : ''),
      );
    }
    record({ ready: true });
    signal?.throwIfAborted();
    await options.afterReady?.(info);
    return { info: () => info as StackInfo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a child finds in its environment. */
function childEnvironment(env: NodeJS.ProcessEnv, info: StackInfo, dataDir: string): NodeJS.ProcessEnv {
  return {
    ...env,
    DATABASE_URL: info.databaseUrl,
    TEMPORAL_ADDRESS: info.temporalAddress,
    TEMPORAL_NAMESPACE: info.temporalNamespace,
    SMTP_URL: info.smtpUrl,
    TOCSIN_HOST: '127.0.0.1',
    TOCSIN_PORT: String(info.ports.http),
    TOCSIN_DATA_DIR: dataDir,
    ...(info.mailboxUrl && { TOCSIN_MAILBOX_URL: info.mailboxUrl }),
    ...(info.temporalUiUrl && { TOCSIN_TEMPORAL_UI_URL: info.temporalUiUrl }),
  };
}

function firstInfo(env: NodeJS.ProcessEnv, ports: StackPorts): StackInfo {
  return {
    owner: identify(process.pid),
    startedAt: new Date().toISOString(),
    ready: false,
    url: `http://127.0.0.1:${ports.http}`,
    ports,
    databaseUrl: env.DATABASE_URL ?? '',
    temporalAddress: env.TEMPORAL_ADDRESS ?? '',
    temporalNamespace: env.TEMPORAL_NAMESPACE ?? NAMESPACE,
    smtpUrl: env.SMTP_URL ?? '',
    processes: [],
  };
}

async function stopServices(services: readonly Service[], info: () => StackInfo | undefined): Promise<void> {
  const killAll = setTimeout(() => info()?.processes.forEach(({ pid }) => kill(pid, 'SIGKILL')), STOP_DEADLINE_MS);
  try {
    for (const service of [...services].reverse()) await service.stop();
  } finally {
    clearTimeout(killAll);
  }
}

/** Ends what a stack left behind that was itself killed. The lock is ours, so nobody uses them. */
async function endLeftovers(dataDir: string): Promise<void> {
  for (const left of [...(readStackFile(dataDir)?.processes ?? [])].reverse()) {
    if (!isStillRunning(left)) continue;
    await endProcess(left, [
      [left.name === 'PostgreSQL' ? 'SIGINT' : 'SIGTERM', 4_000],
      ['SIGKILL', 2_000],
    ]);
  }
}

function alreadyRunning(dataDir: string, pid: number): LocalStackError {
  const url = readStackFile(dataDir)?.url;
  return new LocalStackError(
    `Tocsin is already running on ${dataDir} (process ${pid})${url ? ` at ${url}` : ''}.`,
    'Use that one, or stop it first (Ctrl-C in its terminal); another folder: TOCSIN_DATA_DIR=… TOCSIN_PORT=… npm start.',
  );
}

function databaseUnreachable(cause: Error): never {
  throw new LocalStackError(
    `The PostgreSQL that DATABASE_URL names does not answer: ${cause.message}`,
    'Start it, correct DATABASE_URL, or unset it to use the embedded one.',
    { cause },
  );
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}
