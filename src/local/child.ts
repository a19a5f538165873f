import { existsSync } from 'node:fs';
import { LocalStackError } from './local-stack-error';
import { launch, pollUntil, tail, type Service } from './processes';

/** A program of Tocsin's own that the stack runs. */
export interface ChildSpec {
  /** Shown in progress lines; in lower case the name of its log. */
  readonly name: string;
  /** Node script, absolute. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Added to the stack's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ready when it prints a JSON line with `"ready": true`, or when this URL answers 2xx. */
  readonly ready: 'line' | { readonly url: string };
  /** Default 60 s. */
  readonly readyWithinMs?: number;
  /** How long it may take to end after SIGTERM; default 4 s. */
  readonly stopGraceMs?: number;
}

/** What the stack gives a child. */
export interface ChildSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Breaks the wait for readiness off. */
  readonly signal?: AbortSignal | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/**
 * Starts a child and waits until it is ready.
 * @throws LocalStackError with the end of its log when it ends first, or is not ready in time
 */
export async function startChild(
  spec: ChildSpec,
  { env, logFile, signal, onSpawn }: ChildSurroundings,
): Promise<Service> {
  if (!existsSync(spec.script)) {
    throw new LocalStackError(`${spec.script} is missing.`, 'Build Tocsin: npm run build.');
  }
  let ready = false;
  let rest = '';
  const child = launch({
    name: spec.name,
    command: process.execPath,
    args: [spec.script, ...(spec.args ?? [])],
    env: { ...env, ...spec.env },
    logFile,
    onSpawn,
    stopSignals: [['SIGTERM', spec.stopGraceMs ?? 4_000]],
    onOutput: (text) => {
      if (ready) return;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      ready = lines.some(saysReady);
    },
  });
  let gone: string | undefined;
  void child.exited.then((how) => (gone = how));
  const ask = () => {
    if (gone) throw new Error(`it ${gone}`);
    signal?.throwIfAborted();
    return spec.ready === 'line' ? ready : answers(spec.ready.url);
  };
  try {
    await pollUntil(ask, { what: 'readiness', deadlineMs: spec.readyWithinMs ?? 60_000, everyMs: 50 });
    return child;
  } catch (error) {
    await child.stop();
    throw new LocalStackError(
      `${spec.name} did not start: ${(error as Error).message}\n${tail(logFile)}`,
      `Its log is ${logFile}.`,
      { cause: error },
    );
  }
}

function saysReady(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    return (JSON.parse(line) as { ready?: unknown }).ready === true;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
