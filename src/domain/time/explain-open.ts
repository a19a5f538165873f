import type { CompiledCalendar } from './calendar-types';
import { WEEK_MS, formatCivilDate, weekday, type CivilDay, type DurationMs, type EpochMs } from './instants';
import {
  intervalsOn,
  openIndex,
  specialFrom,
  stretchAt,
  weekOf,
  type OpenIndex,
  type OpenInterval,
} from './open-weeks';

/** Why a stretch of time counts as it does: what `tocsin explain` prints of a calendar. */
export interface OpenExplanation {
  /** The open time of the window in milliseconds; the sum of `counted`. */
  open: DurationMs;
  /** The open intervals within the window, `[from, to)`: ascending and disjoint. */
  counted: { from: EpochMs; to: EpochMs }[];
  /** Holidays whose hours would have counted in the window, as `YYYY-MM-DD`, ascending. */
  holidays: string[];
  /** Dates with hours of their own, where those or the weekday's touch the window, as `YYYY-MM-DD`, ascending. */
  overrides: string[];
}

/**
 * Explains `openBetween`: the intervals counted from `from` to `to`, the holidays skipped and the overrides
 * used. Empty when `to` is not after `from`. Its cost grows with the length of the window.
 * @throws RangeError for an instant that is no finite number: a bug of the caller.
 */
export function explainOpen(calendar: CompiledCalendar, from: EpochMs, to: EpochMs): OpenExplanation {
  if (!Number.isFinite(to - from)) throw new RangeError(`Open time from ${from} to ${to} cannot be counted.`);
  if (to <= from) return { open: 0, counted: [], holidays: [], overrides: [] };
  if (calendar.always === true) return { open: to - from, counted: [{ from, to }], holidays: [], overrides: [] };
  const index = openIndex(calendar);
  const counted = countedBetween(index, from, to);
  const touches = (intervals: OpenInterval[]): boolean =>
    intervals.some(([opens, closes]) => opens < to && from < closes);
  const weekly = (day: CivilDay): OpenInterval[] => intervalsOn(calendar, day, calendar.hours[weekday(day)] ?? []);
  const dates = (days: Iterable<CivilDay>): string[] => [...days].sort((a, b) => a - b).map(formatCivilDate);
  const holidays = [...index.holidays].filter((day) => !index.overrides.has(day) && touches(weekly(day)));
  const overrides = [...index.overrides]
    .filter(([day, hours]) => touches(intervalsOn(calendar, day, hours)) || touches(weekly(day)))
    .map(([day]) => day);
  const open = counted.reduce((sum, interval) => sum + interval.to - interval.from, 0);
  return { open, counted, holidays: dates(holidays), overrides: dates(overrides) };
}

function countedBetween(index: OpenIndex, from: EpochMs, to: EpochMs): { from: EpochMs; to: EpochMs }[] {
  const counted: { from: EpochMs; to: EpochMs }[] = [];
  let position = specialFrom(index, weekOf(from));
  for (let week = weekOf(from); week * WEEK_MS < to; week += 1) {
    while ((index.special[position] ?? Infinity) < week) position += 1;
    for (const [opens, closes] of stretchAt(index, week, position).week.intervals) {
      const start = Math.max(from, week * WEEK_MS + opens);
      const end = Math.min(to, week * WEEK_MS + closes);
      if (start >= end) continue;
      const last = counted.at(-1);
      // An interval over the border of two weeks is one for the reader.
      if (last !== undefined && last.to === start) last.to = end;
      else counted.push({ from: start, to: end });
    }
  }
  return counted;
}
