/** Who may read a ticket, and what of it: the procedure's `restrict` and `visible`, held against the key that asks. */
import { TocsinError } from '../domain/errors';
import { mayRead, visibleData, visibleFields, type Reader } from '../domain/ticket/visibility';
import type { TicketView } from '../workflows/messages';
import { READS_ALL } from './access';
import type { ApiKey, EventPage, TicketAccess, TicketPort } from './ports';

/** Whom a key stands for. Keys are held by staff and by systems; customers come through the portal. */
export const readerOf = (key: ApiKey): Reader => ({
  kind: 'staff',
  groups: key.groups ?? [],
  ...(READS_ALL.includes(key.role) ? { all: true } : {}),
});

/** Groups by which a list is narrowed; undefined where everything is read. */
export const groupsFor = (key: ApiKey): readonly string[] | undefined =>
  READS_ALL.includes(key.role) ? undefined : (key.groups ?? []);

const refused = (ticket: string): TocsinError =>
  new TocsinError('ESC_NOT_PERMITTED', `${ticket} is restricted to groups that this key does not belong to`, {
    ticket,
  });

/** What decides over a ticket, once it is sure that the key may read it. Errors: ESC_NOT_PERMITTED. */
export async function readable(tickets: TicketPort, ticket: string, key: ApiKey): Promise<TicketAccess> {
  const access = await tickets.access(ticket);
  if (!mayRead(access.pack.people, access.ticket, readerOf(key))) throw refused(ticket);
  return access;
}

/** The view without the fields that the key may not see. A view is newer than the store: its own restriction counts too. */
export function viewFor(view: TicketView, access: TicketAccess, key: ApiKey): TicketView {
  const reader = readerOf(key);
  if (!mayRead(access.pack.people, view.ticket, reader)) throw refused(view.id);
  return { ...view, ticket: visibleFields(access.pack, view.ticket, reader) };
}

/** Events without the values of fields that the key may not see. */
export function eventsFor(page: EventPage, access: TicketAccess, key: ApiKey): EventPage {
  const reader = readerOf(key);
  return {
    ...page,
    events: page.events.map((event) => ({ ...event, data: visibleData(access.pack, event.data, reader) })),
  };
}
