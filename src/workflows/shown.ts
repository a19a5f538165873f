/** What Temporal's own UI shows of a ticket: search attributes and details, written only when they change. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributePair, SearchAttributeUpdatePair } from '@temporalio/common';
import type { TicketState } from '../domain/ticket/types';
import { LEVEL, NEXT_DUE, POLICY, PRIORITY, STATUS } from './search-attributes';

/** The last thing that was shown of a ticket, so that nothing is written twice. */
export class Shown {
  private text = '';

  /** Bring it up to date; `due` is when something falls due next. */
  update({ ticket, paths, pack }: TicketState, due: number | undefined): void {
    const level =
      Object.entries(paths)
        .map(([name, path]) => `${name}:${path.level}`)
        .join(' ') || 'none';
    const attributes: (SearchAttributePair | SearchAttributeUpdatePair)[] = [
      { key: PRIORITY, value: String(ticket['priority'] ?? '') },
      { key: STATUS, value: ticket.status },
      { key: LEVEL, value: level },
      { key: POLICY, value: `${pack.id}@${pack.version}` },
    ];
    const text = JSON.stringify(attributes.map((pair) => pair.value));
    if (text === this.text) return;
    this.text = text;
    if (due !== undefined) attributes.push({ key: NEXT_DUE, value: new Date(due) });
    upsertSearchAttributes(attributes);
    setCurrentDetails(
      `${String(ticket['priority'])} ${ticket.status}, owner ${String(ticket['owner'] ?? 'none')}, level ${level}`,
    );
  }
}
