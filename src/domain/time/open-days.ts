import { TocsinError } from '../errors';
import type { CompiledCalendar } from './calendar-types';
import { nextOpening } from './open-time';
import { DAY_MS, LAST_INSTANT, formatInstant, type CivilDay, type EpochMs } from './instants';
import { hoursOn, intervalsOn, openIndex, specialFrom, type OpenInterval } from './open-weeks';
import { instantFromLocal, localFromInstant } from './zone-offsets';

/** The last date that can be written with a year of four digits. */
const LAST_DAY = Math.floor(LAST_INSTANT / DAY_MS);

/**
 * The due instant of an amount in open days. An open day is a local date with hours (an override's included). Day 0 is
 * the first open day with open time left at or after the anchor: Friday 18:00 in office hours counts from Monday, and
 * 02:00 in a night shift from the date on which the shift began. The result lies on the `days`-th open day after it:
 *
 * - `open`: its first opening; `close`: the closing instant of its last interval;
 * - `same`: the local wall time of the anchor (of the next opening, when the anchor is closed), never before the day's
 *   opening nor after its close; in a break of the day, the end of the break.
 *
 * An `always` calendar adds 24 hours a day for `same`; `open` and `close` are the local midnights of the day.
 *
 * @param days a whole number, zero or more.
 * @throws ESC_CALENDAR_INVALID when too few open days are left before the year 10000.
 * @throws RangeError when `days` is negative or not whole: a bug of the caller.
 */
export function addOpenDays(
  calendar: CompiledCalendar,
  anchor: EpochMs,
  days: number,
  at: 'same' | 'open' | 'close',
): EpochMs {
  if (!Number.isInteger(days) || days < 0) throw new RangeError(`A number of open days is whole, not ${days}.`);
  const { offsets } = calendar;
  if (calendar.always === true) {
    const day = Math.floor(localFromInstant(offsets, anchor) / DAY_MS) + days;
    if (day > LAST_DAY) throw tooFewDays(calendar, anchor, days);
    if (at === 'same') return anchor + days * DAY_MS;
    return instantFromLocal(offsets, (at === 'open' ? day : day + 1) * DAY_MS);
  }
  const start = nextOpening(calendar, anchor);
  let [day, intervals] = dayInForce(calendar, start);
  const wall = localFromInstant(offsets, start) - day * DAY_MS;
  if (days > 0) [day, intervals] = openDayAfter(calendar, day, days);
  const opening = (intervals[0] as OpenInterval)[0];
  const close = (intervals.at(-1) as OpenInterval)[1];
  if (at === 'open') return opening;
  if (at === 'close') return close;
  // Day 0 is the anchor itself: its wall time may be the second of an overlap.
  const same = days === 0 ? start : instantFromLocal(offsets, day * DAY_MS + wall);
  if (same >= close) return close;
  const holding = intervals.find(([, closes]) => same < closes) as OpenInterval;
  return Math.max(same, holding[0]);
}

/** The earliest date whose hours are in force at an open instant. */
function dayInForce(calendar: CompiledCalendar, start: EpochMs): [CivilDay, OpenInterval[]] {
  const local = Math.floor(localFromInstant(calendar.offsets, start) / DAY_MS);
  // Hours reach two dates further, and a gap of a whole date one more.
  for (let day = local - 3; day <= local + 1; day += 1) {
    const intervals = openIntervals(calendar, day);
    if (intervals.some(([opens, closes]) => opens <= start && start < closes)) return [day, intervals];
  }
  throw new RangeError(`No date holds the open instant ${formatInstant(start)}.`);
}

/** The `days`-th open day after a date; whole weeks of dates on which nothing is special are passed in one step. */
function openDayAfter(calendar: CompiledCalendar, after: CivilDay, days: number): [CivilDay, OpenInterval[]] {
  const index = openIndex(calendar);
  const perWeek = calendar.hours.filter((hours) => hours.length > 0).length;
  let left = days;
  for (let day = after + 1; day <= LAST_DAY; day += 1) {
    const special = index.special[specialFrom(index, Math.floor(day / 7))];
    const regularWeeks = Math.floor(((special === undefined ? LAST_DAY : special * 7) - day) / 7);
    const passed = perWeek === 0 ? regularWeeks : Math.min(regularWeeks, Math.ceil(left / perWeek) - 1);
    if (passed > 0) {
      day += passed * 7;
      left -= passed * perWeek;
    }
    const intervals = openIntervals(calendar, day);
    if (intervals.length > 0) left -= 1;
    if (left === 0) return [day, intervals];
  }
  throw tooFewDays(calendar, after * DAY_MS, days);
}

function tooFewDays(calendar: CompiledCalendar, after: EpochMs, days: number): TocsinError {
  return new TocsinError(
    'ESC_CALENDAR_INVALID',
    `The calendar (${calendar.zone}) has fewer than ${days} open days from ${formatInstant(after)} to the year 9999.`,
  );
}

function openIntervals(calendar: CompiledCalendar, day: CivilDay): OpenInterval[] {
  return intervalsOn(calendar, day, hoursOn(openIndex(calendar), day));
}
