import type { CompiledCalendar, OpenMinutes } from './calendar-types';
import { DAY_MS, MINUTE_MS, WEEK_MS, parseCivilDate, weekday, type CivilDay, type EpochMs } from './instants';
import { instantFromLocal, offsetAt } from './zone-offsets';

/*
 * Open time in weeks. Time is cut into blocks of seven days of UTC ("weeks", numbered from 1970-01-01). A week near
 * which nothing happens (no holiday, no override, no change of offset) looks like every other such week of the same
 * offset, so it is laid out once for each offset; the others are laid out when first touched. A search then takes a
 * stretch of regular weeks in one division, however long it is.
 */

/** A physical open interval `[from, to)`. */
export type OpenInterval = [EpochMs, EpochMs];

/** The open intervals within a block of seven days, relative to its start: ascending, disjoint, not touching. */
export interface OpenWeek {
  intervals: OpenInterval[];
  /** Sum of the intervals, in milliseconds. */
  total: number;
}

/** What is derived from one calendar. */
export interface OpenIndex {
  calendar: CompiledCalendar;
  holidays: Set<CivilDay>;
  overrides: Map<CivilDay, OpenMinutes>;
  /** Numbers of the weeks that are not regular, ascending. */
  special: number[];
  /** Special weeks already laid out. */
  weeks: Map<number, OpenWeek>;
  /** The regular week by offset from UTC. */
  regular: Map<number, OpenWeek>;
}

/** A stretch of weeks alike: `week` is the layout of every week from the one asked for to before `end`. */
export interface Stretch {
  week: OpenWeek;
  end: number;
}

const NO_HOURS: OpenMinutes = [];
/** An interval reaches at most this many days after its date (two days of minutes, 16 hours of offset). */
const REACH_AFTER = 3;
/** And this many before it. */
const REACH_BEFORE = 1;
const indexes = new WeakMap<CompiledCalendar, OpenIndex>();

/** The index of a calendar, derived at its first use and kept as long as the calendar object lives. */
export function openIndex(calendar: CompiledCalendar): OpenIndex {
  let index = indexes.get(calendar);
  if (index === undefined) {
    index = deriveIndex(calendar);
    indexes.set(calendar, index);
  }
  return index;
}

/** The number of the week an instant lies in. */
export function weekOf(at: EpochMs): number {
  return Math.floor(at / WEEK_MS);
}

/** The position in `special` of the first special week that is not before `week`. */
export function specialFrom(index: OpenIndex, week: number): number {
  let low = 0;
  let high = index.special.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index.special[middle] as number) < week) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The stretch that begins with `week`; `position` is `specialFrom(index, week)`. A special week is a stretch of one; a
 * regular stretch ends before the next special week, or never (`Infinity`).
 */
export function stretchAt(index: OpenIndex, week: number, position: number): Stretch {
  const next = index.special[position];
  if (next === week) {
    let layout = index.weeks.get(week);
    if (layout === undefined) {
      layout = layOut(index, week);
      index.weeks.set(week, layout);
    }
    return { week: layout, end: week + 1 };
  }
  const offset = offsetAt(index.calendar.offsets, week * WEEK_MS);
  let layout = index.regular.get(offset);
  if (layout === undefined) {
    layout = layOut(index, week);
    index.regular.set(offset, layout);
  }
  return { week: layout, end: next ?? Infinity };
}

/** The hours in force on a local date: the override, else none on a holiday, else the weekday's. */
export function hoursOn(index: OpenIndex, day: CivilDay): OpenMinutes {
  const override = index.overrides.get(day);
  if (override !== undefined) return override;
  return index.holidays.has(day) ? NO_HOURS : (index.calendar.hours[weekday(day)] ?? NO_HOURS);
}

/** Hours of a local date as physical intervals: ascending, merged; those that a gap swallows are left out. */
export function intervalsOn(calendar: CompiledCalendar, day: CivilDay, hours: OpenMinutes): OpenInterval[] {
  const intervals: OpenInterval[] = [];
  collect(calendar, day, hours, -Infinity, Infinity, intervals);
  return merged(intervals);
}

function collect(
  calendar: CompiledCalendar,
  day: CivilDay,
  hours: OpenMinutes,
  from: EpochMs,
  to: EpochMs,
  into: OpenInterval[],
): void {
  for (const [start, end] of hours) {
    const opens = Math.max(from, instantFromLocal(calendar.offsets, day * DAY_MS + start * MINUTE_MS));
    const closes = Math.min(to, instantFromLocal(calendar.offsets, day * DAY_MS + end * MINUTE_MS));
    if (opens < closes) into.push([opens, closes]);
  }
}

function layOut(index: OpenIndex, week: number): OpenWeek {
  const from = week * WEEK_MS;
  const intervals: OpenInterval[] = [];
  for (let day = week * 7 - REACH_AFTER; day <= week * 7 + 6 + REACH_BEFORE; day += 1) {
    collect(index.calendar, day, hoursOn(index, day), from, from + WEEK_MS, intervals);
  }
  const relative = merged(intervals).map(([opens, closes]): OpenInterval => [opens - from, closes - from]);
  return { intervals: relative, total: relative.reduce((sum, [opens, closes]) => sum + closes - opens, 0) };
}

/** Sorts and merges in place of the list given; a change of offset can put a later local interval first. */
function merged(intervals: OpenInterval[]): OpenInterval[] {
  intervals.sort((a, b) => a[0] - b[0]);
  const result: OpenInterval[] = [];
  for (const interval of intervals) {
    const last = result.at(-1);
    if (last !== undefined && interval[0] <= last[1]) last[1] = Math.max(last[1], interval[1]);
    else result.push(interval);
  }
  return result;
}

function deriveIndex(calendar: CompiledCalendar): OpenIndex {
  const special = new Set<number>();
  const mark = (fromDay: CivilDay, toDay: CivilDay): void => {
    for (let week = Math.floor(fromDay / 7); week <= Math.floor(toDay / 7); week += 1) special.add(week);
  };
  // A change of offset moves intervals of the days around it, by a day at most (Apia).
  for (const at of calendar.offsets.at) {
    const day = Math.floor(at / DAY_MS);
    mark(day - REACH_AFTER - 1, day + REACH_AFTER + 1);
  }
  const holidays = new Set<CivilDay>();
  const overrides = new Map<CivilDay, OpenMinutes>();
  for (const date of calendar.holidays) {
    const day = dayOfDate(date);
    holidays.add(day);
    mark(day - REACH_BEFORE, day + REACH_AFTER);
  }
  for (const [date, hours] of Object.entries(calendar.overrides)) {
    const day = dayOfDate(date);
    overrides.set(day, hours);
    mark(day - REACH_BEFORE, day + REACH_AFTER);
  }
  const numbers = [...special].sort((a, b) => a - b);
  return { calendar, holidays, overrides, special: numbers, weeks: new Map(), regular: new Map() };
}

function dayOfDate(date: string): CivilDay {
  const day = parseCivilDate(date);
  if (day === undefined) throw new Error(`A compiled calendar has the date "${date}", which compileCalendar refuses.`);
  return day;
}
