import type { OffsetTable } from './zone-offsets';

/**
 * Open hours of one day: `[start, end]` in minutes after the day's local midnight, `0 <= start < 1440`,
 * `start < end <= start + 1440`. An end over 1440 runs past midnight and belongs to the starting day. In any order;
 * intervals that touch or overlap count once.
 */
export type OpenMinutes = [number, number][];

/**
 * A calendar as the core reads it: plain JSON, in the pack's hashed body, made by `compileCalendar`. Treated as
 * immutable: what is derived from it is cached by object.
 */
export interface CompiledCalendar {
  /** The zone's name as the author wrote it; for people only, the arithmetic reads `offsets`. */
  zone: string;
  /** Version of the tz database that `offsets` was taken from, such as `2025c`. */
  tzdata: string;
  /** Open at every instant; `hours`, `holidays` and `overrides` are then not read. */
  always?: true;
  /** The zone from 1970 to the publish year + 10; after its last change the last offset stays in force. */
  offsets: OffsetTable;
  /** Seven entries, Monday first; an empty one is a closed day. */
  hours: OpenMinutes[];
  /** Local dates `YYYY-MM-DD`, ascending and unique, on which the hours of the weekday do not begin. */
  holidays: string[];
  /** Hours of single local dates in place of the weekday's; they win over holidays. An empty list is a closed day. */
  overrides: Record<string, OpenMinutes>;
}
