/** What intake needs of the rest: tickets, what it remembers, whoever is known, and the chatbot where there is one. */
import type { JsonObject } from '../domain/policy/types';
import type { Actor, Opening } from '../domain/ticket/types';
import type { EpochMs } from '../domain/time/instants';
import type { Customer, Pack } from './ways';

export interface IntakeTickets {
  /** Opens a ticket; the same key opens it once. */
  open(opening: Opening, key: string, at: EpochMs): Promise<OpenedTicket>;
  /** A command; the same id counts once. Errors: the core's refusals. */
  command(ticket: string, name: string, fields: JsonObject, by: Actor, id: string, at: EpochMs): Promise<void>;
  /** The ticket of an id or public number. */
  find(idOrNumber: string): Promise<{ id: string; closed: boolean } | undefined>;
}

/** Something outside that goes on: a mail thread, a conversation, a call, a ticket of another system. */
export interface Thread {
  ticket?: string;
  data: JsonObject;
}

export interface Waiting {
  channel: string;
  /** The call or the conversation. */
  id: string;
  queue: string;
  rank: number;
  name: string;
  plan: string;
  since: EpochMs;
}

/** Errors of every method: ESC_STORE_UNAVAILABLE. */
export interface IntakeMemory {
  /** What was answered to this event before. */
  answered(source: string, event: string): Promise<JsonObject | undefined>;
  remember(source: string, event: string, answer: JsonObject, at: EpochMs): Promise<void>;
  thread(source: string, id: string): Promise<Thread | undefined>;
  /** Keeps a thread; what it held stays where it is not given. */
  keep(source: string, id: string, thread: { ticket?: string; data?: JsonObject }, at: EpochMs): Promise<void>;
  wait(one: Waiting): Promise<void>;
  /** Whoever waited is served, or gave up. */
  leave(channel: string, id: string, at: EpochMs): Promise<Waiting | undefined>;
  /** Who waits, in the order in which they are offered: highest rank, then whoever came first. */
  waiting(channel: string, queue?: string): Promise<Waiting[]>;
  /** A page or an article that somebody looked at: no ticket. */
  view(view: {
    source: string;
    kind: string;
    what: string;
    who?: string;
    at: EpochMs;
    data: JsonObject;
  }): Promise<void>;
  /** The latest views of somebody, newest first. */
  views(source: string, who: string, limit: number): Promise<{ what: string; at: EpochMs }[]>;
}

/** Customers that are known from earlier. */
export interface IntakeCustomers {
  byEmail(email: string): Promise<Customer | undefined>;
  byAttribute(name: string, value: string): Promise<Customer | undefined>;
}

export interface OpenedTicket {
  id: string;
  number: string;
}

/** What the chatbot says to a message. */
export interface BotAnswer {
  text: string;
  /** A person is to take over. */
  handoff: boolean;
  /** The ticket of the handover, where the bot opened it itself. */
  ticket?: OpenedTicket;
  /** The bot's own name of the conversation, given back with the next message. */
  session?: string;
}

/** The chatbot. Undefined, or an error, where it is not there: then a person answers. */
export interface IntakeBot {
  answer(asked: {
    conversation: string;
    session?: string;
    text: string;
    customer: Customer;
    history: JsonObject[];
    /** What intake knows of a ticket that would be opened now. */
    opening: Opening;
  }): Promise<BotAnswer | undefined>;
}

export interface IntakePorts {
  pack(): Promise<Pack>;
  tickets: IntakeTickets;
  memory: IntakeMemory;
  customers: IntakeCustomers;
  bot?: IntakeBot;
  /** Something that intake got on without failed. */
  failed?(what: string, error: unknown): void;
  now(): EpochMs;
}

/** Runs once for each event of a source; a repeat gets the same answer. */
export async function once(
  ports: IntakePorts,
  source: string,
  event: string,
  run: () => Promise<JsonObject>,
): Promise<JsonObject> {
  const before = await ports.memory.answered(source, event);
  if (before) return { ...before, repeated: true };
  const answer = await run();
  await ports.memory.remember(source, event, answer, ports.now());
  return answer;
}
