/** The customers' ports over store and tickets. */
import type { TicketClient } from '../client/tickets';
import { TocsinError } from '../domain/errors';
import { publicTicket } from '../domain/ticket/public-view';
import type { TicketEvent } from '../domain/ticket/types';
import { readPublished } from '../policies/publish';
import { findConversation, saveConversation } from '../store/conversations';
import type { Database } from '../store/database';
import { readEvents } from '../store/events';
import { ownTicketOf, ticketsOf, waitingIn } from '../store/portal';
import { findTicket } from '../store/ticket';
import { applyArchive } from './archived';
import type { ConversationPort, PortalPort } from './portal-ports';

const PAGE = 1_000;

/** Own tickets. */
export function portalPort({
  pool,
  tickets,
  packs,
}: {
  pool: Database;
  tickets: TicketClient;
  packs: string;
}): PortalPort {
  /** The archive, and what the workflow has beyond it. */
  const eventsOf = async (id: string): Promise<TicketEvent[]> => {
    const events: TicketEvent[] = [];
    for (;;) {
      const page = await readEvents(pool, id, { afterSeq: events.at(-1)?.seq ?? 0, limit: PAGE });
      events.push(...page);
      if (page.length < PAGE) break;
    }
    const last = events.at(-1)?.seq ?? 0;
    const newer = await tickets.timeline(id, last).catch(() => []);
    return [...events, ...newer.filter((event) => event.seq > last)];
  };
  return {
    own: (email) => ticketsOf(pool, email),
    find: (email, ticket) => ownTicketOf(pool, email, ticket),
    async view(id) {
      const row = await findTicket(pool, id);
      if (!row) throw new TocsinError('ESC_TICKET_NOT_FOUND', `there is no ticket "${id}"`, { ticket: id });
      const pack = await readPublished(packs, row.packHash);
      const events = await eventsOf(id);
      const state = await tickets.state(id).catch((error: unknown) => {
        if (error instanceof TocsinError && error.code === 'ESC_TICKET_ARCHIVED')
          return applyArchive(row, pack, events);
        throw error;
      });
      return publicTicket(pack, state, events);
    },
  };
}

/** Conversations. */
export const conversationPort = (pool: Database): ConversationPort => ({
  find: (id) => findConversation(pool, id),
  save: (one, now) => saveConversation(pool, one, now),
  waiting: (queue, except) => waitingIn(pool, queue, except),
});
