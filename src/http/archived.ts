import type { CompiledPack } from '../domain/policy/types';
import { blankState, evolve } from '../domain/ticket/evolve';
import type { TicketEvent, TicketState } from '../domain/ticket/types';

/** A ticket's state folded from its archive: what is left to read when its run has ended. */
export function applyArchive(
  row: { id: string; packHash: string },
  pack: CompiledPack,
  events: readonly TicketEvent[],
): TicketState {
  return events.reduce(
    evolve,
    blankState(row.id, { id: pack.id, version: String(pack.version['id'] ?? ''), hash: row.packHash }),
  );
}
