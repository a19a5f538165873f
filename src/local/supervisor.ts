import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from './processes';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;
/** A part that ran this long is well again: its next pause is the first one. */
const HEALTHY_AFTER_MS = 30_000;

/**
 * Starts a part and keeps it running: one that dies is started again after 1 s, then 2 s, up to 10 s. The first start is
 * the caller's: it rejects when that fails.
 */
export async function supervise<T extends Service>(
  start: (stopping: AbortSignal) => Promise<T>,
  say: (text: string) => void = () => undefined,
): Promise<Service & { readonly current: () => T }> {
  const stopped = new AbortController();
  let current = await start(stopped.signal);
  const { name } = current;
  const keepRunning = async () => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!stopped.signal.aborted) {
      const began = Date.now();
      const how = await current.exited;
      if (Date.now() - began > HEALTHY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      for (let alive = false; !alive && !stopped.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        if (!alive) say(`${name} ${how}; starting it again in ${pauseMs / 1000} s.`);
        await delay(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        if (stopped.signal.aborted) return;
        try {
          current = await start(stopped.signal);
          alive = true;
          say(`${name} is running again.`);
        } catch (error) {
          say(`${name} did not start: ${(error as Error).message.split('\n')[0]}`);
        }
      }
    }
  };
  const kept = keepRunning();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    stopped.abort();
    await current.stop();
    await kept;
    await current.stop(); // one that was just being started
  };
  return {
    name,
    get pid() {
      return current.pid;
    },
    exited: kept.then(() => 'was stopped'),
    stop: () => (stopping ??= stop()),
    current: () => current,
  };
}
