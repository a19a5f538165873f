/** Commitments that share warnings: of a group, the one that is due first warns; each is kept or missed by itself. */
import type { CompiledPack } from '../policy/types';
import type { EpochMs } from '../time/instants';
import { calendarOf } from './calendars';
import { clockNext } from './clocks';
import type { ClockState, TicketState } from './types';

/** When a commitment that runs is due next; a single promise that was missed has nothing left to warn of. */
function dueOfMember(pack: CompiledPack, clock: ClockState): EpochMs | undefined {
  const def = pack.commitments[clock.name];
  if (!def || clock.status !== 'running') return undefined;
  if (!def.clock.cadence) return clock.breached ? undefined : clock.due;
  return clockNext({ ...def.clock, marks: [] }, clock, calendarOf(pack, clock.calendar), def)?.at;
}

/** The member of a commitment's group that warns in its place, or undefined where it warns itself. */
export function warnsFor(pack: CompiledPack, state: TicketState, clock: ClockState): string | undefined {
  const group = clock.owner === 'commitment' ? pack.commitments[clock.name]?.group : undefined;
  const due = group === undefined ? undefined : dueOfMember(pack, clock);
  if (due === undefined) return undefined;
  let first: { name: string; due: EpochMs } = { name: clock.name, due };
  for (const other of Object.values(state.clocks)) {
    if (other.owner !== 'commitment' || pack.commitments[other.name]?.group !== group) continue;
    if (pack.commitments[other.name]?.clock.marks.length === 0) continue;
    const at = dueOfMember(pack, other);
    if (at === undefined || at > first.due || (at === first.due && other.name >= first.name)) continue;
    first = { name: other.name, due: at };
  }
  return first.name === clock.name ? undefined : first.name;
}
