/** Reports and schedules as they are compiled: calendar time without a ticket. */
import type { Cel, Json, Pattern, Value } from './types';

/** A point of the calendar: each day, or a day of the week, month or quarter; wall time of a zone. */
export interface CalendarPoint {
  day?: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
  /** Day of the month, 1–31; the last one where a month is shorter. */
  month?: number;
  /** Day of the quarter, 1–92. */
  quarter?: number;
  time: string;
  zone: string;
}

export interface ReportList {
  metric: string;
  /** Liquid over ticket, event, from, to, duration and what `with` computes. */
  text: string;
  with: Record<string, Cel>;
  /** Entries whose texts are alike are one. */
  clusters?: { of: Cel; alike: number; least: number };
  most: number;
  /** Said where there is nothing; else the section is left out. */
  empty?: string;
  /** These are proposals of Tocsin, not entries of a person. */
  proposed: boolean;
}

export interface ReportSection {
  title: string;
  clauses: string[];
  /** Liquid, one line or several each; over `metric.<name>` and `period`. */
  lines: string[];
  /** Metrics under a name of the section, with groups and how many periods back. */
  ask: Record<string, { metric: string; by?: string[]; back: number }>;
  chart?: string;
  lists: ReportList[];
  /** Constructs of the pack whose changes in the period are listed. */
  changes?: string[];
}

export interface ReportDef {
  name: string;
  clauses: string[];
  title: string;
  /** A dashboard: each metric over its own window, made whenever somebody looks. */
  live: boolean;
  period: 'day' | 'week' | 'month' | 'quarter';
  /** When it is made and sent; a live one has none. */
  at?: CalendarPoint;
  to: string[];
  /** The metric whose conversations are exported with it. */
  transcripts?: string;
  sections: ReportSection[];
}

/** What a scheduled ticket goes through, or carries along. */
export interface ScheduleItems {
  each: Pattern[];
  kind: string;
  where?: Cel;
  /** How far back, in ms; the schedule's own period where it is left out. */
  window?: number;
  /** At most so many, picked by a stable hash. */
  sample?: number;
  /** A ticket for each, in place of a list in the field `items`. */
  apart: boolean;
  choices: Json[];
  /** What of each is written down, computed. */
  with: Record<string, Cel>;
}

export interface ScheduleDef {
  name: string;
  clauses: string[];
  at: CalendarPoint | { cel: Cel };
  opens: {
    kind: string;
    key: Value;
    subject?: string;
    /** Computed from metrics of the period; opens nothing where it does not hold. */
    when?: Cel;
    forEach?: string;
    for: string[];
    fields: Record<string, Json>;
    items?: ScheduleItems;
    /** Answers of metrics that the ticket carries, by field. */
    attach: Record<string, { metric: string; back: number; by?: string[] }>;
  };
}
