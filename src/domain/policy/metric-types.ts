/** Compiled metrics: questions to the events of many tickets. Durations are milliseconds, targets plain numbers. */
import type { Cel, Pattern } from './types';

/** What a metric counts. */
export type MetricSource =
  | { kind: 'tickets' }
  | { kind: 'events'; patterns: Pattern[] }
  /** Ticks of a cadence: `tick.due`, `tick.kept`, `tick.breached`. */
  | { kind: 'ticks'; name: string }
  /** Measurements posted from outside: `event.value` and the labels they came with. */
  | { kind: 'series'; name: string };

/** A dimension that groups are made by: a part of the calendar, a well-known name, or an expression. */
export type MetricDimension = { name: string; cel?: Cel };

/** A comparison; `<` and `>` are strict. A percentage is a share (`20%` is 0.2), a duration its milliseconds. */
export interface MetricTarget {
  op: '<' | '<=' | '>' | '>=' | '==';
  value: number;
  text: string;
}

/** Inclusive bounds. */
export interface MetricRange {
  min?: number;
  max?: number;
}

/** How a value is written, beyond what its unit says. */
export interface MetricShown {
  /** At least so many digits after the point; thousands are grouped. */
  digits?: number;
  /** At most so many; as many as `digits` where it is absent. */
  mostDigits?: number;
  before?: string;
  after?: string;
  /** A duration as hours and minutes. */
  clock: boolean;
}

/** One compiled metric. Exactly one of share, mean, sum, balance, last and value gives its value; their number where none is written. */
export interface MetricDef {
  name: string;
  clauses: string[];
  title?: string;
  label?: string;
  better?: 'lower' | 'higher';
  unit?: 'percent' | 'duration' | 'number' | 'score' | 'yes_no';
  shown?: MetricShown;
  of: MetricSource;
  /** Tickets of this kind; `any` is all of them. */
  kind: string;
  /** Tickets that the pack is in shadow on are counted as well: what was decided, not what was done. */
  inShadow?: true;
  where?: Cel;
  /** The event that dates a ticket (its first); a ticket without it is not counted. */
  on: Pattern[];
  once?: { name: string; cel?: Cel };
  from: Pattern[];
  to: Pattern[];
  toWhere?: Cel;
  /** `to` may be on another ticket with the same value of this. */
  same?: { name: string; cel?: Cel };
  within?: number;
  share?: Cel;
  /** Whether `share` says itself what it makes of an item without `to`. */
  shareReadsFound: boolean;
  mean?: 'duration' | Cel;
  sum?: Cel;
  balance?: { plus: Cel; minus: Cel };
  last: boolean;
  /** Computed from `metric.<name>`, `before.<name>`, `period.days` and `param`; what it counts is nothing of its own. */
  value?: Cel;
  /** In place of the value of the whole: the lowest of these parts of the calendar that have one. */
  lowest?: 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';
  per?: { of: Pattern[]; distinct: MetricDimension[] };
  by: MetricDimension[];
  labels?: Record<string, string>;
  for?: Cel;
  /** Groups before and after the first event with the same key, of any ticket. */
  split?: { on: Pattern[]; where?: Cel; key: Cel };
  top?: number;
  distribution: boolean;
  reference?: Record<string, number>;
  relativeTo?: string;
  /** The other metric is weighed by the mix of this dimension among what is counted here. */
  mix?: string;
  outOf?: string;
  target?: MetricTarget;
  range?: MetricRange;
  ranges?: Record<string, MetricRange>;
  words?: { below?: string; above?: string };
  need?: { series: string; each: number; eachMost?: number };
  /** The window it is asked over where the asker names none: today, week, month, quarter, a duration back, or now. */
  window: string;
  /** Counts what stands, whenever it began. */
  standing: boolean;
  compare?: { windows: [string, string]; words?: { better?: string; same?: string; worse?: string } };
  /** What a missed target is: a failure, or a warning. */
  miss: 'fail' | 'warn';
}
