/** The core's values as HTTP shows them: epoch milliseconds become RFC 3339, what is internal stays inside. */
import type { Json, JsonObject } from '../domain/policy/types';
import { customerLog } from '../domain/ticket/customer-log';
import type { AgendaItem, TicketEvent } from '../domain/ticket/types';
import { formatInstant, type EpochMs } from '../domain/time/instants';
import { rowsOf } from '../rehearsal/rows';
import type { LedgerEntry } from '../store/ledger';
import type { TicketView } from '../workflows/messages';
import type { BoardRow, EventPage, PublicIncident } from './ports';
import type { StatusDocument } from './schemas';

/** Built-in fields of a ticket and of a task that hold instants. */
const INSTANTS = new Set(['opened_at', 'resolved_at', 'opened', 'due']);

const orNull = (instant: EpochMs | null | undefined): string | null =>
  instant === undefined || instant === null ? null : formatInstant(instant);

function readable(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]): [string, Json] => [
      name,
      INSTANTS.has(name) && typeof value === 'number' ? formatInstant(value) : value,
    ]),
  );
}

/** A running promise with the time that is left of it; less than nothing when it is overdue. */
function promiseOf(commitment: JsonObject, now: EpochMs): JsonObject {
  const { due } = commitment;
  return typeof due === 'number'
    ? { ...commitment, due: formatInstant(due), remainingSeconds: Math.floor((due - now) / 1_000) }
    : commitment;
}

/** A ticket's view at an instant. */
export function ticketOf(
  view: TicketView,
  now: EpochMs,
): Record<string, unknown> & { id: string; number: string; status: string } {
  const priority = view.ticket['priority'];
  return {
    ...view,
    at: formatInstant(view.at),
    ...(typeof priority === 'string' ? { priority } : {}),
    ticket: readable(view.ticket),
    tasks: view.tasks.map(readable),
    commitments: (view.commitments ?? []).map((one) => promiseOf(one, now)),
    nextDue: orNull(view.nextDue),
  };
}

/** A ticket as its customer reads it, from the fields they may see. */
export function customerViewOf(fields: JsonObject, events: readonly TicketEvent[]): object {
  return {
    ticket: readable(fields),
    log: customerLog(events).map((entry) => ({ ...entry, at: formatInstant(entry.at) })),
  };
}

/** Timeline rows of a page of events; offsets count from the opening, not from the page. */
export function timelineOf({ openedAt, events }: EventPage): object[] {
  if (events.length === 0) return [];
  const rows = rowsOf([opening(openedAt), ...events], undefined as never).slice(1);
  return rows.map((row, i) => {
    const { seq, recordedAt, by, cause } = events[i] as TicketEvent;
    return { seq, ...row, recordedAt: formatInstant(recordedAt), by, cause };
  });
}

/** Stands before a page, so that its rows count from the opening. */
const opening = (at: EpochMs): TicketEvent => ({
  seq: 0,
  at,
  recordedAt: at,
  type: 'opened',
  by: { name: 'engine', kind: 'engine' },
  cause: '',
  clauses: [],
  data: {},
});

/** Agenda items without their rank. */
export function agendaOf(items: readonly AgendaItem[]): object[] {
  return items.map(({ at, kind, id, name, label, shadow = false, clauses, data }) => ({
    at: formatInstant(at),
    kind,
    id,
    name,
    label,
    shadow,
    clauses,
    data,
  }));
}

/** An entry of the ledger. */
export const ledgerEntryOf = (entry: LedgerEntry): object => ({
  ...entry,
  dueAt: formatInstant(entry.dueAt),
  claimedAt: orNull(entry.claimedAt),
  settledAt: orNull(entry.settledAt),
  sentAt: orNull(entry.sentAt),
  person: entry.receipt?.person ?? null,
  provider: entry.receipt?.provider ?? null,
});

/** A row of the board. */
export function boardRowOf(row: BoardRow): object {
  const {
    id,
    number,
    kind,
    subject,
    status,
    priority,
    queue = null,
    owner = null,
    pack,
    openedAt,
    nextDue,
    nextLabel = null,
    breached,
    side = null,
  } = row;
  return {
    id,
    number,
    kind,
    subject,
    status,
    priority,
    queue,
    owner,
    pack,
    openedAt: formatInstant(openedAt),
    nextDue: orNull(nextDue),
    nextLabel,
    breached,
    side,
  };
}

/** The public status at an instant: how late a promised update is counts up until it is given. */
export function statusOf(
  incidents: readonly PublicIncident[],
  asOf: EpochMs,
  now: EpochMs,
  stale: boolean,
): StatusDocument {
  const open = incidents.some((incident) => incident.resolvedAt === undefined);
  return {
    state: open ? 'incident' : 'operational',
    asOf: formatInstant(asOf),
    stale,
    incidents: incidents.map((incident) => {
      const due = incident.resolvedAt === undefined ? incident.nextUpdateDue : undefined;
      return {
        title: incident.title,
        state: incident.state,
        startedAt: formatInstant(incident.startedAt),
        resolvedAt: orNull(incident.resolvedAt),
        nextUpdateDue: orNull(due),
        lateSeconds: due === undefined ? 0 : Math.max(0, Math.floor((now - due) / 1_000)),
        updates: [...incident.updates]
          .sort((a, b) => b.at - a.at)
          .map(({ at, text }) => ({ at: formatInstant(at), text })),
      };
    }),
  };
}
