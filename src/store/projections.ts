/** Board and delivery log as pure folds of events: what an append changes is what a rebuild makes. */
import type { Json, JsonObject } from '../domain/policy/types';
import type { TicketEvent } from '../domain/ticket/types';
import { sideText } from '../domain/ticket/rollout';
import type { EpochMs } from '../domain/time/instants';

/** Where a ticket stands on one escalation path. */
export interface BoardLevel {
  level: number;
  title?: string;
  acknowledged?: boolean;
}

/** A ticket on the board. No customer in it (design.md, decision 21); the agenda is kept beside it. */
export interface BoardRow {
  ticket_id: string;
  number: string | null;
  /** `support`, or a kind of the pack. */
  kind: string;
  subject: string | null;
  plan: string | null;
  priority: string | null;
  status: string | null;
  tier: string | null;
  queue: string | null;
  owner: string | null;
  /** By path; a path that is done is not listed. */
  level: Record<string, BoardLevel>;
  /** Some commitment was breached, be it met since. */
  breached: boolean;
  /** `shadow` or `off`, or which parts are; null where the whole pack acts. */
  side: string | null;
  updated_seq: number;
  opened_at: EpochMs | null;
  updated_at: EpochMs | null;
}

const COLUMNS = ['number', 'subject', 'priority', 'status', 'tier', 'queue', 'owner'] as const;
const isColumn = (name: Json | undefined): name is (typeof COLUMNS)[number] =>
  COLUMNS.some((column) => column === name);

const textOf = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
const objectOf = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;

const blank = (ticketId: string): BoardRow => ({
  ticket_id: ticketId,
  number: null,
  kind: 'support',
  subject: null,
  plan: null,
  priority: null,
  status: null,
  tier: null,
  queue: null,
  owner: null,
  level: {},
  breached: false,
  side: null,
  updated_seq: 0,
  opened_at: null,
  updated_at: null,
});

/**
 * The row after one more event; an event it has seen changes nothing. What an event says in `data` (`status`, `owner`,
 * a `changed` field) is taken first, then what it patched, which is the state itself.
 */
export function projectBoard(row: BoardRow | undefined, ticketId: string, event: TicketEvent): BoardRow {
  const before = row ?? blank(ticketId);
  if (event.seq <= before.updated_seq) return before;
  const next: BoardRow = { ...before, updated_seq: event.seq, updated_at: event.at };
  const customer = objectOf(event.data['customer']) ?? objectOf(event.patch?.ticket?.['customer']);
  if (customer) next.plan = textOf(customer['plan']);
  for (const [column, value] of Object.entries({ ...said(event), ...event.patch?.ticket })) {
    if (isColumn(column)) next[column] = textOf(value);
  }
  const kind = event.patch?.ticket?.['kind'];
  if (typeof kind === 'string') next.kind = kind;
  next.level = levels(before.level, event);
  if (event.patch?.rollout) next.side = sideText(event.patch.rollout);
  if (event.type === 'opened') next.opened_at = event.at;
  if (event.type === 'breached' && ofCommitment(event)) next.breached = true;
  return next;
}

/** Whether an event about a clock is about a commitment's, and not a task's or a rule's. */
export const ofCommitment = (event: TicketEvent): boolean => (event.data['owner'] ?? 'commitment') === 'commitment';

/** Columns as an event's data name them. */
function said(event: TicketEvent): JsonObject {
  const { data } = event;
  const columns: JsonObject = {};
  if (typeof data['status'] === 'string') columns['status'] = data['status'];
  if (event.type === 'opened') {
    for (const name of ['number', 'subject', 'priority'] as const)
      if (data[name] !== undefined) columns[name] = data[name];
  } else if (event.type === 'changed' && isColumn(data['field'])) {
    columns[data['field']] = data['to'] ?? data['value'] ?? null;
  } else if ((event.type === 'claimed' || event.type === 'handed_off') && data['owner'] !== undefined) {
    columns['owner'] = data['owner'];
  } else if (event.type === 'released') columns['owner'] = null;
  return columns;
}

const MOVES: ReadonlySet<string> = new Set(['paged', 'escalated', 'deescalated']);
const ENDS: ReadonlySet<string> = new Set(['resolved', 'closed', 'merged']);

function levels(before: BoardRow['level'], event: TicketEvent): BoardRow['level'] {
  const { data, patch } = event;
  let next = ENDS.has(event.type) ? {} : before;
  const path = data['path'] ?? event.subject;
  if (MOVES.has(event.type) && typeof path === 'string' && typeof data['level'] === 'number') {
    const title = typeof data['title'] === 'string' ? { title: data['title'] } : {};
    next = { ...next, [path]: { level: data['level'], ...title } };
  }
  for (const [name, change] of Object.entries(patch?.paths ?? {})) {
    if (change === null || change['done'] === true) next = without(next, name);
    else if (typeof change['acknowledged'] === 'boolean' || typeof change['level'] === 'number') {
      next = { ...next, [name]: moved(next[name], change) };
    }
  }
  return next;
}

function moved(before: BoardLevel | undefined, change: JsonObject): BoardLevel {
  const level = typeof change['level'] === 'number' ? change['level'] : (before?.level ?? 0);
  const title = level === before?.level && before.title !== undefined ? { title: before.title } : {};
  const acknowledged = typeof change['acknowledged'] === 'boolean' ? change['acknowledged'] : before?.acknowledged;
  return { level, ...title, ...(acknowledged === undefined ? {} : { acknowledged }) };
}

function without<T>(record: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** One delivery as the journal tells it. The address is not in it; the ledger has that. */
export interface DeliveryLogRow {
  ticket_id: string;
  key: string;
  seq: number;
  at: EpochMs;
  channel: string | null;
  role: string | null;
  template: string | null;
  name: string | null;
  path: string | null;
  level: number | null;
  outcome: 'pending' | 'delivered' | 'failed' | 'unreached' | 'dropped';
  settled_at: EpochMs | null;
}

const OUTCOMES: Readonly<Record<string, DeliveryLogRow['outcome']>> = {
  delivered: 'delivered',
  undelivered: 'failed',
  unreached: 'unreached',
  dropped: 'dropped',
};

/** The delivery an event is about, or undefined. */
export function deliveryKey(event: TicketEvent): string | undefined {
  const key = event.data['key'];
  return typeof key === 'string' && (event.type === 'delivery' || event.type in OUTCOMES) ? key : undefined;
}

/** The log's row after an event about its delivery. A deadline that passed (`by`) says nothing of the outcome yet. */
export function projectDelivery(
  row: DeliveryLogRow | undefined,
  ticketId: string,
  event: TicketEvent,
): DeliveryLogRow | undefined {
  const key = deliveryKey(event);
  if (key === undefined) return row;
  const { data } = event;
  if (event.type === 'delivery') {
    if (row) return row;
    return {
      ticket_id: ticketId,
      key,
      seq: event.seq,
      at: event.at,
      channel: textOf(data['channel']),
      role: textOf(data['role']),
      template: textOf(data['template']),
      name: textOf(data['name']),
      path: textOf(data['path']),
      level: Number.isInteger(data['level']) ? (data['level'] as number) : null,
      outcome: 'pending',
      settled_at: null,
    };
  }
  const outcome = OUTCOMES[event.type];
  if (!row || outcome === undefined || row.outcome === 'delivered' || data['by'] !== undefined) return row;
  return { ...row, outcome, settled_at: event.at };
}
