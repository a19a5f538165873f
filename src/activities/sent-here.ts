/**
 * What this process has sent lately. It bridges the minutes without a ledger: an attempt repeated because one of
 * several recipients failed does not send to the others again.
 */
import type { Receipt } from '../domain/ticket/types';

export interface SentHere {
  remember(receipt: Receipt): void;
  recall(key: string): Receipt | undefined;
}

/** Keeps the newest `capacity` receipts. */
export function sentHere(capacity = 10_000): SentHere {
  const receipts = new Map<string, Receipt>();
  return {
    remember(receipt) {
      receipts.delete(receipt.key);
      receipts.set(receipt.key, receipt);
      if (receipts.size > capacity) {
        const [oldest] = receipts.keys();
        if (oldest !== undefined) receipts.delete(oldest);
      }
    },
    recall: (key) => receipts.get(key),
  };
}

/** A claim together with what was remembered for it. `ours`: the ledger answered. */
export function reusable(receipt: Receipt | undefined, ours: boolean): { ours: boolean; receipt?: Receipt } {
  return receipt === undefined ? { ours } : { ours, receipt };
}
