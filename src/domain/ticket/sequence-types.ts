import type { JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';

/** Actions of which each waits for the receipt of the one before: where they stand, and what they wait for. */
export interface SequenceState {
  name: string;
  /** The place of the list in the pack (`rules.x.do`). */
  source: string;
  clauses: string[];
  /** The voice whose messages they are. */
  voice?: string;
  next: number;
  anchorSeq: number;
  event: JsonObject;
  /** Deliveries to be settled; one with a deadline is waited for until then. */
  waits: { key: string; until: EpochMs | null }[];
}
