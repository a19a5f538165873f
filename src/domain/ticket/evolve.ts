import type { JsonObject } from '../policy/types';
import type { Said } from './flow-types';
import { overtaken } from './rollout';
import type { Seen, StatePatch, TicketEvent, TicketState } from './types';

/** How many command ids are remembered for de-duplication across continue-as-new. */
const COMMAND_IDS_KEPT = 200;

/** Messages of a dialogue that are kept, and of each so many characters. */
const SAID_KEPT = 60;
const TEXT_KEPT = 2_000;
const kept = (one: Said): Said => ({ ...one, text: one.text.slice(0, TEXT_KEPT) });

/** The record with a patch: `null` deletes a key, everything else replaces it. */
export function mergeMap(current: JsonObject, patch: JsonObject | undefined): JsonObject {
  if (!patch) return current;
  const next = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  return next;
}

type Records = Record<string, JsonObject>;

function mergeRecords<T>(
  current: Record<string, T>,
  patch: Record<string, JsonObject | null> | undefined,
): Record<string, T> {
  if (!patch) return current;
  const next = { ...current } as unknown as Records;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else next[key] = mergeMap(next[key] ?? {}, value);
  }
  return next as unknown as Record<string, T>;
}

const appended = (list: string[], more: string[] | undefined): string[] =>
  more && more.length > 0 ? [...list, ...more.filter((item) => !list.includes(item))] : list;

/** The copies of what is in shadow: replaced, or overtaken by what really changed. */
function shadowAfter(state: TicketState, patch: StatePatch): Pick<TicketState, 'shadow'> {
  if (patch.shadow) return { shadow: { ...state.shadow, ...patch.shadow } };
  if (!patch.ticket || !state.shadow) return {};
  return { shadow: overtaken(state.shadow, state.ticket, patch.ticket) };
}

/** The state with a patch applied. Total: an unknown key changes nothing. */
export function applyPatch(state: TicketState, patch: StatePatch): TicketState {
  return {
    ...state,
    ticket: mergeMap(state.ticket, patch.ticket) as TicketState['ticket'],
    is: patch.is ? { ...state.is, ...patch.is } : state.is,
    clocks: mergeRecords(state.clocks, patch.clocks),
    tasks: mergeRecords(state.tasks, patch.tasks),
    paths: mergeRecords(state.paths, patch.paths),
    deliveries: mergeRecords(state.deliveries, patch.deliveries),
    named: mergeMap(state.named, patch.named) as TicketState['named'],
    facts: mergeMap(state.facts as unknown as JsonObject, patch.facts) as unknown as TicketState['facts'],
    flows: mergeRecords(state.flows, patch.flows),
    ...(patch.asked ? { asked: mergeRecords(state.asked ?? {}, patch.asked) } : {}),
    ...(patch.said ? { said: [...(state.said ?? []), ...patch.said.map(kept)].slice(-SAID_KEPT) } : {}),
    ...(patch.sequences
      ? {
          sequences: mergeMap((state.sequences ?? {}) as unknown as JsonObject, patch.sequences) as never,
        }
      : {}),
    ...(patch.told ? { told: { ...state.told, ...patch.told } } : {}),
    ...(patch.rollout ? { rollout: patch.rollout } : {}),
    ...shadowAfter(state, patch),
    once: appended(state.once, patch.once),
    held: appended(patch.unheld ? state.held.filter((name) => !patch.unheld?.includes(name)) : state.held, patch.held),
    waiting: patch.waiting ?? state.waiting,
    unknown: appended(state.unknown, patch.unknown),
    parked: appended(state.parked, patch.parked),
  };
}

const more = (before: Seen | undefined, at: number): Seen =>
  before ? { n: before.n + 1, first: before.first, last: at } : { n: 1, first: at, last: at };

function counted(seen: TicketState['seen'], event: TicketEvent): TicketState['seen'] {
  const before = seen[event.type];
  const of = before?.of ?? {};
  const subject = event.subject;
  const next = {
    ...more(before, event.at),
    of: subject === undefined ? of : { ...of, [subject]: more(of[subject], event.at) },
  };
  return { ...seen, [event.type]: next };
}

/**
 * The state after one event: pure, total, and all there is. `fold(events) = state` for every ticket, which is what
 * makes an archive of events enough to rebuild it.
 */
export function evolve(state: TicketState, event: TicketEvent): TicketState {
  const commandId = event.cause.startsWith('command:') ? event.cause.slice('command:'.length) : undefined;
  const next: TicketState = {
    ...state,
    seq: event.seq,
    at: event.at,
    seen: counted(state.seen, event),
    commandIds:
      commandId !== undefined && !state.commandIds.includes(commandId)
        ? [...state.commandIds, commandId].slice(-COMMAND_IDS_KEPT)
        : state.commandIds,
  };
  return event.patch ? applyPatch(next, event.patch) : next;
}

/** The state before the first event of a ticket. */
export function blankState(id: string, pack: TicketState['pack']): TicketState {
  return {
    schema: 1,
    id,
    pack,
    seq: 0,
    at: 0,
    ticket: { id, status: 'created', customer: {}, tags: [] },
    seen: {},
    is: {},
    clocks: {},
    tasks: {},
    paths: {},
    deliveries: {},
    named: {},
    facts: {},
    flows: {},
    once: [],
    held: [],
    waiting: [],
    unknown: [],
    parked: [],
    commandIds: [],
  };
}
