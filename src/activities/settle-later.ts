/**
 * Settles ledger rows in the background while PostgreSQL is away, so that a page never waits for it.
 */
import type { Delivery, Receipt } from '../domain/ticket/types';
import type { LedgerPort, SettleLaterPort } from './delivery-ports';
import type { DeliveryLog } from './ports';

export interface SettleLaterOptions {
  /** Between rounds of retries. Default 5 s. */
  everyMs?: number;
  /** Receipts kept at most; the oldest is given up, with a line in the log. Default 10,000. */
  capacity?: number;
}

/** A background settler; `idle` resolves when nothing is left, `close` gives up what is. */
export interface SettleLater extends SettleLaterPort {
  readonly pending: number;
  idle(): Promise<void>;
  close(): void;
}

/** Best effort: what is lost with the process is found by the reconciler, which compares ledger and Temporal. */
export function createSettleLater(ledger: LedgerPort, log: DeliveryLog, options: SettleLaterOptions = {}): SettleLater {
  const { everyMs = 5000, capacity = 10_000 } = options;
  const rows = new Map<string, { delivery: Delivery; receipt: Receipt }>();
  const waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let closed = false;

  async function round(): Promise<void> {
    running = true;
    timer = undefined;
    try {
      for (const [key, row] of rows) {
        // Away from the head while it is tried: a row the store refuses must not hold up the others.
        rows.delete(key);
        rows.set(key, row);
        await ledger.settle(row.delivery, row.receipt);
        if (rows.get(key) === row) rows.delete(key);
      }
    } catch {
      // Still away: the whole queue waits for the next round.
    } finally {
      running = false;
      if (closed || rows.size === 0) for (const done of waiting.splice(0)) done();
      else timer = setTimeout(() => void round(), everyMs).unref();
    }
  }

  return {
    get pending() {
      return rows.size;
    },
    settleLater(delivery, receipt) {
      if (closed) return;
      if (rows.size >= capacity) {
        const [oldest] = rows.keys();
        if (oldest !== undefined) rows.delete(oldest);
        log.warn('a receipt was given up: too many wait for the ledger', { key: oldest });
      }
      rows.set(delivery.key, { delivery, receipt });
      if (!running && timer === undefined) void round();
    },
    idle: () => (rows.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close() {
      closed = true;
      rows.clear();
      clearTimeout(timer);
      for (const done of waiting.splice(0)) done();
    },
  };
}
