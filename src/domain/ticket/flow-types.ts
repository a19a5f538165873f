/** What is known of a flow that runs on a ticket, or has run. Plain JSON, as all state. */
import type { Json, JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';

/** One message of the dialogue, oldest first. `from` is `customer`, `agent` or `bot`. */
export interface Said {
  at: EpochMs;
  from: string;
  text: string;
}

/** A field that a dialogue fills. */
export interface CollectedField {
  value?: Json;
  /** How often it was asked for. */
  attempts: number;
  open: boolean;
}

export interface FlowState {
  /** The state it stands in, or in which it ended. */
  state: string;
  running: boolean;
  enteredAt: EpochMs;
  startedAt: EpochMs;
  endedAt?: EpochMs;
  outcome?: string;
  /** Every state it went through, in order. */
  path: string[];
  /** Facts it waits for. */
  pending: string[];
  /** What the pending facts are for: the state's own question, or a message in it. */
  waits: 'facts' | 'message' | 'task' | 'customer' | 'nothing';
  /** The customer's message in hand. */
  message?: JsonObject;
  /** Messages of the customer since the start. */
  turns: number;
  collected: Record<string, CollectedField>;
  /** The field asked for last. */
  asking?: string;
  /** The newest extraction had no answer. */
  failed: boolean;
  /** Since when nobody has answered, how many rows of silence have been given, and when the next is due. */
  silentSince?: EpochMs;
  silences: number;
  silenceDue?: EpochMs;
}

/** What is known of a fact that was asked: its value, score, and whether it counts as known. */
export interface FactState {
  value: Json;
  score: Json;
  at: EpochMs;
  known: boolean;
  members?: string[];
  /** Why a model said so. */
  reasons?: string[];
}
