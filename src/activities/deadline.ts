/**
 * Waiting with an end. Timers are always cleared, so that nothing keeps a process or a test open.
 */

/** Thrown by {@link withDeadline} when the time is up; the work itself goes on unobserved. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** The result of `work`, or {@link DeadlineError} after `ms`. A later failure of the work is swallowed. */
export async function withDeadline<T>(ms: number, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} gave no answer within ${ms} ms`)), ms);
  });
  const running = work();
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` under a signal that aborts with `parent` or after `ms`. Own timer instead of `AbortSignal.any` with
 * `AbortSignal.timeout`, which Node 20 may collect before it fires.
 */
export async function underSignal<T>(
  parent: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(parent.reason);
  const timer = setTimeout(() => controller.abort(new DeadlineError(`no answer within ${ms} ms`)), ms);
  if (parent.aborted) stop();
  else parent.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', stop);
  }
}
