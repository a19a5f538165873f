/** Refused attempts that must leave a trace all the same: a refused command changes nothing, so they are noted after it. */
import type { Command, Rejection } from './types';

/** The note that records a refused attempt, in the name of who made it; undefined where the refusal asks for none. */
export function auditOf(command: Command, rejected: Pick<Rejection, 'message' | 'details'>): Command | undefined {
  if (rejected.details['audit'] !== true) return undefined;
  const reason = rejected.details['reason'];
  return {
    id: `${command.id}:refused`,
    name: 'note',
    at: command.at,
    by: command.by,
    fields: { text: rejected.message, command: command.name, ...(reason === undefined ? {} : { reason }) },
  };
}
