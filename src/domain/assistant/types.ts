/** The dialogue of an assistant: what the pack says of it, what comes in, what is known, what is asked of the outside. Plain JSON. */
import type { Cel, Json, JsonObject, Value } from '../policy/types';
import type { DurationMs, EpochMs } from '../time/instants';

/** A text with computed parts: `Hello {{ customer.name }}`. */
export type TextDef = (string | Cel)[];

/** A way on: the first row that holds. `go` is a step, `handoff`, or `handoff:<trigger>`. */
export interface NextDef {
  when?: Cel;
  go: string;
}

/** What the next message of the customer fills. */
export interface ReadDef {
  field: string;
  /** `text`: the whole message; `number`: its first number, times the factor of the unit behind it. */
  as: 'text' | 'number';
  /** Factors by unit in lower case. */
  units: Record<string, number>;
  /** The message counts only where this pattern fits; its first group, if it has one, is the value. */
  pattern?: string;
}

/** A choice that is offered. */
export interface OptionDef {
  key: string;
  /** A word list or words: any of them chooses it as well as its key. */
  words: string[];
  go: string;
}

/** What a step asks of the outside before it speaks; the answer is read as `result`. */
export type StepAct =
  | { do: 'search'; query: Value<string> }
  | { do: 'account'; fact: string }
  | { do: 'open_ticket' }
  | { do: 'ticket_status' };

export interface StepDef {
  name: string;
  clauses: string[];
  act?: StepAct;
  set: Record<string, Value>;
  say?: TextDef;
  reads: ReadDef[];
  options: OptionDef[];
  next: NextDef[];
}

export interface IntentDef {
  name: string;
  clauses: string[];
  when: Cel;
  set: Record<string, Value>;
  go: string;
  /** Also in the middle of a script, before what the step waits for. */
  interrupts: boolean;
}

/** A reason to hand over to a person. */
export interface TriggerDef {
  name: string;
  clauses: string[];
  /** Absent: only by name (`handoff:<name>`), or the assistant's own (`unsure`). */
  when?: Cel;
  queue?: string;
  tags: string[];
  set: Record<string, Value>;
  say?: TextDef;
  /** Asked for again while details are collected, the rest is skipped. */
  insists: boolean;
}

/** A detail that a ticket needs. */
export interface CollectDef {
  clauses: string[];
  read: ReadDef;
  when?: Cel;
  ask: TextDef;
}

export interface AssistantDef {
  name: string;
  title: string;
  clauses: string[];
  greeting: string;
  /** An answer that is less certain than this is not given: a person takes over. */
  confidence: number;
  /** The plan of a visitor whom nobody knows. */
  visitorPlan: string;
  /** What a visitor is told where an account is needed. */
  login: TextDef;
  /** The step for a message that no intent takes. */
  otherwise: string;
  /** Said where a message does not fit what was asked. */
  again: TextDef;
  intents: IntentDef[];
  triggers: TriggerDef[];
  /** The trigger of an answer that is too uncertain. */
  unsure: string;
  steps: Record<string, StepDef>;
  collect: CollectDef[];
  /** The ticket: its subject, category and fields, computed. */
  ticket: { subject: TextDef; category?: Value; fields: Record<string, Value>; clauses: string[] };
  /** Commitments of which the earliest due instant is stated as the time of the answer. */
  promise: string[];
  wait: {
    clauses: string[];
    /** The calendar in which somebody is there. */
    calendar: Value<string>;
    /** The average time a conversation takes. */
    handling: DurationMs;
    open: TextDef;
    closed: TextDef;
  };
}

/** Who writes. `identified` only where the identity provider says so. */
export interface Visitor {
  identified: boolean;
  id?: string;
  name?: string;
  email?: string;
  plan?: string;
}

/** A message of the customer. `guess` is what a model outside made of it, where there is one. */
export interface IncomingMessage {
  text: string;
  at: EpochMs;
  visitor: Visitor;
  guess?: { intent: string; confidence: number };
}

export interface SpokenMessage {
  from: 'customer' | 'assistant';
  at: EpochMs;
  text: string;
}

/** A question to the outside; the dialogue goes on with its answer. */
export type AssistantQuestion =
  | { ask: 'search'; query: string }
  | { ask: 'account'; fact: string }
  | { ask: 'ticket_status'; number?: string }
  | { ask: 'open_ticket'; opening: TicketWish }
  | { ask: 'queue'; queue: string };

/** The ticket that the conversation asks for. */
export interface TicketWish {
  subject: string;
  body: string;
  category?: string;
  tags: string[];
  fields: JsonObject;
}

/** The state of a conversation. It survives JSON. */
export interface ConversationState {
  schema: 1;
  assistant: string;
  status: 'bot' | 'collecting' | 'handed_off';
  messages: SpokenMessage[];
  visitor: Visitor;
  collected: JsonObject;
  /** The step that waits for a message. */
  waiting?: string;
  /** What the outside was asked, and where the dialogue goes on. */
  pending?: { step: string; question: AssistantQuestion };
  handoff?: { trigger: string; queue?: string; tags: string[]; asking?: string };
  /** The last answer from outside. */
  result: JsonObject;
  confidence: number;
  ticket?: JsonObject;
  /** The instant of the last message. */
  at: EpochMs;
}

/** What a message or an answer led to. */
export interface Turn {
  state: ConversationState;
  /** What the assistant says now, in order. */
  replies: string[];
  question?: AssistantQuestion;
}

export type { Json };
