/** What conditions read as `ticket`, as a pure fold of events: for questions about other tickets, and for registers. */
import type { JsonObject } from '../domain/policy/types';
import { mergeMap } from '../domain/ticket/evolve';
import type { TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';

/** A ticket as others see it. The pack stands beside it in the table: events do not name it. */
export interface SnapshotRow {
  ticket_id: string;
  /** `support`, or a kind of the pack. */
  kind: string;
  /** What a ticket of another kind is kept once for. */
  key: string | null;
  opened_at: EpochMs | null;
  resolved_at: EpochMs | null;
  closed: boolean;
  ticket: JsonObject;
  updated_seq: number;
}

/** The row after one more event; the same row where the event changes nothing of it. */
export function projectSnapshot(row: SnapshotRow | undefined, ticketId: string, event: TicketEvent): SnapshotRow {
  const before = row ?? blank(ticketId);
  if (event.seq <= before.updated_seq) return before;
  const patch = event.patch?.ticket;
  if (!patch && event.type !== 'opened' && row) return row;
  const ticket = mergeMap(before.ticket, patch);
  const { kind, key, resolved_at: resolved, opened_at: opened } = ticket;
  return {
    ticket_id: ticketId,
    kind: typeof kind === 'string' ? kind : before.kind,
    key: typeof key === 'string' ? key : before.key,
    opened_at: typeof opened === 'number' ? opened : event.type === 'opened' ? event.at : before.opened_at,
    resolved_at: typeof resolved === 'number' ? resolved : null,
    closed: ticket['status'] === 'closed',
    ticket,
    updated_seq: event.seq,
  };
}

const blank = (ticketId: string): SnapshotRow => ({
  ticket_id: ticketId,
  kind: 'support',
  key: null,
  opened_at: null,
  resolved_at: null,
  closed: false,
  ticket: { id: ticketId, status: 'created', customer: {}, tags: [] },
  updated_seq: 0,
});
