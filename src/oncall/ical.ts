/** On-call shifts as an iCalendar feed (RFC 5545) that calendar programs subscribe to. */
import ical, { ICalCalendarMethod } from 'ical-generator';
import type { EpochMs } from '../domain/time/instants';
import type { Shift } from './shifts';

export interface FeedOptions {
  /** What the calendar is called. */
  name: string;
  /** Only the shifts of this person. */
  person?: string;
  /** The instant of the export, which stamps every entry. */
  now: EpochMs;
}

/**
 * The feed: one entry a shift, in UTC, so that it is right in whatever zone it is read. An entry keeps its UID as long as
 * its rotation and its beginning stay, so that a program updates instead of repeating it. Spans without anybody are left
 * out of a person's feed and shown in the rotation's.
 */
export function icalOf(shifts: readonly Shift[], options: FeedOptions): string {
  const calendar = ical({ name: options.name, prodId: { company: 'Tocsin', product: 'on-call' } });
  calendar.method(ICalCalendarMethod.PUBLISH);
  for (const shift of shifts) {
    if (options.person !== undefined && shift.person?.name !== options.person) continue;
    const who = shift.person?.name ?? 'Nobody';
    calendar.createEvent({
      id: `${shift.rota}-${shift.from}@tocsin`,
      start: new Date(shift.from),
      end: new Date(shift.to),
      stamp: new Date(options.now),
      summary: `${who} on call: ${shift.rota.replaceAll('_', ' ')}`,
      ...(shift.override ? { description: 'Stands in' } : {}),
    });
  }
  return calendar.toString();
}
