/** What another ticket says to this one (design.md, decision 11). */
import type { Json } from '../policy/types';
import { setField } from './fields';
import { dropLink, noteLink } from './links';
import type { Turn } from './turn';
import type { Actor, Told } from './types';

/**
 * What Tocsin tells other tickets by itself. `wanted`: a ticket of this kind and key was asked for again, with the fields
 * it is to have now. `linked` and `unlinked` are noted as links and are no events `told`.
 */
export const BUILT_IN_WORDS = ['wanted'] as const;

/** The other ticket as an actor. */
const sender = (told: Told): Actor => ({ name: told.from, kind: 'feed' });

/**
 * Take a message of another ticket: the event `told`, with its name as the subject. Of one sender only what is newer than
 * everything heard of it is taken, so a repeat is harmless; a closed ticket does not act on it, and records that.
 */
export function hear(turn: Turn, told: Told): void {
  if (told.seq <= (turn.state.told?.[told.from] ?? 0)) return;
  const heard = { [told.from]: told.seq };
  const by = sender(told);
  if (told.name === 'linked' || told.name === 'unlinked') {
    const kind = String(told.data['kind'] ?? 'related');
    (told.name === 'linked' ? noteLink : dropLink)(turn, told.from, kind, { by, told: heard });
    return;
  }
  const over = turn.state.ticket.status === 'closed';
  turn.emit({
    type: over ? 'ignored' : 'told',
    subject: told.name,
    by,
    data: { ...told.data, from: told.from, name: told.name },
    patch: { told: heard },
  });
  if (told.name === 'wanted' && !over) setWanted(turn, told.data['fields'] ?? null, by);
}

function setWanted(turn: Turn, fields: Json, by: Actor): void {
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields)) return;
  for (const [name, value] of Object.entries(fields)) setField(turn, name, value, { by });
}
