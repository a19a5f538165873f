/** A bug must not wedge a ticket (design.md, decision 20): it is recorded, the catch-all is told once, the rest goes on. */
import { deliver } from './deliveries';
import { viewOf, TurnOverflow, type Turn } from './turn';
import type { AgendaItem, StatePatch, TicketState } from './types';
import type { JsonObject } from '../policy/types';

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Record a fault; the first of a ticket pages the catch-all. */
export function reportFault(
  turn: Turn,
  subject: string,
  data: JsonObject,
  error: unknown,
  patch: StatePatch = {},
): void {
  const event = turn.emit({ type: 'engine_fault', subject, data: { ...data, error: words(error) }, patch });
  if (!turn.pack.catchAll || turn.state.once.includes('fault')) return;
  const scope = { pack: turn.pack, state: turn.state, event: viewOf(event) };
  try {
    deliver(
      turn,
      scope,
      { verb: 'page', to: { lit: turn.pack.catchAll }, via: ['page', 'email'], by: [], ifLate: 'send' },
      { clauses: [] },
    );
  } finally {
    turn.emit({
      type: 'noted',
      data: { text: 'The catch-all was told of a fault of the engine.' },
      patch: { once: ['fault'] },
    });
  }
}

/** Run one reaction to an event. What it throws is recorded and costs no other reaction. */
export function attempt(turn: Turn, what: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof TurnOverflow) throw error;
    reportFault(turn, what, {}, error);
  }
}

/** The name under which an item of the agenda is set aside. */
export const parkedName = (item: Pick<AgendaItem, 'id' | 'kind' | 'label' | 'at'>): string =>
  `${item.id} ${item.kind} ${item.label}@${item.at}`;

/** What setting an item aside changes, so that whatever its clock or delivery does after it still comes. */
export function setAside(state: TicketState, item: AgendaItem): StatePatch {
  const patch: StatePatch = { parked: [parkedName(item)] };
  const clock = state.clocks[item.id];
  const change = (fields: JsonObject): StatePatch => ({ ...patch, clocks: { [item.id]: fields } });
  if (clock && item.kind === 'mark') {
    const tick = item.data['tick'];
    return change({ marked: [...clock.marked, typeof tick === 'number' ? `${item.label}@${tick}` : item.label] });
  }
  if (clock && item.kind === 'tick') return change({ lastTick: item.at, marked: [] });
  if (clock && item.kind === 'again') return change({ again: clock.again + 1 });
  if (clock && item.kind === 'due' && item.label === 'due') return change({ breached: true, breachedAt: item.at });
  const key = item.id.slice('delivery:'.length);
  const delivery = item.id.startsWith('delivery:') ? state.deliveries[key] : undefined;
  if (delivery && item.kind === 'by')
    return { ...patch, deliveries: { [key]: { by: delivery.by.filter((by) => by > item.at) } } };
  if (delivery && item.kind === 'timeout') return { ...patch, deliveries: { [key]: { timeoutAt: null } } };
  return patch;
}
