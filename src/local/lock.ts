import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isStillRunning, type ProcessIdentity } from './processes';

/** Who holds a lock. */
export interface LockHolder extends ProcessIdentity {
  readonly nonce: string;
}

/** A lock that was taken, or who has it. */
export type LockAttempt =
  { readonly taken: true; readonly release: () => void } | { readonly taken: false; readonly holder: LockHolder };

/**
 * Takes a lock file for this process. A file left by a process that is gone is taken over.
 * The folder must exist.
 */
export function tryLock(path: string): LockAttempt {
  const mine: LockHolder = { ...identify(process.pid), nonce: randomUUID() };
  const draft = `${path}.${mine.nonce}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, path); // appears with its content, or not at all
        return { taken: true, release: () => releaseLock(path, mine) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readLock(path);
      if (holder && isStillRunning(holder)) return { taken: false, holder };
      removeStale(path, holder, draft);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Runs `work` while holding the lock; waits while another process holds it, telling `onWait` once. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: { onWait?: (holder: LockHolder) => void; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  for (let waited = false; ; waited = true) {
    const attempt = tryLock(path);
    if (attempt.taken) {
      try {
        return await work();
      } finally {
        attempt.release();
      }
    }
    if (!waited) onWait?.(attempt.holder);
    await delay(200, undefined, { ...(signal && { signal }) });
  }
}

/** The holder named in a lock file, or undefined when there is none that can be read. */
export function readLock(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

function releaseLock(path: string, mine: LockHolder): void {
  if (readLock(path)?.nonce === mine.nonce) rmSync(path, { force: true });
}

/** Two processes may see the same stale lock: whoever moved away a fresh one by mistake puts it back. */
function removeStale(path: string, stale: LockHolder | undefined, draft: string): void {
  const aside = `${draft}.stale`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readLock(aside)?.nonce !== stale?.nonce) {
    try {
      linkSync(aside, path);
    } catch {
      // Someone holds a newer lock already; the one set aside belongs to nobody.
    }
  }
  rmSync(aside, { force: true });
}
