/** What a ticket's workflow takes and answers. Shared by the workflow and its client; types and names only. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { JsonObject } from '../domain/policy/types';
import type {
  AgendaItem,
  Command,
  Delivery,
  FactAnswer,
  Opening,
  Receipt,
  TicketEvent,
  TicketState,
  Told,
} from '../domain/ticket/types';

/** Where a ticket's work is done: pages, other deliveries and store work have slots of their own (decision 3). */
export interface Queues {
  pages: string;
  deliveries: string;
  store: string;
}

export interface TicketInput {
  id: string;
  number: string;
  /** `shares`: of the pack's rollouts, as they stood at the opening. */
  opening?: { opening: Opening; at: number; shares?: Record<string, number> };
  queues: Queues;
  /** What a run hands to the next at continue-as-new: nothing that was asked for is dropped. */
  carried?: Carried;
  rehearsal?: RehearsalInput;
  /** The history budget: a run of this many events renews, without waiting for the server's own hint (4,096). */
  renewAfterEvents?: number;
}

/** Where a rehearsed ticket stands. */
export interface RehearsalView {
  /** At most a page of them. */
  events: TicketEvent[];
  state: TicketState;
  /** The next instant at which something falls due or a receipt comes, however far the horizon is. */
  wake?: number;
}

/** Only in rehearsal, whose driver moves the horizon on: nothing due at or after it is acted on. */
export interface RehearsalInput {
  horizon: number;
  /** What to add to the workflow's clock so that the ticket opens at the scenario's instant; set by the first run. */
  clockShift?: number;
}

export interface Carried {
  state: TicketState;
  outbox: Delivery[];
  /** Questions to the outside without an answer yet; builds before this one carry none. */
  questions?: Question[];
  unarchived: TicketEvent[];
  receipts: Receipt[];
  log?: TicketEvent[];
}

/** What `show` prints and every command returns. */
export interface TicketView {
  id: string;
  number: string;
  seq: number;
  at: number;
  status: string;
  ticket: JsonObject;
  paths: JsonObject;
  tasks: JsonObject[];
  commitments: JsonObject[];
  is: string[];
  nextDue?: number;
  pack: JsonObject;
  waiting: JsonObject[];
  /** Where it stands in each rollout of the pack; absent where the pack has none. */
  rollout?: JsonObject;
}

/** A question to the outside, as the event `asked` has it. `key` makes a repeat harmless. */
export interface Question {
  ticket: string;
  fact: string;
  key: string;
  /** From when on an answer comes too late. */
  due: number;
  /** What the answer is made from: customers' words among it. */
  inputs: JsonObject;
  /** The voice that asks, and the template of its context with the values it reads. */
  voice?: string;
  context?: JsonObject;
}

/** One batch for the archive: events in order, and the read model's snapshot after the last of them. */
export interface ArchiveBatch {
  ticket: string;
  /** The hash of its pack, whose questions about other tickets the archive answers; builds before this one do not say it. */
  pack?: string;
  events: TicketEvent[];
  agenda: { at: number; label: string; kind: string }[];
}

export const commandUpdate = defineUpdate<TicketView, [Command]>('command');
export const horizonUpdate = defineUpdate<TicketView, [number]>('horizon');
export const receiptSignal = defineSignal<[Receipt]>('receipt');
export const factSignal = defineSignal<[FactAnswer]>('fact');
/** What another ticket says; at least once, in order for each sender (decision 11). */
export const toldSignal = defineSignal<[Told]>('told');
/** Wakes a ticket so that it may renew onto the newest build (decision 19). */
export const nudgeSignal = defineSignal('nudge');
export const viewQuery = defineQuery<TicketView>('view');
export const agendaQuery = defineQuery<AgendaItem[]>('agenda');
/** Events after a sequence number, at most `limit`: a long timeline is read in pages. */
export const timelineQuery = defineQuery<TicketEvent[], [after: number, limit: number]>('timeline');
/** As many events as stay well under Temporal's payload limits. */
export const TIMELINE_PAGE = 300;
/** For a rehearsal's driver: the events after a seq, and when the ticket does something by itself. */
export const rehearsalQuery = defineQuery<RehearsalView, [after: number]>('rehearsal');
export const stateQuery = defineQuery<TicketState>('state');

/** The activities a ticket calls. `src/activities` and `src/store` implement them; the workflow knows only these types. */
export interface TicketActivities {
  deliverPage(delivery: Delivery, packHash: string): Promise<Receipt>;
  deliverMessage(delivery: Delivery, packHash: string): Promise<Receipt>;
  archiveEvents(batch: ArchiveBatch): Promise<void>;
  answerQuestion(question: Question, packHash: string): Promise<FactAnswer>;
}
