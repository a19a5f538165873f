/** Events as rows: the stored form has a version, and every older version is brought up as it is read. */
import { TocsinError } from '../domain/errors';
import type { TicketEvent } from '../domain/ticket/types';
import { toSql } from './database';
import { storableText } from './storable';

/** Version of the stored form that this build writes. */
export const EVENT_VERSION = 1;

/** An event read from the archive, in whatever form it was written. */
export type StoredEvent = TicketEvent & { version: number };

/** Brings an event from the version it is listed under to the next. Total and pure. */
export type Upcaster = (event: StoredEvent) => StoredEvent;

/** By the version they start from. Version 1 is the first, so there are none yet. */
export const UPCASTERS: Readonly<Record<number, Upcaster>> = {};

/**
 * The event in today's form.
 * @throws TocsinError ESC_ENGINE_FAULT for a version that this build does not know (it was written by a newer one)
 */
export function upcast(
  stored: StoredEvent,
  upcasters: Readonly<Record<number, Upcaster>> = UPCASTERS,
  current = EVENT_VERSION,
): TicketEvent {
  let event = stored;
  for (let version = stored.version; version !== current; version++) {
    const step = version < current ? upcasters[version] : undefined;
    if (!step) {
      const message = `event ${stored.seq} has version ${stored.version}; this build reads up to ${current}: update it`;
      throw new TocsinError('ESC_ENGINE_FAULT', message, { seq: stored.seq, version: stored.version });
    }
    event = step(event);
  }
  const { version: _version, ...rest } = event;
  return rest;
}

/** A row of `ticket_event`. */
export interface EventRow {
  ticket_id: string;
  seq: number;
  at: Date;
  recorded_at: Date;
  type: string;
  subject: string | null;
  by: TicketEvent['by'];
  cause: string;
  clauses: string[];
  data: TicketEvent['data'];
  patch: NonNullable<TicketEvent['patch']> | null;
  version: number;
}

/** The event of a row. Errors: ESC_ENGINE_FAULT for a version of a newer build. */
export function eventOf(row: EventRow): TicketEvent {
  return upcast({
    seq: row.seq,
    at: row.at.getTime(),
    recordedAt: row.recorded_at.getTime(),
    type: row.type,
    ...(row.subject === null ? {} : { subject: row.subject }),
    by: row.by,
    cause: row.cause,
    clauses: row.clauses,
    data: row.data,
    ...(row.patch === null ? {} : { patch: row.patch }),
    version: row.version,
  });
}

/** The row of an event, to be written as JSON. */
export function rowOf(ticketId: string, event: TicketEvent): EventRow {
  return {
    ticket_id: ticketId,
    seq: event.seq,
    at: toSql(event.at),
    recorded_at: toSql(event.recordedAt),
    type: event.type,
    subject: event.subject === undefined ? null : storableText(event.subject),
    by: event.by,
    cause: event.cause,
    clauses: event.clauses,
    data: event.data,
    patch: event.patch ?? null,
    version: EVENT_VERSION,
  };
}
