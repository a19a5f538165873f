/** Flows as the core reads them: compiled by `src/policies`, run by `src/domain/ticket/flows.ts`. */
import type { Action, Cel, Pattern, Value } from './types';

/** A way on: the first row whose `when` holds is taken. */
export interface GoRow {
  when?: Cel;
  /** The next state, or `end`. */
  to: string;
  outcome?: string;
  do: Action[];
  clauses: string[];
  /** The name of an interrupt. */
  name?: string;
  /** What people call the way. */
  title?: string;
}

/** What happens when nobody has answered for `after`, counted from the last question. */
export interface SilenceRow {
  after: Value;
  /** The message to the customer. */
  send?: Action;
  to?: string;
  giveUp: boolean;
  do: Action[];
  clauses: string[];
}

export interface CollectItem {
  field: string;
  /** The question to the customer. */
  ask?: Action;
  attempts: number;
  /** From 0 to 100: how certain an extraction must be. */
  sufficient: number;
  /** The date field that gets the day which the words mean. */
  dates?: string;
}

export interface CollectDef {
  /** The fact that reads the fields out of a message. */
  model: string;
  /** It begins with the message that led here, or with a question that the state has just put by what it does. */
  begins: 'message' | 'question';
  items: CollectItem[];
  silence: SilenceRow[];
  clauses: string[];
}

export interface FlowStateDef {
  name: string;
  /** What people call it. */
  title?: string;
  /** Switched on only where this holds; where it does not, the flow takes the way of `otherwise`. */
  when?: Cel;
  otherwise?: GoRow;
  /** The voice that asks and speaks in it. */
  voice?: string;
  ask: string[];
  askEachMessage: string[];
  interrupts: GoRow[];
  collect?: CollectDef;
  /** It waits for the task `<flow>_<state>`. */
  task: boolean;
  do: Action[];
  inOrder: boolean;
  silence: SilenceRow[];
  go: GoRow[];
  clauses: string[];
}

export interface FlowDef {
  name: string;
  clauses: string[];
  /** The kinds of ticket it runs on; `support` where the pack says nothing. */
  kind: string[];
  starts: { on: Pattern[]; when?: Cel; first?: string }[];
  first: string;
  states: Record<string, FlowStateDef>;
}
