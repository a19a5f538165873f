/** What metrics read of one ticket: where it stands, and what happened to it. */
import type { JsonObject } from '../policy/types';
import type { EventView } from '../ticket/env';
import { blankState, evolve } from '../ticket/evolve';
import type { TicketEvent, TicketState } from '../ticket/types';
import type { EpochMs } from '../time/instants';

/** A ticket as metrics see it: its state after the last of its events, and the events, in order. */
export interface History {
  id: string;
  state: TicketState;
  events: EventView[];
}

/** One measurement from outside. Its labels are read as `event.<label>`. */
export interface SeriesPoint {
  name: string;
  at: EpochMs;
  value: number;
  labels: JsonObject;
}

/** Bookkeeping that no metric can ask for: it would be most of what is stored. */
const LEFT_OUT: ReadonlySet<string> = new Set(['delivery', 'delivered', 'unknown', 'activated', 'deactivated']);

/** What of an event metrics may read; undefined for bookkeeping. Long texts are left out: they live in the archive. */
export function historyEvent(event: TicketEvent): EventView | undefined {
  if (LEFT_OUT.has(event.type)) return undefined;
  const data: JsonObject = {};
  for (const [name, value] of Object.entries(event.data)) {
    if (typeof value === 'string' && value.length > TEXT_KEPT) continue;
    // What a withheld message would have said stays in the archive, as what a delivery says does.
    if (event.type === 'withheld' && name === 'vars') continue;
    data[name] = value;
  }
  return {
    type: event.type,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    at: event.at,
    by: event.by,
    data,
  };
}
const TEXT_KEPT = 1_000;

/** What a history keeps of a state: what conditions can read. Deliveries and ids are not among it. */
export function historyState(state: TicketState): TicketState {
  return {
    ...state,
    deliveries: {},
    once: [],
    held: [],
    waiting: [],
    unknown: [],
    parked: [],
    commandIds: [],
  };
}

/** The history with more events, which follow on the last one it has seen. Equal to a fold of all of them. */
export function extendHistory(before: History | undefined, id: string, events: readonly TicketEvent[]): History {
  let state = before?.state ?? blankState(id, { id: '', version: '', hash: '' });
  const kept = [...(before?.events ?? [])];
  for (const event of events) {
    if (event.seq <= state.seq) continue;
    state = evolve(state, event);
    const view = historyEvent(event);
    if (view) kept.push(view);
  }
  return { id, state: historyState(state), events: kept };
}

/** The history of a whole journal. */
export const historyOf = (id: string, events: readonly TicketEvent[]): History => extendHistory(undefined, id, events);
