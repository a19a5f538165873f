/** Links between tickets, noted on both: `ticket.links`, and for an incident `ticket.lead` and `ticket.members`. */
import type { Json, JsonObject } from '../policy/types';
import { tell } from './outreach';
import type { Turn } from './turn';
import type { Actor } from './types';

const PAIRS = [
  ['lead', 'member'],
  ['parent', 'child'],
  ['original', 'duplicate'],
  ['follows', 'follow_up'],
  ['entry', 'source'],
] as const;
const INVERSE = new Map<string, string>(PAIRS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));

/** What this ticket is to the other, when the other is `kind` to this one. A kind without a pair is its own inverse. */
export const inverseOf = (kind: string): string => INVERSE.get(kind) ?? kind;

/** One link: the other ticket, and what it is to this one. */
export interface Link {
  to: string;
  kind: string;
}

/** The links of a ticket, in the order in which they were made. */
export function linksOf(ticket: JsonObject): Link[] {
  const links = ticket['links'];
  return Array.isArray(links) ? (links as unknown as Link[]) : [];
}

interface LinkOptions {
  by?: Actor;
  clauses?: string[];
  data?: JsonObject;
  /** The newest word of that ticket, where this is what it said. */
  told?: Record<string, number>;
}

/** The fields of a ticket with these links: an incident's own names follow from them. */
function fieldsOf(links: readonly Link[]): JsonObject {
  const of = (kind: string): Json[] => links.filter((link) => link.kind === kind).map((link) => link.to);
  const members = of('member');
  return {
    links: links as unknown as Json[],
    lead: of('lead')[0] ?? null,
    members: members.length === 0 ? null : members,
  };
}

/** Note a link here. A ticket has one lead: a new one takes the place of the old, which is told. */
export function noteLink(turn: Turn, to: string, kind: string, options: LinkOptions = {}): void {
  const links = linksOf(turn.state.ticket);
  if (to === turn.state.id || links.some((link) => link.to === to && link.kind === kind)) return;
  const before = kind === 'lead' ? links.find((link) => link.kind === 'lead') : undefined;
  turn.emit({
    type: 'linked',
    subject: kind,
    ...(options.by ? { by: options.by } : {}),
    clauses: options.clauses ?? [],
    data: { ...options.data, to, kind, ...(before ? { instead: before.to } : {}) },
    patch: {
      ticket: fieldsOf([...links.filter((link) => link !== before), { to, kind }]),
      ...(options.told ? { told: options.told } : {}),
    },
  });
  if (before) tell(turn, [before.to], 'unlinked', { kind: inverseOf('lead') }, options.clauses ?? []);
}

/** Take a link off that the other side gave up. */
export function dropLink(turn: Turn, to: string, kind: string, options: LinkOptions = {}): void {
  const links = linksOf(turn.state.ticket);
  const left = links.filter((link) => link.to !== to || link.kind !== kind);
  if (left.length === links.length) return;
  turn.emit({
    type: 'unlinked',
    subject: kind,
    ...(options.by ? { by: options.by } : {}),
    data: { to, kind },
    patch: { ticket: fieldsOf(left), ...(options.told ? { told: options.told } : {}) },
  });
}

/** Link to other tickets, on both sides: here at once, there by word. */
export function linkTo(turn: Turn, to: readonly string[], kind: string, options: LinkOptions = {}): void {
  for (const ticket of new Set(to)) {
    if (ticket === '' || ticket === turn.state.id) continue;
    if (linksOf(turn.state.ticket).some((link) => link.to === ticket && link.kind === kind)) continue;
    noteLink(turn, ticket, kind, options);
    tell(turn, [ticket], 'linked', { kind: inverseOf(kind) }, options.clauses ?? []);
  }
}
