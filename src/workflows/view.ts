import { openAgenda } from '../domain/ticket/agenda';
import type { CompiledPack, JsonObject } from '../domain/policy/types';
import { calendarOf } from '../domain/ticket/calendars';
import { clockNext } from '../domain/ticket/clocks';
import type { TicketState } from '../domain/ticket/types';
import type { TicketView } from './messages';

/** The promises that run on a ticket: what is due when, and whether it was missed. Those that ended are in the timeline. */
function commitmentsOf(pack: CompiledPack, state: TicketState): JsonObject[] {
  return Object.values(pack.commitments).flatMap((def) => {
    const clock = state.clocks[`commitment:${def.name}`];
    if (!clock || clock.status === 'done' || clock.status === 'idle') return [];
    const next = clockNext({ ...def.clock, marks: [] }, clock, calendarOf(pack, clock.calendar));
    return [
      {
        commitment: def.name,
        ...(def.title === undefined ? {} : { title: def.title }),
        due: clock.due ?? next?.at ?? null,
        breached: clock.breached,
        paused: clock.status === 'paused',
      },
    ];
  });
}

/** A ticket as people read it: what `show` prints and every command returns. */
export function viewOf(pack: CompiledPack, state: TicketState): TicketView {
  const due = openAgenda(pack, state)[0]?.at;
  return {
    id: state.id,
    number: String(state.ticket['number'] ?? state.id),
    seq: state.seq,
    at: state.at,
    status: state.ticket.status,
    ticket: state.ticket,
    paths: Object.fromEntries(
      Object.entries(state.paths).map(([name, path]) => [
        name,
        {
          level: path.level,
          to: pack.paths[name]?.levels[path.level - 1]?.to ?? [],
          acknowledged: path.acknowledged,
          by: path.acknowledgedBy ?? null,
          exhausted: path.exhausted,
        },
      ]),
    ),
    tasks: Object.entries(state.tasks)
      .filter(([, task]) => task.open)
      .map(([key, task]) => ({
        task: task.name,
        n: task.n,
        for: task.for,
        ...(pack.tasks[task.name]?.title === undefined ? {} : { title: pack.tasks[task.name]?.title ?? '' }),
        ...(task.prefill === undefined ? {} : { prefill: task.prefill }),
        ...(task.draft === undefined ? {} : { draft: task.draft }),
        opened: task.openedAt,
        due: state.clocks[`task:${key}`]?.due ?? null,
        breached: state.clocks[`task:${key}`]?.breached ?? false,
      })),
    commitments: commitmentsOf(pack, state),
    is: Object.entries(state.is)
      .filter(([, holds]) => holds)
      .map(([name]) => name),
    ...(due === undefined ? {} : { nextDue: due }),
    ...(state.rollout ? { rollout: state.rollout as unknown as JsonObject } : {}),
    pack: state.pack,
    waiting: state.waiting.map((entry) => ({ template: entry['template'] ?? '', missing: entry['missing'] ?? [] })),
  };
}
