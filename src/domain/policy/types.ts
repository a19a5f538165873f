/**
 * The compiled policy pack: what the core reads. Made once, at publish, by `src/policies`; immutable, JSON, content-hashed.
 * Durations are milliseconds, instants epoch milliseconds, names are the author's.
 */
import type { AssistantDef } from '../assistant/types';
import type { CompiledCalendar } from '../time/calendar';
import type { ChannelDef, ReplyDef, RotaDef, WayInDef } from './intake-types';
import type { FlowDef } from './flow-types';
import type { KindDef, TicketQuery } from './ticket-types';
import type { OffsetTable } from '../time/zone-offsets';
import type { MetricDef } from './metric-types';
import type { ReportDef, ScheduleDef } from './report-types';
import type { PathDef, ReasonDef } from './path-types';
import type { RolloutDef } from './rollout-types';
import type { PartDef } from './parts';
import type { VoiceDef } from './voice-types';
import type { ChecklistDef } from './checklist-types';

export type { KindDef, TicketQuery };
export type { ChannelDef, ChannelState, ReplyDef, RotaDef, WayInDef } from './intake-types';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A condition's parse tree (CEL), small enough to be evaluated in the workflow sandbox. See `expr.ts`. */
export type Expr =
  | ['lit', Json]
  | ['id', string]
  | ['sel', Expr, string]
  | ['has', Expr, string]
  | ['idx', Expr, Expr]
  | ['call', string, Expr[]]
  | ['list', Expr[]]
  | ['map', [Expr, Expr][]]
  | ['fold', { range: Expr; item: string; accu: string; init: Expr; go: Expr; step: Expr; result: Expr }];

/**
 * A compiled CEL expression. `reads` are the names it depends on, two segments deep (`ticket.priority`, `is.p1`,
 * `fact.repeat`, `seen.reopened`), so that the engine evaluates it again only when one of them changed.
 */
export interface Cel {
  src: string;
  x: Expr;
  reads: string[];
}

/** A value of the pack: written out, or computed (`=` in the YAML) when it is needed. */
export type Value<T extends Json = Json> = { lit: T } | { cel: Cel };

/** An event pattern: `name` or `name(subject)`. */
export interface Pattern {
  name: string;
  subject?: string;
}

/** An amount of time: milliseconds in the clock's calendar, or whole open days with a time of day. */
export type Amount = number | { days: number; at: 'same' | 'open' | 'close' };

/** A warning of a clock: a share of its amount, an offset after its anchor (positive) or before its due instant (negative). */
export interface Mark {
  label: string;
  percent?: number;
  offset?: number;
}

/** One phase of a cadence: ticks each `every` ms until `until` ms after the anchor (the last phase has no `until`). */
export interface Phase {
  every: number;
  until?: number;
}

/** The clock that commitments, tasks and delayed rules share (policy-language §2). */
export interface ClockDef {
  anchors: Pattern[];
  due?: Value;
  cadence?: Value;
  calendar: Value<string>;
  while?: Cel;
  pause?: Cel;
  marks: Mark[];
  /** How long before a tick a fulfilling event counts for it. */
  early: number;
  /** How long after the due instant it is only late; then it is breached. Commitments with `due` only. */
  grace?: Value;
}

/** A construct that applies to some kinds of ticket, and does nothing on the others. */
export interface OfKinds {
  /** `support` alone where the pack says nothing. */
  kind: string[];
}

export interface CommitmentDef extends OfKinds {
  name: string;
  clauses: string[];
  clock: ClockDef;
  /** Events that fulfil it; a cadence without any is a plain series of ticks and never breaches. */
  met: Pattern[];
  metWhen?: Cel;
  /** After the breach: `again` each further share of the amount until met (`100` = a whole period). */
  againPercent?: number;
  group?: string;
  title?: string;
}

export interface AskDef {
  type: 'text' | 'url' | 'number' | 'date' | 'person' | 'list' | 'any';
  required: boolean | Cel;
}

export interface TaskDef extends OfKinds {
  name: string;
  clauses: string[];
  title?: string;
  clock: ClockDef;
  when?: Cel;
  closes: Pattern[];
  /** It is closed by such an event only where this holds. */
  closesWhen?: Cel;
  for: Value;
  choices: Value<Json[]>;
  ask: Record<string, AskDef>;
  /** Ticket fields that the answer sets; each is asked for. */
  sets: string[];
  prefill?: Cel;
  draft?: string;
  remind?: number;
  /** An unanswered one ends when the next opens. */
  lapses?: boolean;
  /** It is opened on a ticket in shadow as well. */
  inShadow?: boolean;
}

export type { LevelDef, PathDef, ReasonDef } from './path-types';

export type Action = { clauses: string[]; when?: Cel } & (
  | { do: 'set'; fields: Record<string, Value> }
  | { do: 'tag' | 'untag'; tag: Value }
  | { do: 'note'; note: Value }
  | { do: 'assign'; assign: Record<string, Value> }
  | ({ do: 'deliver' } & DeliverAction)
  | { do: 'escalate'; path: Value<string>; to: Value; reason?: Value; template?: string; via?: string[] }
  | { do: 'deescalate'; path: Value<string>; to: Value; reason?: Value }
  | { do: 'ask'; facts: string[] }
  | { do: 'open_task'; task: string; for?: Value }
  | { do: 'clocks'; clocks: Value }
  | { do: 'restrict'; to: Value }
  | { do: 'call'; to: Value; name: string }
  | { do: 'command'; command: string; fields: Record<string, Value> }
  | { do: 'open_ticket'; kind: string; key: Value; fields: Record<string, Value>; subject?: Value; link?: string }
  | { do: 'link'; to: Value; kind: string }
  | { do: 'tell'; to: Value; event: string; with: Record<string, Value> }
);

/** A delivery as the policy asks for it: which words to whom, by which channels, by when. */
export interface DeliverAction {
  verb: 'notify' | 'page' | 'send' | 'draft' | 'status_page';
  to: Value;
  via: string[];
  template?: string;
  /** Who gets a copy of a mail, in place of those of the template. */
  cc?: Value;
  /** In place of `template`: a computed name; one that is not there is as none. */
  templateFrom?: Cel;
  /** Deadlines after the event for a receipt; the first missed is `undelivered(name)`. */
  by: number[];
  once?: 'ticket';
  name?: string;
  delay?: number;
  /** Delivered only when every channel has a receipt. */
  all?: boolean;
  /** Page along this path from its first level. */
  path?: string;
  /** Status page state. */
  state?: Value;
  /** For a draft: the role that sends it. */
  for?: Value;
  mention?: string;
  worth?: number;
  ifLate: 'send' | 'latest-only' | 'drop';
}

export interface RuleDef extends OfKinds {
  name: string;
  clauses: string[];
  on: Pattern[];
  when?: Cel;
  once?: 'ticket';
  /** With it the rule owns a clock and acts when that is due. */
  clock?: ClockDef;
  inOrder?: boolean;
  do: Action[];
  /** It acts on a ticket in shadow as well. */
  inShadow?: boolean;
}

export interface GuardDef extends OfKinds {
  name: string;
  clauses: string[];
  command: string;
  when?: Cel;
  needs: string[];
  refuse?: Cel;
  say: string;
  offer?: string;
  override?: { by: string[]; flag?: string };
  /** An attempt that it refuses is recorded. */
  journal?: boolean;
}

export interface TableRow {
  when?: Cel;
  then: Value;
  clauses: string[];
}

export interface TableDef extends OfKinds {
  name: string;
  clauses: string[];
  sets?: string;
  /** It decides its field only as long as this holds. */
  while?: Cel;
  hit: 'first' | 'all' | 'highest';
  /** Decision rows; a keyed table has `keys` and `byKey` instead. */
  rows: TableRow[];
  keys: string[];
  byKey: Json;
}

export interface FieldDef {
  name: string;
  type: 'text' | 'number' | 'bool' | 'enum' | 'set' | 'list' | 'date' | 'person' | 'money' | 'any';
  values: Json[];
  required: boolean;
  visible: string;
  default?: Value;
  tag?: string;
  personal: boolean;
  clauses: string[];
}

/** A waiting list of tickets. Its key is what tickets hold. */
export interface QueueDef {
  name: string;
  title: string;
  /** Other names people use for it, in commands too. */
  aliases: string[];
  /** The queue it is a part of. */
  parent?: string;
  clauses: string[];
}

export interface ConditionDef {
  name: string;
  cel: Cel;
  clauses: string[];
}

export interface RoleDef {
  name: string;
  title?: string;
  email?: string;
  phone?: string;
  page?: string;
  slack?: string;
  queue?: string;
  rota?: string;
  group?: string[];
  from?: Cel;
  fallback?: string;
  list?: string;
  mustConfigure?: boolean;
  /** The calendar in which it is there: messages that fall outside wait for its next opening. */
  hours?: string;
  /** What is sent to it at once outside its hours, and who is told then as well. */
  outOfHours?: { atOnce: Cel; also?: string; clauses: string[] };
  /** Another way to reach that role. */
  pointOf?: string;
  unconfirmed?: boolean;
  alsoCalled?: string[];
  note?: string;
  /** The role above it. */
  reportsTo?: string;
  headcount?: { now?: number; min?: number; max?: number; clauses: string[] };
  /** One person for each `min` to `max` of the series `of`. */
  ratio?: { of: string; min: number; max: number; clauses: string[] };
  skills?: string[];
  clauses: string[];
}

export interface WordsDef {
  list: string[];
  match: 'substring' | 'word' | 'prefix';
  fold: string[];
  clauses: string[];
}

export interface FactDef {
  name: string;
  clauses: string[];
  /** The model or the port that answers; neither where tickets are asked. */
  model?: string;
  /** The pack's own classifier answers, whatever model is configured. */
  embedded?: true;
  port?: string;
  values: string[];
  /** The range of a score; one outside it is none. */
  score?: [number, number];
  /** Below this score the answer is that value. */
  below: Record<string, string>;
  /** The names whose values the answer is made from. */
  reads: string[];
  deadline: number;
  /** A question to the other tickets, answered by `correlate` from their summaries. */
  tickets?: TicketQuery;
}

/** What the core knows of a template: the text itself never enters the workflow (design.md, decision 7). */
export interface TemplateDef {
  name: string;
  audience: 'customer' | 'staff' | 'public';
  needs: Cel[];
  /** Names the text reads, dotted (`commitment.p1_updates.next`). */
  vars: string[];
  /** Names of the text that are computed when the message is made. */
  let?: Record<string, Value>;
  /** Who gets a copy of the mail: roles and addresses. */
  cc?: Value;
  /** The importance a mail is marked with. */
  importance?: Value;
  /** In whose name the mail is sent: an address or `Name <address>`. */
  from?: string;
  /** What the header Priority of the mail says. */
  priority?: Value;
  clauses: string[];
  subject: boolean;
}

export interface CompiledPack {
  format: 1;
  id: string;
  version: JsonObject;
  clauses: Record<string, string[]>;
  params: JsonObject;
  calendars: Record<string, CompiledCalendar>;
  zone: string;
  /** The pack's zone as a table: reports and schedules count days in it. Absent in packs of older builds: UTC. */
  zoneOffsets?: OffsetTable;
  /** Tables of the other zones that reports and schedules name. */
  zones?: Record<string, OffsetTable>;
  people: Record<string, RoleDef>;
  rotas: Record<string, RotaDef>;
  fields: Record<string, FieldDef>;
  words: Record<string, WordsDef>;
  /** Empty: any text is a queue. */
  queues: Record<string, QueueDef>;
  tables: Record<string, TableDef>;
  /** In an order in which each reads only those before it. */
  conditions: ConditionDef[];
  facts: Record<string, FactDef>;
  commitments: Record<string, CommitmentDef>;
  tasks: Record<string, TaskDef>;
  paths: Record<string, PathDef>;
  /** By name; absent where every ticket is live. */
  rollouts?: Record<string, RolloutDef>;
  /** Absent where the pack declares none: then any text is a reason. */
  reasons?: Record<string, ReasonDef>;
  /** Absent where the pack has none. */
  voices?: Record<string, VoiceDef>;
  checklists?: Record<string, ChecklistDef>;
  rules: Record<string, RuleDef>;
  guards: Record<string, GuardDef>;
  templates: Record<string, TemplateDef>;
  kinds: Record<string, KindDef>;
  flows: Record<string, FlowDef>;
  metrics: Record<string, MetricDef>;
  schedules: Record<string, ScheduleDef>;
  reports: Record<string, ReportDef>;
  /** Dialogues that stand before people; no ticket runs them. */
  assistants: Record<string, AssistantDef>;
  channels: Record<string, ChannelDef>;
  /** In the pack's order, which is the order of a telephone menu. */
  intake: Record<string, WayInDef>;
  replies: Record<string, ReplyDef>;
  catchAll: string;
  /** The packs it is composed of, by the prefix of their names. */
  parts?: Record<string, PartDef>;
}
