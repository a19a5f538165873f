import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackPorts } from './ports';
import { isStillRunning, type ProcessIdentity } from './processes';

/** What `stack.json` in the data folder tells other commands about a running stack. Has secrets: mode 0600. */
export interface StackInfo {
  /** The process that runs the stack (`tocsin up`). */
  readonly owner: ProcessIdentity;
  readonly startedAt: string;
  /** True once everything answered. */
  readonly ready: boolean;
  /** The HTTP API and console. */
  readonly url: string;
  readonly ports: StackPorts;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Absent when Temporal is an external one. */
  readonly temporalUiUrl?: string | undefined;
  readonly smtpUrl: string;
  /** Absent when mail goes to an SMTP server of one's own. */
  readonly mailboxUrl?: string | undefined;
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
}

/** Writes `stack.json` so that a reader sees the old text or the new one. */
export function writeStackFile(dataDir: string, info: StackInfo): void {
  const file = stackFile(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The last stack's file, running or not. */
export function readStackFile(dataDir: string): StackInfo | undefined {
  try {
    return JSON.parse(readFileSync(stackFile(dataDir), 'utf8')) as StackInfo;
  } catch {
    return undefined;
  }
}

/** The stack that runs on this data folder now, for a command in another terminal. */
export function runningStack(dataDir: string): StackInfo | undefined {
  const info = readStackFile(dataDir);
  return info && isStillRunning(info.owner) ? info : undefined;
}

/** Where the file is. */
export function stackFile(dataDir: string): string {
  return join(dataDir, 'stack.json');
}
