/**
 * One HTTP call, with everything the adapters share: guarded address, timeout, no redirects, bounded reply, and the
 * sorting of failures into "later" and "never".
 */
import type { EpochMs } from '../domain/ticket/types';
import { underSignal } from './deadline';
import type { UrlGuard } from './outgoing-url';
import { isPermanent, isTransient, PermanentDeliveryError, TransientDeliveryError } from './ports';
import { safeDetail, type Secret } from './secret';

/** What the HTTP adapters need from their surroundings. */
export interface HttpDeps {
  guard: UrlGuard;
  now(): EpochMs;
  /** For the whole call, connection and reply included. Default 10 s. */
  timeoutMs?: number;
}

export interface HttpCall {
  provider: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers?: Record<string, string>;
  /** Sent as it is. */
  body?: string;
  signal: AbortSignal;
  /** Taken out of every message. */
  secrets: readonly Secret[];
  /** 4xx codes of this provider that mean "later", besides 408, 425 and 429. */
  transient?: readonly number[];
}

/** An answer of class 2xx. */
export interface HttpReply {
  status: number;
  /** At most 1 MiB. */
  text: string;
}

const MAX_REPLY_BYTES = 1024 * 1024;
const MAX_RETRY_AFTER_MS = 3_600_000;
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Makes the call. 2xx is returned; 408, 425, 429, 5xx, a timeout and any network failure are transient (with the
 * provider's `Retry-After`, at most an hour); a redirect and every other status are permanent.
 */
export async function callHttp(deps: HttpDeps, call: HttpCall): Promise<HttpReply> {
  const timeoutMs = deps.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  let reply: HttpReply & { retryAfter: string | null };
  try {
    reply = await underSignal(call.signal, timeoutMs, async (signal) => {
      const url = await orAborted(deps.guard(call.url), signal);
      const response = await fetch(url, {
        method: call.method,
        redirect: 'manual',
        signal,
        headers: { 'user-agent': 'Tocsin', ...call.headers },
        ...(call.body === undefined ? {} : { body: call.body }),
      });
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        text: await boundedText(response),
      };
    });
  } catch (error) {
    if (isPermanent(error) || isTransient(error)) throw error;
    throw new TransientDeliveryError(`${call.provider}: ${safeDetail(networkReason(error), ...call.secrets)}`);
  }
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw failure(call, reply, deps.now());
}

/** `Retry-After` in milliseconds from `now`: seconds or an HTTP date, at most an hour; undefined if it is neither. */
export function retryAfterMs(header: string | null, now: EpochMs): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

function failure(call: HttpCall, reply: HttpReply & { retryAfter: string | null }, now: EpochMs): Error {
  const { status } = reply;
  if (status >= 300 && status < 400) {
    return new PermanentDeliveryError(`${call.provider} answered ${status}: redirects are not followed`);
  }
  const words = safeDetail(reply.text, ...call.secrets);
  const message = `${call.provider} answered ${status}${words === '' ? '' : `: ${words}`}`;
  const later = status >= 500 || [408, 425, 429, ...(call.transient ?? [])].includes(status);
  return later
    ? new TransientDeliveryError(message, { retryAfterMs: retryAfterMs(reply.retryAfter, now) })
    : new PermanentDeliveryError(message);
}

/** Reads no more than the bound: an endless reply must not fill the worker's memory. */
async function boundedText(response: Response): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MAX_REPLY_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `fetch failed` says nothing; its cause has the system's code. Never the URL, which may be a secret. */
function networkReason(error: unknown): string {
  // No instanceof: the system's errors may come from another realm.
  const outer = error as { cause?: unknown } | null | undefined;
  const { name, message, code } = (outer?.cause ?? outer ?? {}) as { name?: string; message?: string; code?: unknown };
  if (name === 'DeadlineError') return message ?? name;
  return typeof code === 'string' ? `the connection failed (${code})` : `the call failed (${name ?? 'unknown'})`;
}

/** DNS look-ups take no signal: leave one behind rather than wait for it. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
