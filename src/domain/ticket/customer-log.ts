/** What a customer reads of what happened: what was said to them and by them, and where it stands. Notes stay inside. */
import type { Json } from '../policy/types';
import type { EpochMs } from '../time/instants';
import type { TicketEvent } from './types';

/** One entry of the log a customer reads. */
export interface CustomerEntry {
  at: EpochMs;
  type: string;
  by: string;
  text: string;
}

const said = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** The words for each event that concerns the customer; events that are not listed are the staff's. */
const ENTRIES: Readonly<Record<string, (event: TicketEvent) => string>> = {
  opened: ({ data }) => said(data['subject']),
  message: ({ data }) => said(data['text']),
  agent_reply: ({ data }) => said(data['text']),
  update_sent: ({ data }) => said(data['text']),
  claimed: ({ data }) => `Assigned to ${said(data['owner'])}`,
  paused: () => 'Waiting for your answer',
  resumed: () => 'Taken up again',
  resolved: ({ data }) => said(data['resolution']),
  reopened: () => 'Reopened',
  closed: () => 'Closed',
  merged: () => 'Merged with another ticket',
};

/** The log of a ticket as its customer reads it, oldest first. */
export function customerLog(events: readonly TicketEvent[]): CustomerEntry[] {
  return events.flatMap((event) => {
    const words = Object.hasOwn(ENTRIES, event.type) ? ENTRIES[event.type] : undefined;
    return words ? [{ at: event.at, type: event.type, by: event.by.name, text: words(event) }] : [];
  });
}
