/** How a version of a pack reaches tickets: compiled from `rollout`, read at each opening. */
import type { Cel, Json, JsonObject, OfKinds } from './types';

/** What a pack does on a ticket: all of it; deciding and recording only; nothing. */
export type Side = 'live' | 'shadow' | 'off';

/** The name of the rollout that covers a whole pack. */
export const WHOLE = 'all';

export interface RolloutDef extends OfKinds {
  name: string;
  clauses: string[];
  /** What the names of its constructs begin with; empty for the whole pack. A part of a composite pack has its prefix. */
  prefix: string;
  /** Whose stable hash puts a ticket in or out. */
  key: Cel;
  /** Shares in percent, rising. */
  steps: number[];
  rest: Exclude<Side, 'live'>;
  /** The share in percent until somebody sets one. */
  start: number;
  /** How long a share stands before the next may follow, in ms. */
  stay?: number;
  /** Where it does not hold, the next share is not taken. */
  nextWhen?: Cel;
  /** What is set beside each other of a ticket in shadow. */
  compare?: {
    /** What the pack came to, and what the people came to. */
    bot: Cel;
    person: Cel;
    /** What each conclusion of the pack means in the people's words; one that is not listed leaves the ticket to people. */
    same: Record<string, Json[]>;
  };
}

/** Where a ticket stands, said once at its opening. */
export interface Standing {
  side: Side;
  /** The share that was in force, in percent. */
  share: number;
  /** The ticket's own place, from 0 to below 100: it is in where that is below the share. */
  place: number;
}

/** Fields and tags as a rollout in shadow would have set them, over those of the ticket. */
export interface ShadowCopy {
  fields: JsonObject;
  tagged: string[];
  untagged: string[];
}
