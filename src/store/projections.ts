/** Read models as pure folds of events: what an append updates is what a rebuild makes. */
import type { JsonObject } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';

export interface BoardRow {
  ticket_id: string;
  seq: number;
  number: string | null;
  subject: string | null;
  customer: string | null;
  plan: string | null;
  priority: string | null;
  status: string | null;
  tier: string | null;
  queue: string | null;
  owner: string | null;
  level: string | null;
  breached: boolean;
  opened_at: number | null;
  updated_at: number | null;
}

const textOf = (value: unknown): string | null => (value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value));

export function blankBoard(ticket: string): BoardRow {
  return { ticket_id: ticket, seq: 0, number: null, subject: null, customer: null, plan: null, priority: null, status: null, tier: null, queue: null, owner: null, level: null, breached: false, opened_at: null, updated_at: null };
}

const COLUMNS = ['number', 'subject', 'priority', 'status', 'tier', 'queue', 'owner'] as const;

/** The board's row after one more event. */
export function projectBoard(row: BoardRow, event: TicketEvent): BoardRow {
  if (event.seq <= row.seq) return row;
  const next: BoardRow = { ...row, seq: event.seq, updated_at: event.at };
  const ticket = event.patch?.ticket ?? {};
  for (const column of COLUMNS) if (column in ticket) next[column] = textOf(ticket[column]);
  const customer = ticket['customer'] as JsonObject | undefined;
  if (customer) {
    next.customer = textOf(customer['name']);
    next.plan = textOf(customer['plan']);
  }
  if (event.type === 'opened') next.opened_at = event.at;
  if (event.type === 'breached' && event.data['owner'] === 'commitment') next.breached = true;
  if (event.type === 'escalated' || event.type === 'paged' || event.type === 'deescalated') next.level = `${String(event.data['path'] ?? event.subject)}:${String(event.data['level'])}`;
  return next;
}

export interface SlaRow {
  ticket_id: string;
  commitment: string;
  due_at: number;
  met_at: number | null;
  breached_at: number | null;
  late: boolean;
}

/** What one event says of a commitment's result, or undefined. */
export function slaOf(ticket: string, event: TicketEvent): SlaRow | undefined {
  const due = event.data['due'];
  if (event.subject === undefined || typeof due !== 'number') return undefined;
  if (event.type === 'met') return { ticket_id: ticket, commitment: event.subject, due_at: due, met_at: event.at, breached_at: null, late: event.data['late'] === true };
  if (event.type === 'breached' && event.data['owner'] === 'commitment') return { ticket_id: ticket, commitment: event.subject, due_at: due, met_at: null, breached_at: event.at, late: false };
  return undefined;
}
