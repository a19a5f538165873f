import { TocsinError } from '../errors';
import type { CompiledCalendar } from './calendar-types';
import { LAST_INSTANT, WEEK_MS, formatInstant, type DurationMs, type EpochMs } from './instants';
import { openIndex, specialFrom, stretchAt, weekOf, type OpenWeek } from './open-weeks';

/*
 * Business time. Amounts are physical time inside open intervals; local times become instants by the zone's table, so
 * a day of 24 open hours has 23 or 25 where the clocks change. Intervals are half-open: at its closing instant a
 * calendar is closed.
 */

/**
 * The due instant: `amount` milliseconds of open time after `from`. Exactly used up at a closing instant, it is due at
 * that instant. Zero from an open instant is that instant, from a closed one the next opening.
 * @param amount a finite number of milliseconds, zero or more.
 * @throws ESC_CALENDAR_INVALID when too little open time is left before the year 10000.
 * @throws RangeError when `amount` is negative or no number: a bug of the caller.
 */
export function addOpen(calendar: CompiledCalendar, from: EpochMs, amount: DurationMs): EpochMs {
  if (!(amount >= 0)) throw new RangeError(`An amount of open time is zero or more, not ${amount}.`);
  if (!Number.isFinite(from)) throw new RangeError(`Open time from ${from} cannot be counted.`);
  if (calendar.always === true) return within(calendar, from, from + amount);
  if (amount === 0) return nextOpening(calendar, from);
  const index = openIndex(calendar);
  let week = weekOf(from);
  let position = specialFrom(index, week);
  let stretch = stretchAt(index, week, position);
  // Counted from the start of the week, so that the first week is no special case.
  let left = amount + openBefore(stretch.week, from - week * WEEK_MS);
  for (;;) {
    const { total } = stretch.week;
    const whole = total === 0 ? Infinity : Math.ceil(left / total) - 1;
    if (week + whole < stretch.end) {
      const start = (week + whole) * WEEK_MS;
      return within(calendar, from, start + instantOf(stretch.week, left - whole * total));
    }
    if (stretch.end === Infinity) throw noOpening(calendar, from);
    left -= (stretch.end - week) * total;
    week = stretch.end;
    if (index.special[position] === week - 1) position += 1;
    stretch = stretchAt(index, week, position);
  }
}

/**
 * The open time from one instant to another, in milliseconds; 0 when `to` is not after `from`.
 * @throws RangeError for an instant that is no finite number: a bug of the caller.
 */
export function openBetween(calendar: CompiledCalendar, from: EpochMs, to: EpochMs): DurationMs {
  if (!Number.isFinite(to - from)) throw new RangeError(`Open time from ${from} to ${to} cannot be counted.`);
  if (to <= from) return 0;
  if (calendar.always === true) return to - from;
  const index = openIndex(calendar);
  const lastWeek = weekOf(to);
  let week = weekOf(from);
  let position = specialFrom(index, week);
  let stretch = stretchAt(index, week, position);
  let sum = -openBefore(stretch.week, from - week * WEEK_MS);
  while (stretch.end <= lastWeek) {
    sum += (stretch.end - week) * stretch.week.total;
    week = stretch.end;
    if (index.special[position] === week - 1) position += 1;
    stretch = stretchAt(index, week, position);
  }
  return sum + (lastWeek - week) * stretch.week.total + openBefore(stretch.week, to - lastWeek * WEEK_MS);
}

/** Whether an instant is open. A closing instant is closed. */
export function isOpen(calendar: CompiledCalendar, at: EpochMs): boolean {
  if (calendar.always === true) return true;
  const index = openIndex(calendar);
  const week = weekOf(at);
  const relative = at - week * WEEK_MS;
  return stretchAt(index, week, specialFrom(index, week)).week.intervals.some(
    ([opens, closes]) => opens <= relative && relative < closes,
  );
}

/**
 * The first open instant at or after `from`; `from` itself when that is open.
 * @throws ESC_CALENDAR_INVALID when the calendar never opens again before the year 10000.
 */
export function nextOpening(calendar: CompiledCalendar, from: EpochMs): EpochMs {
  if (!Number.isFinite(from)) throw new RangeError(`There is no opening after ${from}.`);
  if (calendar.always === true) return from;
  const index = openIndex(calendar);
  let week = weekOf(from);
  let relative = from - week * WEEK_MS;
  let position = specialFrom(index, week);
  for (;;) {
    const stretch = stretchAt(index, week, position);
    for (const [opens, closes] of stretch.week.intervals) {
      if (closes > relative) return within(calendar, from, week * WEEK_MS + Math.max(opens, relative));
    }
    relative = 0;
    // A second look at the same regular week is from its start; an empty stretch is passed in one step.
    week = stretch.week.total === 0 ? stretch.end : week + 1;
    if (week === Infinity) throw noOpening(calendar, from);
    if ((index.special[position] ?? Infinity) < week) position += 1;
  }
}

/** Open time of a week before an instant relative to its start. */
function openBefore(week: OpenWeek, relative: number): DurationMs {
  let sum = 0;
  for (const [opens, closes] of week.intervals) {
    if (opens >= relative) break;
    sum += Math.min(closes, relative) - opens;
  }
  return sum;
}

/** The instant, relative to the week's start, at which `amount` of its open time is used up; `0 < amount <= total`. */
function instantOf(week: OpenWeek, amount: DurationMs): number {
  let left = amount;
  for (const [opens, closes] of week.intervals) {
    if (left <= closes - opens) return opens + left;
    left -= closes - opens;
  }
  throw new RangeError('A week was asked for more open time than it has.');
}

function within(calendar: CompiledCalendar, from: EpochMs, instant: EpochMs): EpochMs {
  if (instant > LAST_INSTANT) throw noOpening(calendar, from);
  return instant;
}

function noOpening(calendar: CompiledCalendar, from: EpochMs): TocsinError {
  return new TocsinError(
    'ESC_CALENDAR_INVALID',
    `The calendar (${calendar.zone}) has too few open hours after ${formatInstant(from)}; give it hours, or check its holidays.`,
  );
}
