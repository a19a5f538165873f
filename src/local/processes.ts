import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process number together with when it started, so that a reused number is not mistaken for ours. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, from `/proc`; null where the system does not tell. */
  readonly started: string | null;
}

/** A part of the stack that runs until it is stopped or dies. */
export interface Service {
  readonly name: string;
  /** Undefined for a part that lives in this process. */
  readonly pid: number | undefined;
  /** Resolves (never rejects) with a sentence when the part is gone, asked or not. */
  readonly exited: Promise<string>;
  /** Ends the part, forcibly when its grace is over; resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** Whether a process of this number exists (a zombie does not count). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processState(pid) !== 'Z';
}

/** The identity of a running process. */
export function identify(pid: number): ProcessIdentity {
  return { pid, started: statFields(pid)?.[19] ?? null };
}

/** Whether the very process that was identified is still there. */
export function isStillRunning(identity: ProcessIdentity): boolean {
  return isAlive(identity.pid) && (identity.started === null || identify(identity.pid).started === identity.started);
}

/** The command line of a process, or an empty string where it cannot be read. */
export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/**
 * Asks until the answer is truthy.
 * @throws Error naming `what` when `deadlineMs` (a duration) has passed
 */
export async function pollUntil<T>(
  ask: () => T | Promise<T>,
  { what, deadlineMs, everyMs = 25 }: { what: string; deadlineMs: number; everyMs?: number },
): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${deadlineMs / 1000} s`);
    await delay(everyMs);
  }
}

/** Sends signals in turn, each with its grace, until the process is gone. A stopped (SIGSTOP) process is continued. */
export async function endProcess(
  identity: ProcessIdentity,
  signals: readonly (readonly [NodeJS.Signals, number])[],
): Promise<void> {
  for (const [signal, graceMs] of signals) {
    if (!isStillRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
      process.kill(identity.pid, 'SIGCONT');
    } catch {
      return;
    }
    const end = Date.now() + graceMs;
    while (isStillRunning(identity) && Date.now() < end) await delay(20);
  }
}

/** How a program of the stack is started and ended. */
export interface LaunchOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly cwd?: string;
  /** Run as this user and group (root only). */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Signals in turn with the grace of each, in milliseconds; SIGKILL is always added. */
  readonly stopSignals: readonly (readonly [NodeJS.Signals, number])[];
  /** Receives standard output as it comes; it is in the log as well. */
  readonly onOutput?: (text: string) => void;
  /** Called at once with the process number, before the program is ready for anything. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C in a terminal reaches only this process, which then
 * ends all parts in order. Output goes to `logFile`.
 */
export function launch(options: LaunchOptions): Service & { readonly pid: number } {
  const log = openSync(options.logFile, 'a', 0o600);
  const piped = options.onOutput !== undefined;
  const spawnOptions: SpawnOptions = {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', piped ? 'pipe' : log, log],
    ...options.owner,
  };
  let child: ChildProcess;
  try {
    child = spawn(options.command, options.args, spawnOptions);
  } catch (error) {
    closeSync(log);
    throw error;
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
  if (piped) forwardOutput(child, log, options.onOutput);
  else closeSync(log);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity) options.onSpawn?.(identity.pid);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    if (identity) await endProcess(identity, [...options.stopSignals, ['SIGKILL', 5_000]]);
    await exited;
  };
  return { name: options.name, pid: child.pid ?? -1, exited, stop: () => (stopping ??= stop()) };
}

function forwardOutput(child: ChildProcess, log: number, onOutput: LaunchOptions['onOutput']): void {
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    writeSync(log, text);
    onOutput?.(text);
  });
  child.once('close', () => closeSync(log));
}

/** The last lines of a log, for a message about a part that failed. */
export function tail(file: string, lines = 8): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

function processState(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

/** Fields of `/proc/PID/stat` after the command's name, the state first; the name may hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
