/**
 * Messages from this ticket to others: deliveries on the channel `ticket`. Whoever drives the ticket hands them over
 * (the dispatcher of the store, a rehearsal) and comes back with a receipt.
 */
import type { Json, JsonObject } from '../policy/types';
import type { Turn } from './turn';
import type { Delivery, DeliveryState, Opening } from './types';

/** The `role` of a delivery to another ticket. */
export const TICKET_ROLE = 'ticket';

interface Word {
  verb: 'open' | 'tell';
  /** The ticket, or `kind:key` of the one to open. */
  to: string;
  /** What its events are called: the word told, or the kind opened. */
  name: string;
  vars: JsonObject;
  clauses: string[];
  /** What the ticket that is opened or found becomes to this one. */
  link?: string;
}

const encoded = (text: string): string => encodeURIComponent(text);

function reach(turn: Turn, word: Word): void {
  const seq = turn.state.seq + 1;
  const slot = [TICKET_ROLE, word.name, encoded(word.to), seq].join(':');
  const delivery: Delivery = {
    key: [turn.state.id, turn.cause, slot, 'ticket'].join('|'),
    ticket: turn.state.id,
    at: turn.at,
    channel: 'ticket',
    verb: word.verb,
    role: TICKET_ROLE,
    to: word.to,
    template: word.name,
    vars: { ...word.vars, from: turn.state.id, seq },
    clauses: word.clauses,
    priority: String(turn.state.ticket['priority'] ?? ''),
    ifLate: 'send',
  };
  const pending: DeliveryState = {
    key: delivery.key,
    at: turn.at,
    channel: 'ticket',
    role: TICKET_ROLE,
    to: word.to,
    status: 'pending',
    by: [],
    ...(word.link === undefined ? {} : { link: word.link }),
  };
  turn.emit({
    type: 'delivery',
    subject: word.name,
    clauses: word.clauses,
    data: delivery as unknown as JsonObject,
    patch: { deliveries: { [delivery.key]: pending as unknown as JsonObject } },
  });
}

/** Tell other tickets something; this one itself is left out, and each of the others is told once. */
export function tell(turn: Turn, to: readonly string[], name: string, data: JsonObject, clauses: string[]): void {
  for (const ticket of new Set(to)) {
    if (ticket === turn.state.id || ticket === '') continue;
    if (turn.shadow) {
      turn.withhold('tell', { clauses, data: { to: ticket, event: name, with: data } });
      continue;
    }
    reach(turn, { verb: 'tell', to: ticket, name, vars: { event: name, with: data }, clauses });
  }
}

/** What is asked for when a ticket of another kind is wanted. */
export interface Wanted {
  kind: string;
  key: string;
  subject: string;
  fields: JsonObject;
  link?: string;
}

/** What was asked for at this very instant already: it is asked for once, with the fields it is to have now. */
function askedFor(turn: Turn, to: string, opening: Opening, clauses: readonly string[]): boolean {
  const twin = turn.events.find(
    ({ at, type, data }) => at === turn.at && type === 'delivery' && data['verb'] === 'open' && data['to'] === to,
  );
  if (!twin) return false;
  const { vars } = twin.data as unknown as Delivery;
  const before = vars['opening'] as unknown as Opening;
  vars['opening'] = { ...before, ...opening, fields: { ...before.fields, ...opening.fields } };
  twin.clauses = [...new Set([...twin.clauses, ...clauses])];
  return true;
}

/** Have a ticket of a kind opened: where one with this key is open, it is told `wanted` with the fields instead. */
export function want(turn: Turn, wanted: Wanted, clauses: string[]): void {
  const { kind, key, subject, fields, link } = wanted;
  const { priority, category, ...others } = fields;
  const text = (name: string, value: Json | undefined): JsonObject =>
    typeof value === 'string' ? { [name]: value } : {};
  const opening: Opening = {
    kind,
    ...(key === '' ? {} : { key }),
    subject,
    body: '',
    channel: 'api',
    ...text('priority', priority),
    ...text('category', category),
    fields: others,
  };
  const to = key === '' ? kind : `${kind}:${key}`;
  if (key !== '' && askedFor(turn, to, opening, clauses)) return;
  if (turn.shadow) {
    turn.withhold('open_ticket', { clauses, data: { kind, key, fields } });
    return;
  }
  turn.emit({ type: 'ticket_wanted', clauses, data: { kind, key } });
  reach(turn, {
    verb: 'open',
    to,
    name: kind,
    vars: { kind, key, opening: opening as unknown as JsonObject, link: link ?? null },
    clauses,
    ...(link === undefined ? {} : { link }),
  });
}
