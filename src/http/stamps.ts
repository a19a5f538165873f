/** Command instants: stamped once, at the trusted edge (design.md, decisions 8 and 14). */
import { TocsinError } from '../domain/errors';
import type { EpochMs } from '../domain/time/instants';

/** How long a first instant is remembered, and how far back a trusted key may state one. */
export const STAMP_KEPT_MS = 15 * 60_000;
const MAX_STAMPS = 50_000;

interface Stamp {
  at: EpochMs;
  stampedAt: EpochMs;
  request: string;
}

/**
 * Remembers the first instant of each command id. A repeat after ESC_OUTCOME_UNKNOWN thus counts from when the command was first
 * given, and nobody has to be believed about it. Kept in memory: after a restart a repeat counts from the repeat.
 */
export class Stamps {
  private readonly stamps = new Map<string, Stamp>();

  /**
   * The instant of a command: that of its first try, else `at`. `request` says what was asked.
   * Errors: ESC_IDEMPOTENCY_CONFLICT when the id was used for something else.
   */
  first(ticket: string, commandId: string, at: EpochMs, now: EpochMs, request: string): EpochMs {
    const id = `${ticket} ${commandId}`;
    const before = this.stamps.get(id);
    if (before && now - before.stampedAt < STAMP_KEPT_MS) {
      if (before.request === request) return before.at;
      throw new TocsinError(
        'ESC_IDEMPOTENCY_CONFLICT',
        `the command id "${commandId}" was used before on ${ticket} for another command; give a new one`,
        { commandId },
      );
    }
    this.stamps.delete(id);
    this.stamps.set(id, { at, stampedAt: now, request });
    const oldest = this.stamps.size > MAX_STAMPS ? this.stamps.keys().next().value : undefined;
    if (oldest !== undefined) this.stamps.delete(oldest);
    return at;
  }

  /** After a refusal: the command did not happen, so that its id may be used again from a later instant. */
  forget(ticket: string, commandId: string): void {
    this.stamps.delete(`${ticket} ${commandId}`);
  }
}
