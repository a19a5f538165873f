import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { describe } from '../domain/ticket/describe';
import type { TicketEvent } from '../domain/ticket/types';
import type { RehearsedTicket } from './stage';
import { formatDuration, formatInstant } from '../domain/time/instants';

/** One row of a timeline, as `--json` prints it (design.md, "Interfaces"). */
export interface TimelineRow {
  at: string;
  /** ISO 8601 duration since the opening. */
  offset: string;
  type: string;
  /** What the scenario calls the ticket; only where there are several. */
  ticket?: string;
  subject?: string;
  /** Who did it; Tocsin itself is left out. */
  by?: string;
  summary: string;
  clauses: string[];
  data: JsonObject;
}

/** The words of a message, where the caller can render templates: its subject line. */
export type SubjectOf = (event: TicketEvent) => string | undefined;

function dataOf(event: TicketEvent, subjectOf: SubjectOf | undefined): JsonObject {
  if (event.type !== 'delivery') return event.data;
  const { channel = '', to = '', role = '', template = '', ...rest } = event.data;
  return { channel, to, role, template, subject: subjectOf?.(event) ?? null, ...rest };
}

/** The rows of a ticket's events. `recordedAt` takes no part: a timeline is about when things were due and done. */
export function rowsOf(events: readonly TicketEvent[], _pack: CompiledPack, subjectOf?: SubjectOf): TimelineRow[] {
  const opened = events[0]?.at ?? 0;
  return events.map((event) => rowOf(event, opened, subjectOf));
}

function rowOf(event: TicketEvent, opened: number, subjectOf: SubjectOf | undefined, ticket?: string): TimelineRow {
  const ahead = event.at - opened;
  return {
    at: formatInstant(event.at),
    offset: ahead < 0 ? `-${formatDuration(-ahead)}` : formatDuration(ahead),
    type: event.type,
    ...(ticket === undefined ? {} : { ticket }),
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    ...(event.by.kind === 'engine' ? {} : { by: event.by.name }),
    summary: describe(event),
    clauses: event.clauses,
    data: dataOf(event, subjectOf),
  };
}

/** Where there are several tickets, an opening says which id belongs to the name. */
const identified = (row: TimelineRow, id: string): TimelineRow =>
  row.type === 'opened' && row.ticket !== undefined ? { ...row, data: { ...row.data, id } } : row;

/**
 * The rows of all tickets of a rehearsal: by instant, at one instant ticket by ticket in the order of their openings.
 * Where there is only one, its rows are those of {@link rowsOf}.
 */
export function rowsOfAll(
  tickets: readonly RehearsedTicket[],
  subjectOf?: SubjectOf,
  opened = tickets[0]?.events[0]?.at ?? 0,
): TimelineRow[] {
  const several = tickets.length > 1;
  return tickets
    .flatMap((ticket, order) => ticket.events.map((event) => ({ ticket, order, event })))
    .sort((a, b) => a.event.at - b.event.at || a.order - b.order || a.event.seq - b.event.seq)
    .map(({ ticket, event }) =>
      identified(rowOf(event, opened, subjectOf, several ? ticket.name : undefined), ticket.id),
    );
}
