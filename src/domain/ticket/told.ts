/** What another ticket says to this one (design.md, decision 11). */
import type { Turn } from './turn';
import type { Actor, Told } from './types';

/**
 * What Tocsin tells other tickets by itself: a link was made, a ticket was merged into this one, this register entry is
 * wanted again.
 */
export const BUILT_IN_WORDS = ['linked', 'merged', 'wanted'] as const;

/** The other ticket as an actor. */
const sender = (told: Told): Actor => ({ name: told.from, kind: 'feed' });

/**
 * Take a message of another ticket: the event `told`, with its name as the subject. Of one sender only what is newer than
 * everything heard of it is taken, so a repeat is harmless; a closed ticket does not act on it, and records that.
 */
export function hear(turn: Turn, told: Told): void {
  if (told.seq <= (turn.state.told?.[told.from] ?? 0)) return;
  const over = turn.state.ticket.status === 'closed';
  turn.emit({
    type: over ? 'ignored' : 'told',
    subject: told.name,
    by: sender(told),
    data: { ...told.data, from: told.from, name: told.name },
    patch: { told: { [told.from]: told.seq } },
  });
}
