/** The command line's side of the HTTP API: where it is, which key, and what to do when an answer is missing. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TocsinError, ERRORS, type ErrorCode } from '../domain/errors';
import type { JsonObject } from '../domain/policy/types';
import { dataDirectory } from '../local/paths';
import { runningStack } from '../local/stack-file';

/** How often a call whose outcome is unknown is repeated, with the same command id and instant (design.md, decision 14). */
const REPEATS = 20;
const PAUSE_MS = 1_000;
/** How often an address is tried where nobody listens: an API that starts again is back soon, a wrong address never. */
const CONNECTS = 3;

/** Where the API is, and the key it wants. */
export interface ApiSettings {
  url: string;
  key: string;
}

/** Where the local stack leaves the key that `npm start` printed: readable by its owner only. */
export const keyFile = (folder: string): string => join(folder, 'api-key');

/** TOCSIN_URL and TOCSIN_API_KEY, or the stack that runs here. Throws with the way out when there is neither. */
export function apiSettings(env: NodeJS.ProcessEnv = process.env): ApiSettings {
  const folder = dataDirectory(env);
  const stack = runningStack(folder);
  const url = env['TOCSIN_URL'] ?? stack?.url;
  if (!url)
    throw new TocsinError(
      'ESC_ENGINE_UNAVAILABLE',
      'no stack is running here; start one with `npm start`, or set TOCSIN_URL and TOCSIN_API_KEY',
    );
  const key = env['TOCSIN_API_KEY'] ?? readKey(folder);
  if (!key)
    throw new TocsinError(
      'ESC_UNAUTHENTICATED',
      'no API key; set TOCSIN_API_KEY (npm start printed one at its first start)',
    );
  return { url: url.replace(/\/$/, ''), key };
}

function readKey(folder: string): string | undefined {
  try {
    return readFileSync(keyFile(folder), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Calls of the API, repeated where the outcome is unknown. Throws TocsinError with the catalogue's code. */
export class Api {
  constructor(
    private readonly settings: ApiSettings,
    private readonly say: (text: string) => void = () => undefined,
  ) {}

  get<T = JsonObject>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  /** A POST that may be repeated: `idempotencyKey` is the same in every try. */
  post<T = JsonObject>(path: string, body: JsonObject, idempotencyKey: string = randomUUID()): Promise<T> {
    return this.call<T>('POST', path, body, idempotencyKey);
  }

  /** An answer that is no JSON, as it is. */
  async text(path: string): Promise<string> {
    const response = await fetch(`${this.settings.url}${path}`, {
      headers: { authorization: `Bearer ${this.settings.key}`, accept: 'text/csv' },
    }).catch((error: unknown) => {
      throw new TocsinError('ESC_ENGINE_UNAVAILABLE', `${this.settings.url} does not answer (${reasonOf(error)})`);
    });
    const body = await response.text();
    if (response.ok) return body;
    throw this.refusal(response.status, readJson(body, `${this.settings.url} (HTTP ${response.status})`));
  }

  private refusal(status: number, parsed: JsonObject): TocsinError {
    const code =
      typeof parsed['code'] === 'string' && parsed['code'] in ERRORS ? (parsed['code'] as ErrorCode) : 'ESC_INTERNAL';
    return new TocsinError(code, String(parsed['detail'] ?? parsed['title'] ?? `HTTP ${status}`), parsed);
  }

  private async call<T>(method: string, path: string, body?: JsonObject, idempotencyKey?: string): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once<T>(method, path, body, idempotencyKey);
      } catch (error) {
        const known = error instanceof TocsinError ? error : undefined;
        if (!known || !ERRORS[known.code].retryable || known.code === 'ESC_INTERNAL') throw error;
        if (tries >= (known.details['unreachable'] === true ? CONNECTS : REPEATS)) throw error;
        if (tries === 1) this.say(`${known.message}; trying again…`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  private async once<T>(method: string, path: string, body?: JsonObject, idempotencyKey?: string): Promise<T> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.settings.key}`,
      accept: 'application/json',
    };
    if (body) headers['content-type'] = 'application/json';
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
    const response = await fetch(`${this.settings.url}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch((error: unknown) => {
      const reason = reasonOf(error);
      throw new TocsinError('ESC_ENGINE_UNAVAILABLE', `${this.settings.url} does not answer (${reason})`, {
        unreachable: !/ECONNRESET|EPIPE|TIMEOUT|UND_ERR_SOCKET/.test(reason),
      });
    });
    const parsed = readJson(await response.text(), `${this.settings.url} (HTTP ${response.status})`);
    if (response.ok) return parsed as T;
    throw this.refusal(response.status, parsed);
  }
}

/** What the network says; the cause of a failed `fetch` tells more than its message. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

function readJson(text: string, from: string): JsonObject {
  try {
    return text === '' ? {} : (JSON.parse(text) as JsonObject);
  } catch {
    throw new TocsinError('ESC_INTERNAL', `${from} did not answer in JSON; is it Tocsin's API?`);
  }
}
