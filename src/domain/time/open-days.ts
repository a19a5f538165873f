import { TocsinError } from '../errors';
import type { CompiledCalendar } from './calendar-types';
import { nextOpening } from './open-time';
import { DAY_MS, formatInstant, type CivilDay, type EpochMs } from './instants';
import { hoursOn, intervalsOn, openIndex, type OpenInterval } from './open-weeks';
import { instantFromLocal, localFromInstant } from './zone-offsets';

/** Days without an opening after which a search gives up: ten years. */
const SEARCH_DAYS = 3_653;

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
 * @throws ESC_CALENDAR_INVALID when ten years pass without an opening.
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
    if (at === 'same') return anchor + days * DAY_MS;
    const day = Math.floor(localFromInstant(offsets, anchor) / DAY_MS) + days;
    return instantFromLocal(offsets, (at === 'open' ? day : day + 1) * DAY_MS);
  }
  const start = nextOpening(calendar, anchor);
  let [day, intervals] = dayInForce(calendar, start);
  const wall = localFromInstant(offsets, start) - day * DAY_MS;
  for (let left = days; left > 0; left -= 1) [day, intervals] = openDayAfter(calendar, day);
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

function openDayAfter(calendar: CompiledCalendar, day: CivilDay): [CivilDay, OpenInterval[]] {
  for (let next = day + 1; next <= day + SEARCH_DAYS; next += 1) {
    const intervals = openIntervals(calendar, next);
    if (intervals.length > 0) return [next, intervals];
  }
  throw new TocsinError(
    'ESC_CALENDAR_INVALID',
    `The calendar (${calendar.zone}) has no open day in the ten years after ${formatInstant(day * DAY_MS)}.`,
  );
}

function openIntervals(calendar: CompiledCalendar, day: CivilDay): OpenInterval[] {
  return intervalsOn(calendar, day, hoursOn(openIndex(calendar), day));
}
