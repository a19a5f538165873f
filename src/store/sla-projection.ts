/** Results of commitments as a pure fold of events. */
import type { TicketEvent } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import { ofCommitment } from './projections';

/** `late`: met after its breach. `cancelled`: stopped, or begun anew, before either. */
export type SlaOutcome = 'open' | 'met' | 'late' | 'breached' | 'cancelled';

/** One commitment from one anchor, or one tick of its cadence. */
export interface SlaRow {
  ticket_id: string;
  /** The event that began it. */
  seq: number;
  commitment: string;
  tick: boolean;
  anchor_at: EpochMs | null;
  /** Null while it is paused, and for a cadence, whose ticks have the due instants. */
  due_at: EpochMs | null;
  met_at: EpochMs | null;
  breached_at: EpochMs | null;
  outcome: SlaOutcome;
}

const dueOf = (event: TicketEvent): EpochMs | null =>
  typeof event.data['due'] === 'number' ? event.data['due'] : null;

const MOVED: ReadonlySet<string> = new Set([
  'rescheduled',
  'clock_paused',
  'clock_resumed',
  'activated',
  'deactivated',
]);

/**
 * The rows that an event makes or changes; each replaces the one of its `seq`. Reads only rows that are open or
 * breached, and those of the event's own due instant: an append loads no others.
 */
export function projectSla(rows: readonly SlaRow[], ticketId: string, event: TicketEvent): SlaRow[] {
  if (event.type === 'stopped') return cancelled(rows, event);
  const { subject } = event;
  if (subject === undefined || !ofCommitment(event)) return [];
  const own = rows.filter((row) => row.commitment === subject);
  const base = own.findLast((row) => !row.tick && (row.outcome === 'open' || row.outcome === 'breached'));
  const blank: SlaRow = {
    ticket_id: ticketId,
    seq: event.seq,
    commitment: subject,
    tick: true,
    anchor_at: base?.anchor_at ?? null,
    due_at: dueOf(event),
    met_at: null,
    breached_at: null,
    outcome: 'open',
  };
  if (event.type === 'started') {
    const superseded: SlaRow[] = base?.outcome === 'open' ? [{ ...base, outcome: 'cancelled' }] : [];
    return [...superseded, { ...blank, tick: false, anchor_at: event.at }];
  }
  if (MOVED.has(event.type)) return base?.outcome === 'open' ? [{ ...base, due_at: dueOf(event) }] : [];
  // Fulfilled while it did not count: nobody was promised anything.
  if (event.type === 'met' && event.data['idle'] === true)
    return base?.outcome === 'open' ? [{ ...base, outcome: 'cancelled' }] : [];
  const row = addressed(own, base, event) ?? blank;
  if (event.type === 'breached') return [breached(row, event)];
  if (event.type === 'met') return met(own, row, event);
  // A tick that was kept; one that was not is followed by its breach.
  if (event.type === 'due' && event.data['kept'] === true && row.met_at === null) return [{ ...row, outcome: 'met' }];
  return [];
}

/** The row an event means: the one of its due instant, or, where it names none, the commitment itself. */
function addressed(own: readonly SlaRow[], base: SlaRow | undefined, event: TicketEvent): SlaRow | undefined {
  const due = dueOf(event);
  return due === null ? base : own.findLast((row) => row.due_at === due && row.outcome !== 'cancelled');
}

function breached(row: SlaRow, event: TicketEvent): SlaRow {
  return { ...row, breached_at: row.breached_at ?? event.at, outcome: row.met_at === null ? 'breached' : 'late' };
}

/** An update that comes late heals every tick that was missed before it. */
function met(own: readonly SlaRow[], row: SlaRow, event: TicketEvent): SlaRow[] {
  const missed = event.data['late'] === true ? own.filter((one) => one.outcome === 'breached') : [];
  const healed = missed.map((one): SlaRow => ({ ...one, met_at: event.at, outcome: 'late' }));
  if (row.met_at !== null || healed.some((one) => one.seq === row.seq)) return healed;
  return [...healed, { ...row, met_at: event.at, outcome: row.breached_at === null ? 'met' : 'late' }];
}

function cancelled(rows: readonly SlaRow[], event: TicketEvent): SlaRow[] {
  const names = Array.isArray(event.data['names']) ? event.data['names'] : [];
  return rows
    .filter((row) => row.outcome === 'open' && names.includes(row.commitment))
    .map((row): SlaRow => ({ ...row, outcome: 'cancelled' }));
}
