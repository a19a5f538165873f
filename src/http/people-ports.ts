/** What the routes of people and on-call duty need of the rest. */
import type { CompiledPack } from '../domain/policy/types';
import type { EpochMs } from '../domain/time/instants';
import type { OnCallOverride } from '../oncall/resolve';
import type { Feed } from '../store/feeds';

/** The packs that were published. */
export interface PolicyPort {
  /** The pack new tickets run under, or the active version of the one named. Errors: ESC_PACK_UNKNOWN. */
  active(pack?: string): Promise<CompiledPack>;
}

/** Stand-ins and calendar feeds. Errors: ESC_STORE_UNAVAILABLE. */
export interface OnCallPort {
  /** Stand-ins that end after `since`, oldest first. */
  overrides(since: EpochMs): Promise<OnCallOverride[]>;
  /** Errors: ESC_FIELD_INVALID. */
  addOverride(override: OnCallOverride & { by: string }, now: EpochMs): Promise<number>;
  /** The secret of a new feed. */
  makeFeed(feed: Feed & { by: string }, now: EpochMs): Promise<string>;
  /** Errors: ESC_NOT_FOUND. */
  feed(token: string): Promise<Feed>;
}
