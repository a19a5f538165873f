import type { Pattern } from '../policy/types';
import type { TicketEvent } from './types';

/**
 * Whether an event is one of a list of patterns. A pattern without a subject means any; `breached(task)` means any
 * task's breach.
 */
export function matches(patterns: readonly Pattern[], event: Pick<TicketEvent, 'type' | 'subject' | 'data'>): boolean {
  return patterns.some(
    (pattern) =>
      pattern.name === event.type &&
      (pattern.subject === undefined || pattern.subject === event.subject || pattern.subject === event.data['owner']),
  );
}
