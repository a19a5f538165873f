/**
 * The vocabulary of the ticket core: what comes in (inputs), what is recorded (events), what is known (state).
 * All of it is plain JSON: no Date, Map, Set, class or undefined survives continue-as-new.
 */
import type { Json, JsonObject } from '../policy/types';
import type { DurationMs, EpochMs } from '../time/instants';
import type { ShadowCopy, Standing } from '../policy/rollout-types';
import type { MailHeaders } from './mail-headers';
import type { SequenceState } from './sequence-types';
import type { FactState, FlowState, Said } from './flow-types';

/** Who did something. `engine` is Tocsin itself, `feed` a machine. */
export interface Actor {
  name: string;
  role?: string;
  kind: 'person' | 'customer' | 'engine' | 'feed';
}

/** The kind of ticket that customers open. */
export const SUPPORT = 'support';

/** What intake says of a new ticket (design.md, "An opening"). */
export interface Opening {
  /** A kind of the pack; `support` when left out. */
  kind?: string;
  /** One open ticket for each pack, kind and key. */
  key?: string;
  subject: string;
  body: string;
  channel: 'email' | 'chat' | 'phone' | 'portal' | 'api';
  priority?: string;
  /** Who asks; every support ticket has one, tickets of other kinds may have none. */
  customer?: { name: string; email: string; plan: string; [key: string]: Json };
  category?: string;
  tags?: string[];
  externalId?: string;
  fields?: JsonObject;
}

/** The fixed set of commands (design.md, decision 17). No clause gets one of its own. */
export const COMMANDS = [
  'claim',
  'progress',
  'reply',
  'message',
  'send_update',
  'acknowledge',
  'escalate',
  'deescalate',
  'confirm_receipt',
  'pause',
  'resume',
  'hand_off',
  'release',
  'answer',
  'reclassify',
  'set',
  'tag',
  'untag',
  'note',
  'link',
  'resolve',
  'reopen',
  'close',
  'merge',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** A person's or a machine's order. `at` was stamped once, at the trusted edge; `id` makes a repeat harmless. */
export interface Command {
  id: string;
  name: string;
  at: EpochMs;
  /** What the giver said, where `at` had to be clamped. */
  givenAt?: EpochMs;
  by: Actor;
  fields: JsonObject;
}

/** What became of a delivery, said by the activity that made it. */
export interface Receipt {
  key: string;
  outcome: 'delivered' | 'failed' | 'unreached' | 'dropped';
  at: EpochMs;
  /** When it was handed to the provider. */
  handedOverAt?: EpochMs;
  to?: string;
  person?: string;
  provider?: string;
  detail?: string;
}

/** The answer to a question the core put to the outside. */
export interface FactAnswer {
  fact: string;
  at: EpochMs;
  value?: Json;
  score?: number;
  reasons?: string[];
  key?: string;
  /** Ids of the tickets counted, where other tickets were asked about. */
  members?: string[];
  /** What answered, and in which version. */
  version?: string;
  /** What the answer cost: tokens, money. */
  usage?: JsonObject;
}

/** What another ticket says: the receiver's side of a delivery on the channel `ticket`. */
export interface Told {
  /** The key of the delivery. */
  key: string;
  /** The id of the ticket that says it, and the seq of its delivery event: of one sender only the newer is taken. */
  from: string;
  seq: number;
  at: EpochMs;
  name: string;
  data: JsonObject;
}

export type Input =
  | { kind: 'command'; command: Command }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'fact'; answer: FactAnswer }
  | { kind: 'told'; told: Told };

/** One thing that happened. `seq` is dense from 1; `at` is the instant it belongs to, `recordedAt` when it was written. */
export interface TicketEvent {
  seq: number;
  at: EpochMs;
  recordedAt: EpochMs;
  type: string;
  subject?: string;
  by: Actor;
  /** `command:<id>`, `<commitment>@<due instant>`, `receipt:<key>`. */
  cause: string;
  clauses: string[];
  data: JsonObject;
  /** What it changes in the state: `evolve` applies it, so the state is a fold of the events and of nothing else. */
  patch?: StatePatch;
}

/** A merge patch, one level deep a key: `null` deletes; lists are appended where the comment says so. */
export interface StatePatch {
  ticket?: JsonObject;
  is?: Record<string, boolean>;
  clocks?: Record<string, JsonObject | null>;
  tasks?: Record<string, JsonObject | null>;
  paths?: Record<string, JsonObject | null>;
  deliveries?: Record<string, JsonObject | null>;
  named?: JsonObject;
  facts?: JsonObject;
  flows?: Record<string, JsonObject | null>;
  /** Questions to the outside that are open. */
  asked?: Record<string, JsonObject | null>;
  /** Appended: messages of a dialogue. */
  said?: Said[];
  /** The newest seq heard, by sender. */
  told?: Record<string, number>;
  sequences?: Record<string, JsonObject | null>;
  /** Said at its opening; the copies are replaced, by the name of the rollout. */
  rollout?: Record<string, Standing>;
  shadow?: Record<string, ShadowCopy>;
  /** Appended. */
  once?: string[];
  held?: string[];
  unheld?: string[];
  /** Replaced. */
  waiting?: JsonObject[];
  /** Appended. */
  unknown?: string[];
  /** Appended: agenda items set aside after an engine fault. */
  parked?: string[];
}

/** The channels a delivery can take. */
export type Channel =
  'email' | 'slack' | 'page' | 'status_page' | 'console' | 'ticket' | 'broadcast' | 'webhook' | 'origin';

/**
 * A message to make. On the channel `ticket` it goes to another ticket: verb `open` has the vars `{ kind, key, opening, link, seq }`
 * (`to` is `kind:key`, the receipt's `to` the ticket opened or found), verb `tell` the vars `{ event, with, from, seq }` (`to` is the
 * ticket; one that has ended is a receipt `dropped`). A delivery is the data of a `delivery` event, and what a lane hands to
 * its activity.
 */
export interface Delivery extends MailHeaders {
  /** `ticket|cause|slot|channel` (design.md, decision 9). */
  key: string;
  ticket: string;
  at: EpochMs;
  channel: Channel;
  verb: string;
  /** The policy's role or audience. */
  role: string;
  /** The role's published address on this channel; the receipt names who it was. */
  to: string;
  /** Everyone a broadcast or a list goes to (an audience name is resolved outside). */
  recipients?: Json;
  template: string;
  /** For a status page: its state. */
  state?: string;
  vars: JsonObject;
  clauses: string[];
  name?: string;
  path?: string;
  level?: number;
  attempt?: number;
  mention?: string;
  priority: string;
  worthUntil?: EpochMs;
  ifLate: 'send' | 'latest-only' | 'drop';
  /** For a draft: the role it was prepared for. */
  draftFor?: string;
}

export interface ClockState {
  owner: 'commitment' | 'task' | 'rule';
  name: string;
  /** Which occasion: the seq of the anchoring event. */
  anchorSeq: number;
  anchor: EpochMs;
  /** idle: its `while` does not hold. done: met, answered, fired, stopped. */
  status: 'running' | 'paused' | 'idle' | 'done';
  /** From when ticks count: activation. */
  activeFrom: EpochMs;
  amount: Json;
  calendar: string;
  /** Closed pauses; an open one has its start in `pausedAt`. */
  pauses: [EpochMs, EpochMs][];
  pausedAt?: EpochMs;
  due?: EpochMs;
  /** Labels of marks already given for this anchor or this tick. */
  marked: string[];
  breached: boolean;
  breachedAt?: EpochMs;
  late?: boolean; // the due instant has passed, the time of grace after it has not
  grace?: DurationMs;
  met: boolean;
  /** Cadence: the last tick acted on, and the last fulfilling event. */
  lastTick?: EpochMs;
  lastMet?: EpochMs;
  /** Number of `again`s given. */
  again: number;
  /** Data of the anchoring event, for `event.x` in a delayed rule. */
  event?: JsonObject;
}

export interface TaskState {
  name: string;
  n: number;
  for: string[];
  openedAt: EpochMs;
  open: boolean;
  outcome?: 'done' | 'moot' | 'lapsed' | 'closed';
  choice?: Json;
  by?: string;
  at?: EpochMs;
  answer?: JsonObject;
  prefill?: Json;
  /** The text its form begins with: a template and what it reads. */
  draft?: { template: string; vars: JsonObject };
  remindAt?: EpochMs;
}

export interface PathState {
  level: number;
  /** The levels it stood on before, lowest first: where a de-escalation leads back to. */
  trail?: number[];
  enteredAt: EpochMs;
  toldAt: EpochMs;
  attempt: number;
  acknowledged: boolean;
  acknowledgedBy?: string;
  acknowledgedAt?: EpochMs;
  exhausted: boolean;
  done: boolean;
  ackDue?: EpochMs;
  reason?: string;
  template?: string;
  from?: string;
  pending: string[];
}

export interface DeliveryState {
  key: string;
  name?: string;
  at: EpochMs;
  channel: Channel;
  role: string;
  to: string;
  path?: string;
  /** On the channel `ticket`: what the ticket opened or found becomes to this one. */
  link?: string;
  /** Deliveries of one message over several channels. */
  set?: string;
  /** Of these, every one must arrive; `broken` once one has not. */
  all?: boolean;
  broken?: boolean;
  status: 'pending' | 'held' | 'delivered' | 'failed' | 'unreached' | 'dropped';
  person?: string;
  settledAt?: EpochMs;
  /** Deadlines still to pass. */
  by: EpochMs[];
  timeoutAt?: EpochMs;
  heldUntil?: EpochMs; // It waits: made at this instant, of what is held.
  /** It waits for its own delay as well. */
  delayed?: boolean;
  held?: JsonObject;
}

/** What conditions read as `ticket`: the built-in names and every field of the pack. */
export interface TicketView extends JsonObject {
  id: string;
  status: string;
  customer: JsonObject;
  tags: Json[];
}

export interface Seen {
  n: number;
  first: EpochMs;
  last: EpochMs;
}

export interface TicketState {
  schema: 1;
  id: string;
  pack: { id: string; version: string; hash: string };
  seq: number;
  /** The instant of the last event: nothing is recorded before it. */
  at: EpochMs;
  ticket: TicketView;
  /** Events by type, and within it by subject: how often, first and last seen. */
  seen: Record<string, Seen & { of: Record<string, Seen> }>;
  is: Record<string, boolean>;
  /** Keyed `commitment:name`, `task:name#n`, `rule:name#seq`. */
  clocks: Record<string, ClockState>;
  tasks: Record<string, TaskState>;
  paths: Record<string, PathState>;
  /** Unsettled deliveries by key, and the newest of each name. */
  deliveries: Record<string, DeliveryState>;
  named: Record<string, JsonObject>;
  facts: Record<string, FactState>;
  flows: Record<string, FlowState>;
  /** Open questions to the outside, by fact. */
  asked?: Record<string, { key: string; due: EpochMs }>;
  /** The newest messages of a dialogue with the customer, oldest first. */
  said?: Said[];
  /** The newest seq heard of each other ticket: what comes again, or late, changes nothing. */
  told?: Record<string, number>;
  /** Actions in order that wait for a receipt. */
  sequences?: Record<string, SequenceState>;
  /** Where it stands in each rollout; absent where everything is live. */
  rollout?: Record<string, Standing>;
  /** What the parts in shadow would have set, by the name of the rollout. */
  shadow?: Record<string, ShadowCopy>;
  /** `once` rules and deliveries already made. */
  once: string[];
  /** Fields set by hand, which tables leave alone. */
  held: string[];
  /** Customer messages that wait for a field. */
  waiting: JsonObject[];
  /** Names that were missing when a condition was asked, each recorded once. */
  unknown: string[];
  /** Agenda items set aside after a fault of the engine (design.md, decision 20). */
  parked: string[];
  /** The last 200 command ids. */
  commandIds: string[];
}

/** One thing that will fall due, unless something happens first. */
export interface AgendaItem {
  at: EpochMs;
  kind: 'mark' | 'due' | 'tick' | 'again' | 'fire' | 'remind' | 'silence' | 'held' | 'ack' | 'by' | 'timeout' | 'fact';
  /** Rank at one instant: warnings, dues, rules, paths, deliveries. */
  rank: number;
  /** Of a part of the pack in shadow: it decides and records, nobody hears of it. */
  shadow?: true;
  /** What it belongs to: `commitment:p1_updates`, `path:on_call`, … */
  id: string;
  name: string;
  label: string;
  clauses: string[];
  data: JsonObject;
}

/** A refusal: a value, never thrown inside the core. */
export interface Rejection {
  code: string;
  message: string;
  details: JsonObject;
}

export interface Step {
  state: TicketState;
  events: TicketEvent[];
}
export type Outcome = ({ ok: true } & Step) | { ok: false; rejection: Rejection };

export type { DurationMs, EpochMs };
