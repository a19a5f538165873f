/** What is due next and when: derived from the state alone, never stored. */
import type { CompiledPack, JsonObject } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { calendarOf } from './calendars';
import { clockNext } from './clocks';
import { clausesOf, clockDef } from './clock-reactions';
import { parkedName } from './faults';
import { sideOf } from './rollout';
import type { AgendaItem, ClockState, TicketState } from './types';

/** Order at one instant: warnings, dues, delayed rules, reminders, acknowledgements, receipts (design.md, decision 8). */
const RANK: Record<AgendaItem['kind'], number> = {
  mark: 0,
  due: 1,
  tick: 1,
  again: 1,
  fire: 2,
  remind: 3,
  held: 3,
  silence: 3,
  ack: 4,
  by: 5,
  timeout: 6,
  fact: 7,
};

/** The label of an item whose clock could not be computed. */
export const FAULTY = 'fault';

function clockItem(pack: CompiledPack, key: string, clock: ClockState): AgendaItem | undefined {
  if (clock.status !== 'running') return undefined;
  const def = clockDef({ pack }, clock);
  if (!def) return undefined;
  const commitment = clock.owner === 'commitment' ? pack.commitments[clock.name] : undefined;
  let next: ReturnType<typeof clockNext>;
  try {
    next = clockNext(def, clock, calendarOf(pack, clock.calendar), commitment);
  } catch (error) {
    // A clock that cannot tell what it does next is due at once: acting on it is a fault, which is said and set aside.
    const message = error instanceof Error ? error.message : String(error);
    return {
      at: clock.anchor,
      kind: 'due',
      rank: RANK.due,
      id: key,
      name: clock.name,
      label: FAULTY,
      clauses: [],
      data: { error: message },
    };
  }
  if (!next) return undefined;
  const kind: AgendaItem['kind'] = next.kind === 'due' && clock.owner === 'rule' ? 'fire' : next.kind;
  const data: JsonObject = { owner: clock.owner, calendar: clock.calendar, anchor: clock.anchor };
  if (next.tick) data['tick'] = next.tick.at;
  return {
    at: next.at,
    kind,
    rank: RANK[kind],
    id: key,
    name: clock.name,
    label: next.label,
    clauses: clausesOf({ pack }, clock),
    data,
  };
}

/**
 * Everything that will fall due unless something happens first, soonest first. Each clock appears once, with what it does
 * next. The order is total: instant, rank, id.
 */
export function agenda(pack: CompiledPack, state: TicketState): readonly AgendaItem[] {
  const known = made.get(state);
  if (known?.pack === pack) return known.items;
  const items = makeAgenda(pack, state);
  made.set(state, { pack, items });
  return items;
}
/** States are immutable: the agenda of one is made once, however often it is asked for. */
const made = new WeakMap<TicketState, { pack: CompiledPack; items: AgendaItem[] }>();

function makeAgenda(pack: CompiledPack, state: TicketState): AgendaItem[] {
  const items: AgendaItem[] = [];
  const add = (
    at: EpochMs,
    kind: AgendaItem['kind'],
    id: string,
    name: string,
    clauses: string[],
    data: JsonObject = {},
  ): void => {
    items.push({ at, kind, rank: RANK[kind], id, name, label: kind, clauses, data });
  };
  for (const [key, clock] of Object.entries(state.clocks)) {
    const item = clockItem(pack, key, clock);
    if (item) items.push(item);
  }
  for (const [key, task] of Object.entries(state.tasks)) {
    if (task.open && task.remindAt !== undefined)
      add(task.remindAt, 'remind', `task:${key}`, task.name, pack.tasks[task.name]?.clauses ?? []);
  }
  for (const [name, path] of Object.entries(state.paths)) {
    if (!path.acknowledged && !path.done && path.ackDue !== undefined)
      add(path.ackDue, 'ack', `path:${name}`, name, pack.paths[name]?.clauses ?? [], { level: path.level });
  }
  for (const [key, delivery] of Object.entries(state.deliveries)) {
    if (delivery.heldUntil !== undefined) {
      const role = pack.people[delivery.role];
      add(delivery.heldUntil, 'held', `delivery:${key}`, delivery.name ?? delivery.role, role?.clauses ?? [], {
        to: delivery.to,
        hours: role?.hours ?? '',
      });
      continue;
    }
    const by = delivery.by[0];
    if (by !== undefined) add(by, 'by', `delivery:${key}`, delivery.name ?? delivery.role, [], { to: delivery.to });
    if (delivery.timeoutAt !== undefined)
      add(delivery.timeoutAt, 'timeout', `delivery:${key}`, delivery.name ?? delivery.role, [], { to: delivery.to });
  }
  for (const [name, flow] of Object.entries(state.flows)) {
    if (flow.running && flow.silenceDue !== undefined)
      add(flow.silenceDue, 'silence', `flow:${name}`, name, pack.flows[name]?.clauses ?? [], { state: flow.state });
  }
  for (const [name, question] of Object.entries(state.asked ?? {}))
    add(question.due, 'fact', `fact:${name}`, name, pack.facts[name]?.clauses ?? []);
  const parked = new Set(state.parked);
  if (state.rollout) for (const item of items) if (inShadow(pack, state, item)) item.shadow = true;
  return items
    .filter((item) => !parked.has(parkedName(item)))
    .sort((a, b) => a.at - b.at || a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Whether only what is in shadow waits for it: a delayed rule, a flow's silence, a question. */
function inShadow(pack: CompiledPack, state: TicketState, item: AgendaItem): boolean {
  const [kind = '', name = ''] = item.id.split(/:(.*)/s);
  if (kind === 'rule' && pack.rules[name]?.inShadow) return false;
  return ['rule', 'flow', 'fact'].includes(kind) && sideOf(pack, state, name).side === 'shadow';
}

/** The agenda without what is in shadow: what somebody will hear of. */
export const openAgenda = (pack: CompiledPack, state: TicketState): readonly AgendaItem[] =>
  state.rollout ? agenda(pack, state).filter((item) => !item.shadow) : agenda(pack, state);

/** The earliest due instant, or undefined when nothing is due any more. */
export function nextDue(pack: CompiledPack, state: TicketState): EpochMs | undefined {
  return agenda(pack, state)[0]?.at;
}
