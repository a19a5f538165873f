/** What customers' routes need of the store and of tickets. */
import type { PublicTicket } from '../domain/ticket/public-view';
import type { EpochMs } from '../domain/time/instants';
import type { Conversation } from '../store/conversations';
import type { OwnTicket } from '../store/portal';

/** Tickets by whose they are. Errors: ESC_STORE_UNAVAILABLE, ESC_ENGINE_UNAVAILABLE. */
export interface PortalPort {
  own(email: string): Promise<OwnTicket[]>;
  /** One of them by number or id; undefined for another's and for none. */
  find(email: string, ticket: string): Promise<OwnTicket | undefined>;
  /** What its customer may see; whose it is was asked before. */
  view(id: string): Promise<PublicTicket>;
}

/** Conversations with assistants. Errors: ESC_STORE_UNAVAILABLE. */
export interface ConversationPort {
  find(id: string): Promise<Conversation | undefined>;
  /** Errors: ESC_IDEMPOTENCY_CONFLICT. */
  save(one: Conversation, now: EpochMs): Promise<void>;
  /** Conversations that wait for somebody in a queue, without one. */
  waiting(queue: string, except: string): Promise<number>;
}
