/** Rotations, channels, ways in and canned responses, compiled. */
import type { Cel, JsonObject } from './types';

/** What a customer finds on a channel: the first row whose calendar is open. */
export interface ChannelState {
  during?: string;
  is: string;
  /** What becomes of whoever comes. */
  then: 'wait' | 'open' | 'message' | 'bot';
  queue?: string;
  /** Who is offered first in the queue: the highest. */
  rank: number;
  /** Fields of a ticket that is opened then. */
  opens: JsonObject;
  note?: string;
  clauses: string[];
}

/** A way for customers to reach support. */
export interface ChannelDef {
  name: string;
  title: string;
  says?: string;
  response?: string;
  bestFor?: string;
  link?: string;
  /** For customers whose plan has no rows of its own. */
  states: ChannelState[];
  plans: Record<string, ChannelState[]>;
  clauses: string[];
}

/** One way in: an address, a menu key, a widget; and what becomes of what comes by it. */
export interface WayInDef {
  name: string;
  channel: 'email' | 'chat' | 'phone' | 'portal' | 'api';
  /** In lower case. */
  address?: string;
  press?: string;
  waits?: boolean;
  app?: string;
  says: string[];
  does: 'open' | 'emergency' | 'repeat' | 'transfer' | 'say';
  to?: string;
  queue?: string;
  opens: JsonObject;
  keeps: Record<string, string>;
  plans: Record<string, string>;
  unknownPlan?: string;
  clauses: string[];
}

/** A canned response. */
export interface ReplyDef {
  name: string;
  title: string;
  shortcut?: string;
  template: string;
  when?: Cel;
  clauses: string[];
}

/** A weekly rotation in wall time of its zone; resolved outside the core (design.md, decision 15). */
export interface RotaDef {
  name: string;
  zone: string;
  handover: { day: string; time: string };
  start: string;
  /** The local date from which nobody is planned any more. */
  until?: string;
  people: { name: string; email?: string; phone?: string; page?: string }[];
  clauses: string[];
}
