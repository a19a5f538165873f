import { addOpenDays } from '../../../src/domain/time/calendar';
import { formatInstant, parseInstant } from '../../../src/domain/time/instants';
import { compileCalendar } from '../../../src/policies/calendar-zones';

const at = (text: string): number => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(text);
  return instant;
};
const utc = compileCalendar({ zone: 'UTC', hours: { 'mon-fri': [['09:00', '17:00']] } });
const aroundTheClock = compileCalendar({ zone: 'Europe/Berlin', hours: { 'mon-sun': [['00:00', '24:00']] } });
const nights = compileCalendar({ zone: 'Europe/Berlin', hours: { 'mon-sun': [['22:00', '06:00']] } });

describe('an amount in open days', () => {
  const shop = compileCalendar({
    zone: 'Europe/Berlin',
    hours: {
      'mon-thu': [
        ['09:00', '12:00'],
        ['13:00', '17:00'],
      ],
      fri: [['10:00', '14:00']],
    },
    holidays: ['2026-03-10'],
  });
  const on = (from: string, days: number, kind: 'same' | 'open' | 'close'): string =>
    formatInstant(addOpenDays(shop, at(from), days, kind)).replace(':00Z', 'Z');

  test('counts from the first open day at or after the anchor', () => {
    expect(on('2026-03-02T10:00:00Z', 0, 'close')).toBe('2026-03-02T16:00Z');
    expect(on('2026-03-02T10:00:00Z', 0, 'open')).toBe('2026-03-02T08:00Z');
    expect(on('2026-03-02T05:00:00Z', 0, 'same')).toBe('2026-03-02T08:00Z');
    expect(on('2026-03-02T16:00:00Z', 0, 'close')).toBe('2026-03-03T16:00Z');
    expect(on('2026-03-06T18:00:00Z', 0, 'open')).toBe('2026-03-09T08:00Z');
  });
  test('passes over weekends and holidays', () => {
    expect(on('2026-03-05T14:30:00Z', 3, 'open')).toBe('2026-03-11T08:00Z');
    expect(on('2026-03-05T14:30:00Z', 3, 'close')).toBe('2026-03-11T16:00Z');
    expect(on('2026-03-05T14:30:00Z', 3, 'same')).toBe('2026-03-11T14:30Z');
  });
  test('keeps the wall time over the change of the clocks', () => {
    expect(on('2026-03-26T14:30:00Z', 2, 'same')).toBe('2026-03-30T13:30Z');
  });
  test('takes the opening for an anchor on closed time', () => {
    expect(on('2026-03-07T12:00:00Z', 2, 'same')).toBe('2026-03-12T08:00Z');
    expect(on('2026-03-02T11:30:00Z', 1, 'same')).toBe('2026-03-03T12:00Z');
  });
  test('keeps the same time within the hours of its day', () => {
    expect(on('2026-03-05T15:30:00Z', 1, 'same')).toBe('2026-03-06T13:00Z');
    expect(on('2026-03-05T08:15:00Z', 1, 'same')).toBe('2026-03-06T09:00Z');
    expect(on('2026-02-27T11:30:00Z', 1, 'same')).toBe('2026-03-02T12:00Z');
  });
  test('counts a night shift as the day on which it began', () => {
    expect(formatInstant(addOpenDays(nights, at('2026-03-03T01:00:00Z'), 0, 'open'))).toBe('2026-03-02T21:00:00Z');
    expect(formatInstant(addOpenDays(nights, at('2026-03-03T01:00:00Z'), 1, 'same'))).toBe('2026-03-04T01:00:00Z');
    expect(formatInstant(addOpenDays(nights, at('2026-03-03T01:00:00Z'), 1, 'close'))).toBe('2026-03-04T05:00:00Z');
  });
  test('of zero is the anchor itself, in the second hour of an overlap too', () => {
    const second = at('2026-10-25T02:30:00+01:00');
    expect(addOpenDays(aroundTheClock, second, 0, 'same')).toBe(second);
  });
  test('must be whole and not negative', () => {
    expect(() => addOpenDays(shop, 0, -1, 'open')).toThrow(RangeError);
    expect(() => addOpenDays(shop, 0, 0.5, 'open')).toThrow(RangeError);
  });
  test('is refused at once when no calendar has that many', () => {
    const refusal = expect.objectContaining({ code: 'ESC_CALENDAR_INVALID' });
    expect(() => addOpenDays(shop, 0, 1e300, 'open')).toThrow(refusal);
    expect(() => addOpenDays(compileCalendar({ always: true }), 0, 1e15, 'same')).toThrow(refusal);
    expect(formatInstant(addOpenDays(utc, 0, 2_000_000, 'open'))).toBe('9636-02-21T09:00:00Z');
  });
});
