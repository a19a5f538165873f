import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { describe } from '../domain/ticket/describe';
import type { TicketEvent } from '../domain/ticket/types';
import { formatDuration, formatInstant } from '../domain/time/instants';

/** One row of a timeline, as `--json` prints it (design.md, "Interfaces"). */
export interface TimelineRow {
  at: string;
  /** ISO 8601 duration since the opening. */
  offset: string;
  type: string;
  subject?: string;
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
  return events.map((event) => ({
    at: formatInstant(event.at),
    offset: formatDuration(event.at - opened),
    type: event.type,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    summary: describe(event),
    clauses: event.clauses,
    data: dataOf(event, subjectOf),
  }));
}
