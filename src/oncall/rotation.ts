/**
 * Who of a weekly rotation has the duty at an instant, in wall time of the rotation's zone.
 */
import { DateTime } from 'luxon';
import type { RotaDef } from '../domain/policy/types';
import type { EpochMs } from '../domain/ticket/types';

/** One person of a rotation, with the addresses known of them. */
export type RotaPerson = RotaDef['people'][number];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * The person on duty at `at`. The hand-over belongs to the one who takes over. Weeks lie on the grid of `handover`;
 * `start` (a date, or an instant) names the week of the first person: the week that contains the end of that date.
 * The grid runs back before `start` as well, so a page sent then still has somebody. Undefined when nobody is listed,
 * and from the beginning of the date `until` on.
 *
 * A hand-over in the hour that spring skips happens later by the skipped hour; in the hour that autumn repeats it is
 * the first of the two.
 */
export function onDuty(rota: RotaDef, at: EpochMs): RotaPerson | undefined {
  const size = rota.people.length;
  if (size === 0 || at >= (endOf(rota) ?? Infinity)) return undefined;
  const week = weekAt(rota, at);
  return rota.people[((week % size) + size) % size];
}

/** The instant from which nobody is planned, or undefined. */
export function endOf(rota: RotaDef): EpochMs | undefined {
  return rota.until === undefined ? undefined : DateTime.fromISO(rota.until, { zone: rota.zone }).toMillis();
}

/** The instant at which the rotation begins to be planned: the hand-over of the first person. */
export function beginningOf(rota: RotaDef): EpochMs {
  return handoverInstant(rota, 0);
}

/** The number of the week that contains an instant; negative before the first. */
export function weekAt(rota: RotaDef, at: EpochMs): number {
  const base = handoverDate(rota);
  const local = DateTime.fromMillis(at, { zone: rota.zone }).startOf('day');
  const week = Math.floor(calendarDays(base, local) / 7);
  // The date decides the week up to the time of day of the hand-over itself.
  if (at < handoverAt(rota, base, week)) return week - 1;
  return at >= handoverAt(rota, base, week + 1) ? week + 1 : week;
}

/** The exact instant of the hand-over that begins week `week` of the rotation (0 is the week of the first person). */
export function handoverInstant(rota: RotaDef, week: number): EpochMs {
  return handoverAt(rota, handoverDate(rota), week);
}

/** The date of the first hand-over: the last one not after the end of `start`'s day. */
function handoverDate(rota: RotaDef): DateTime {
  const start = DateTime.fromISO(rota.start, { zone: rota.zone });
  const wanted = DAYS.indexOf(rota.handover.day.slice(0, 3).toLowerCase()) + 1;
  if (!start.isValid || wanted === 0) throw new RangeError(`rota ${rota.name}: start or hand-over cannot be read`);
  return start.startOf('day').minus({ days: (start.weekday - wanted + 7) % 7 });
}

function handoverAt(rota: RotaDef, base: DateTime, week: number): EpochMs {
  const [hour = 0, minute = 0] = rota.handover.time.split(':').map(Number);
  const day = base.plus({ weeks: week });
  const { year, month, day: dayOfMonth } = day;
  const wall = DateTime.fromObject({ year, month, day: dayOfMonth, hour, minute }, { zone: rota.zone });
  // Which of two equal wall times luxon takes depends on today's offset, so the first is chosen here.
  return Math.min(...wall.getPossibleOffsets().map((one) => one.toMillis()));
}

/** Whole days between two local dates, whatever the clocks did in between. */
function calendarDays(from: DateTime, to: DateTime): number {
  const utc = (date: DateTime) => Date.UTC(date.year, date.month - 1, date.day);
  return (utc(to) - utc(from)) / 86_400_000;
}
