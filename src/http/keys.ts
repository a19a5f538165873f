/** API keys as the API holds them: a short memory, so that a page can be acknowledged while PostgreSQL is down. */
import { createHash } from 'node:crypto';
import { TocsinError } from '../domain/errors';
import type { ApiKey, KeyPort } from './ports';

/** What a secret looks like; anything else is refused without asking the store. */
const SECRET = /^tocsin_[A-Za-z0-9_-]{8,200}$/;
const BEARER = /^Bearer +(\S+) *$/i;

export interface KeyRingOptions {
  /** How long a verified key is taken without asking again. Default 1 s: the store itself remembers keys for 30 s. */
  freshMs?: number;
  /** How long it is taken when the store does not answer. Default one hour. */
  staleMs?: number;
  /** How long the store may think before a remembered key is taken. Default 1 s. */
  waitMs?: number;
  /** Default 10,000. */
  maxKeys?: number;
  now?: () => number;
}

/** While the store is away it is asked this often, so that not every request waits for it. */
const ASK_AGAIN_MS = 5_000;

interface Remembered {
  key: ApiKey;
  verifiedAt: number;
  /** Before this instant the key is taken as it is. */
  askAfter: number;
}

export class KeyRing {
  private readonly remembered = new Map<string, Remembered>();
  private readonly options: Required<KeyRingOptions>;

  constructor(
    private readonly port: KeyPort,
    options: KeyRingOptions = {},
  ) {
    this.options = { freshMs: 1_000, staleMs: 3_600_000, waitMs: 1_000, maxKeys: 10_000, now: Date.now, ...options };
  }

  /** A key that was verified before, without asking: whose requests are counted together. Grants nothing. */
  known(secret: string | undefined): ApiKey | undefined {
    return secret === undefined ? undefined : this.remembered.get(digest(secret))?.key;
  }

  /** The key of a secret, or undefined. Errors: ESC_STORE_UNAVAILABLE for one that nobody remembers while the store is away. */
  async verify(secret: string): Promise<ApiKey | undefined> {
    if (!SECRET.test(secret)) return undefined;
    const { freshMs, staleMs, maxKeys, now } = this.options;
    const id = digest(secret);
    const before = this.remembered.get(id);
    if (before && now() < before.askAfter) return before.key;
    let key: ApiKey | undefined;
    try {
      key = await this.ask(secret);
    } catch (error) {
      if (!before || now() - before.verifiedAt >= staleMs) throw error;
      before.askAfter = Math.min(now() + ASK_AGAIN_MS, before.verifiedAt + staleMs);
      return before.key;
    }
    this.remembered.delete(id);
    if (!key) return undefined;
    this.remembered.set(id, { key, verifiedAt: now(), askAfter: now() + freshMs });
    const oldest = this.remembered.size > maxKeys ? this.remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.remembered.delete(oldest);
    return key;
  }

  private async ask(secret: string): Promise<ApiKey | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new TocsinError('ESC_STORE_UNAVAILABLE', 'the store did not answer in time')),
        this.options.waitMs,
      );
    });
    try {
      return await Promise.race([this.port.verify(secret), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The secret of an Authorization header, or undefined. */
export function bearerOf(header: string | undefined): string | undefined {
  return BEARER.exec(header ?? '')?.[1];
}

/** Secrets are not kept, not even in memory. */
const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64');
