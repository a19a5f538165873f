/** What a pack says of several tickets: kinds, and questions to the others. */
import type { Cel, Value } from './types';

/** Which other tickets count for a ticket, and what of them is counted. */
export interface TicketQuery {
  /** Reads `other` (a summary's fields, `closed`, `resolved`) and `ticket`; an unknown one does not match. */
  where: Cel;
  /** Kinds of ticket that ask, and those that are counted. */
  kind: string[];
  among: string[];
  /** `tickets` that match, or distinct values at this dotted path, this ticket's own included. */
  count: 'tickets' | { distinct: string[] };
  /** Only tickets opened at most this long before the question's instant, in ms. */
  window?: number;
  /** Asked again whenever what it reads changes, here or on another ticket. */
  watch: boolean;
}

/** A kind of ticket beside support: a register entry, a review, an action. */
export interface KindDef {
  name: string;
  title: string;
  /** The fields it shows, in order. */
  fields: string[];
  /** Its own statuses, in order, set like a field; the first is the one it opens with. */
  statuses: string[];
  /** Roles that may change it; nobody in particular where it is empty. */
  edit: string[];
  /** A support ticket becomes an entry of this kind when this begins to hold: one a key. */
  openedWhen?: Cel;
  /** The key of that entry; the support ticket's id where it is left out. */
  key: Value;
  clauses: string[];
}
