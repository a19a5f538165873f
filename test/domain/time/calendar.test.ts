import {
  addOpen,
  addOpenDays,
  explainOpen,
  isOpen,
  nextOpening,
  openBetween,
  type CompiledCalendar,
} from '../../../src/domain/time/calendar';
import { formatInstant, parseInstant } from '../../../src/domain/time/instants';
import { openIndex } from '../../../src/domain/time/open-weeks';
import { compileCalendar } from '../../../src/policies/calendar-zones';

const HOUR = 3_600_000;
const at = (text: string): number => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(text);
  return instant;
};
const due = (calendar: CompiledCalendar, from: string, hours: number): string =>
  formatInstant(addOpen(calendar, at(from), hours * HOUR));
const elapsed = (calendar: CompiledCalendar, from: string, to: string): number =>
  openBetween(calendar, at(from), at(to)) / HOUR;

const OFFICE = { 'mon-fri': [['09:00', '17:00']] };
const berlin = compileCalendar({ zone: 'Europe/Berlin', hours: OFFICE, holidays: ['2026-12-25'] });
const utc = compileCalendar({ zone: 'UTC', hours: OFFICE });
const aroundTheClock = compileCalendar({ zone: 'Europe/Berlin', hours: { 'mon-sun': [['00:00', '24:00']] } });
const nights = compileCalendar({ zone: 'Europe/Berlin', hours: { 'mon-sun': [['22:00', '06:00']] } });

describe('a due instant in office hours', () => {
  test('one hour from Friday 16:30 is Monday 09:30', () => {
    expect(due(utc, '2026-03-06T16:30:00Z', 1)).toBe('2026-03-09T09:30:00Z');
  });
  test('one hour from Friday 16:30 is Monday 09:30 on the wall, over the change of the clocks', () => {
    expect(due(berlin, '2026-03-27T16:30:00+01:00', 1)).toBe(formatInstant(at('2026-03-30T09:30:00+02:00')));
  });
  test('an amount exactly used up at closing is due at closing', () => {
    expect(due(utc, '2026-03-06T16:30:00Z', 0.5)).toBe('2026-03-06T17:00:00Z');
    expect(due(utc, '2026-03-06T09:00:00Z', 16)).toBe('2026-03-09T17:00:00Z');
  });
  test('a millisecond more than fits is due after the next opening', () => {
    expect(formatInstant(addOpen(utc, at('2026-03-06T16:30:00Z'), HOUR / 2 + 1))).toBe('2026-03-09T09:00:00.001Z');
  });
  test('zero from a closed instant is the next opening', () => {
    expect(due(utc, '2026-03-07T12:00:00Z', 0)).toBe('2026-03-09T09:00:00Z');
    expect(due(utc, '2026-03-06T08:59:59Z', 0)).toBe('2026-03-06T09:00:00Z');
  });
  test('zero from a closing instant is the next opening, from an open instant that instant', () => {
    expect(due(utc, '2026-03-06T17:00:00Z', 0)).toBe('2026-03-09T09:00:00Z');
    expect(due(utc, '2026-03-06T16:59:59Z', 0)).toBe('2026-03-06T16:59:59Z');
    expect(due(utc, '2026-03-06T09:00:00Z', 0)).toBe('2026-03-06T09:00:00Z');
  });
  test('a holiday and the weekend after it are passed over', () => {
    expect(due(berlin, '2026-12-24T16:00:00+01:00', 2)).toBe(formatInstant(at('2026-12-28T10:00:00+01:00')));
  });
  test('instants before 1970 count under the first offset', () => {
    expect(due(utc, '1969-12-31T16:00:00Z', 2)).toBe('1970-01-01T10:00:00Z');
  });
  test('a negative amount is a bug of the caller', () => {
    expect(() => addOpen(utc, 0, -1)).toThrow(RangeError);
    expect(() => addOpen(utc, 0, Number.NaN)).toThrow(RangeError);
    expect(() => addOpen(utc, Number.NaN, 1)).toThrow(RangeError);
    expect(() => openBetween(utc, 0, Infinity)).toThrow(RangeError);
    expect(() => nextOpening(utc, Number.NaN)).toThrow(RangeError);
    expect(() => explainOpen(utc, 0, Infinity)).toThrow(RangeError);
  });
});

describe('days on which the clocks change', () => {
  test('a day around the clock has 23 hours in spring and 25 in autumn', () => {
    expect(elapsed(aroundTheClock, '2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00')).toBe(23);
    expect(elapsed(aroundTheClock, '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00')).toBe(25);
    expect(due(aroundTheClock, '2026-03-28T12:00:00Z', 24)).toBe('2026-03-29T12:00:00Z');
  });
  test('a night shift has seven hours in spring and nine in autumn', () => {
    expect(elapsed(nights, '2026-03-28T20:00:00Z', '2026-03-29T12:00:00Z')).toBe(7);
    expect(elapsed(nights, '2026-10-24T18:00:00Z', '2026-10-25T12:00:00Z')).toBe(9);
  });
  test('an opening in the gap moves forward by the gap', () => {
    const calendar = compileCalendar({ zone: 'Europe/Berlin', hours: { sun: [['02:30', '05:00']] } });
    expect(due(calendar, '2026-03-28T12:00:00Z', 0)).toBe(formatInstant(at('2026-03-29T03:30:00+02:00')));
    expect(elapsed(calendar, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(1.5);
  });
  test('hours that end where the gap ends and begin inside it are swallowed', () => {
    const calendar = compileCalendar({ zone: 'Europe/Berlin', hours: { sun: [['02:30', '03:00']] } });
    expect(elapsed(calendar, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(0);
    expect(due(calendar, '2026-03-28T12:00:00Z', 0)).toBe(formatInstant(at('2026-04-05T02:30:00+02:00')));
  });
  test('times in the overlap are its first occurrence', () => {
    const calendar = compileCalendar({ zone: 'America/New_York', hours: { sun: [['01:30', '03:00']] } });
    expect(due(calendar, '2026-10-31T12:00:00Z', 0)).toBe(formatInstant(at('2026-11-01T01:30:00-04:00')));
    expect(elapsed(calendar, '2026-10-31T12:00:00Z', '2026-11-01T12:00:00Z')).toBe(2.5);
    const closes = compileCalendar({ zone: 'America/New_York', hours: { sun: [['00:00', '01:30']] } });
    expect(elapsed(closes, '2026-10-31T12:00:00Z', '2026-11-01T12:00:00Z')).toBe(1.5);
  });
  test('half an hour is the gap of Lord Howe', () => {
    const calendar = compileCalendar({ zone: 'Australia/Lord_Howe', hours: { sun: [['00:00', '24:00']] } });
    expect(elapsed(calendar, '2026-10-03T12:00:00Z', '2026-10-05T00:00:00Z')).toBe(23.5);
  });
  test('the date that Samoa skipped opens on the next', () => {
    const calendar = compileCalendar({ zone: 'Pacific/Apia', hours: { fri: [['09:00', '17:00']] } });
    expect(due(calendar, '2011-12-28T00:00:00Z', 0)).toBe(formatInstant(at('2011-12-31T09:00:00+14:00')));
  });
});

describe('hours to and past midnight', () => {
  test('24:00 joins the next midnight', () => {
    const calendar = compileCalendar({
      zone: 'UTC',
      hours: { mon: [['18:00', '24:00']], tue: [['00:00', '06:00']], wed: [['20:00', '00:00']] },
    });
    expect(due(calendar, '2026-03-02T23:00:00Z', 2)).toBe('2026-03-03T01:00:00Z');
    expect(isOpen(calendar, at('2026-03-03T00:00:00Z'))).toBe(true);
    expect(elapsed(calendar, '2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z')).toBe(16);
    expect(due(calendar, '2026-03-04T20:00:00Z', 4)).toBe('2026-03-05T00:00:00Z');
    expect(isOpen(calendar, at('2026-03-05T00:00:00Z'))).toBe(false);
  });
  test('an end equal to the start is 24 hours', () => {
    const calendar = compileCalendar({ zone: 'UTC', hours: { mon: [['09:00', '09:00']] } });
    expect(due(calendar, '2026-03-02T09:00:00Z', 24)).toBe('2026-03-03T09:00:00Z');
  });
  test('a holiday takes the whole night that starts on it, and nothing of the night before', () => {
    const calendar = compileCalendar({
      zone: 'UTC',
      hours: { 'mon-sun': [['22:00', '06:00']] },
      holidays: ['2026-03-03'],
    });
    expect(elapsed(calendar, '2026-03-03T00:00:00Z', '2026-03-03T12:00:00Z')).toBe(6);
    expect(elapsed(calendar, '2026-03-03T12:00:00Z', '2026-03-04T12:00:00Z')).toBe(0);
    expect(due(calendar, '2026-03-03T06:00:00Z', 0)).toBe('2026-03-04T22:00:00Z');
  });
  test('an override replaces the night that starts on its date, and wins over a holiday', () => {
    const calendar = compileCalendar({
      zone: 'UTC',
      hours: { 'mon-fri': [['22:00', '06:00']] },
      holidays: ['2026-03-03', '2026-03-04'],
      overrides: { '2026-03-03': [['20:00', '01:00']], '2026-03-05': [], '2026-03-07': [['10:00', '12:00']] },
    });
    expect(explainOpen(calendar, at('2026-03-02T12:00:00Z'), at('2026-03-09T12:00:00Z'))).toEqual({
      open: 23 * HOUR,
      counted: [
        { from: at('2026-03-02T22:00:00Z'), to: at('2026-03-03T06:00:00Z') },
        { from: at('2026-03-03T20:00:00Z'), to: at('2026-03-04T01:00:00Z') },
        { from: at('2026-03-06T22:00:00Z'), to: at('2026-03-07T06:00:00Z') },
        { from: at('2026-03-07T10:00:00Z'), to: at('2026-03-07T12:00:00Z') },
      ],
      holidays: ['2026-03-04'],
      overrides: ['2026-03-03', '2026-03-05', '2026-03-07'],
    });
  });
  test('hours that touch or overlap count once', () => {
    const calendar = compileCalendar({
      zone: 'UTC',
      hours: {
        mon: [
          ['12:00', '15:00'],
          ['09:00', '12:00'],
          ['14:00', '17:00'],
        ],
      },
    });
    expect(elapsed(calendar, '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')).toBe(8);
    expect(isOpen(calendar, at('2026-03-02T12:00:00Z'))).toBe(true);
  });
});

describe('what an explanation says', () => {
  test('only holidays that would have had hours in the window are skipped ones', () => {
    const calendar = compileCalendar({
      zone: 'UTC',
      hours: OFFICE,
      holidays: ['2026-03-02', '2026-03-03', '2026-03-07', '2026-03-10'],
    });
    const { holidays, open } = explainOpen(calendar, at('2026-03-03T16:00:00Z'), at('2026-03-10T09:00:00Z'));
    expect({ holidays, open }).toEqual({ holidays: ['2026-03-03'], open: 32 * HOUR });
  });
  test('nothing is counted backwards', () => {
    const [from, to] = [at('2026-03-03T16:00:00Z'), at('2026-03-03T15:00:00Z')];
    expect(openBetween(utc, from, to)).toBe(0);
    expect(explainOpen(utc, from, to)).toEqual({ open: 0, counted: [], holidays: [], overrides: [] });
  });
});

describe('a calendar that is always open', () => {
  const always = compileCalendar({ always: true });
  const noon = at('2026-03-29T00:30:00Z');
  test('is plain arithmetic', () => {
    expect(addOpen(always, noon, 5)).toBe(noon + 5);
    expect(openBetween(always, noon, noon + 5)).toBe(5);
    expect(openBetween(always, noon, noon - 5)).toBe(0);
    expect(isOpen(always, noon)).toBe(true);
    expect(nextOpening(always, noon)).toBe(noon);
    expect(explainOpen(always, noon, noon + 5).counted).toEqual([{ from: noon, to: noon + 5 }]);
    expect(addOpenDays(always, noon, 2, 'same')).toBe(noon + 48 * HOUR);
  });
  test('opens and closes its days at the midnights of its zone', () => {
    const local = compileCalendar({ always: true, zone: 'Europe/Berlin' });
    expect(formatInstant(addOpenDays(local, noon, 1, 'open'))).toBe('2026-03-29T22:00:00Z');
    expect(formatInstant(addOpenDays(local, noon, 0, 'close'))).toBe('2026-03-29T22:00:00Z');
  });
});

describe('a calendar that does not open again', () => {
  const once = compileCalendar({ zone: 'UTC', overrides: { '2026-03-07': [['10:00', '12:00']] } });
  test('has the hours of its overrides', () => {
    expect(due(once, '2020-01-01T00:00:00Z', 2)).toBe('2026-03-07T12:00:00Z');
    expect(formatInstant(addOpenDays(once, at('2026-03-01T00:00:00Z'), 0, 'close'))).toBe('2026-03-07T12:00:00Z');
    expect(elapsed(once, '2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z')).toBe(2);
  });
  test('refuses what is due after them', () => {
    const refusal = expect.objectContaining({ code: 'ESC_CALENDAR_INVALID' });
    expect(() => addOpen(once, at('2020-01-01T00:00:00Z'), 2 * HOUR + 1)).toThrow(refusal);
    expect(() => nextOpening(once, at('2026-03-07T12:00:00Z'))).toThrow(refusal);
    expect(() => addOpenDays(once, at('2026-03-01T00:00:00Z'), 1, 'open')).toThrow(refusal);
  });
  test('refuses an amount that would be due after the year 9999', () => {
    expect(() => addOpen(utc, 0, Number.MAX_SAFE_INTEGER)).toThrow('too few open hours after 1970-01-01T00:00:00Z');
    expect(() => addOpen(compileCalendar({ always: true }), 0, Number.MAX_SAFE_INTEGER)).toThrow('too few open hours');
  });
});

test('a due instant in ten years lays out only weeks near holidays and changes of offset', () => {
  const calendar = compileCalendar(
    { zone: 'Europe/Berlin', hours: OFFICE, holidays: ['2027-05-01', '2028-12-25'] },
    { publishYear: 2026 },
  );
  addOpen(calendar, at('2026-03-06T10:00:00Z'), 10 * 2_080 * HOUR);
  const { weeks, regular } = openIndex(calendar);
  expect(regular.size).toBe(2);
  expect(weeks.size).toBeLessThan(65);
});

test('a week beside a change of offset is not taken for the pattern of later weeks', () => {
  // The change is a second before a block of seven days begins (they begin on Thursdays); 00:30 falls in its gap.
  const calendar: CompiledCalendar = {
    ...compileCalendar({ zone: 'UTC', hours: { thu: [['00:30', '02:00']] } }),
    offsets: { at: [at('2026-03-04T23:59:59Z')], seconds: [0, 3_600] },
  };
  expect(elapsed(calendar, '2026-03-05T00:00:00Z', '2026-03-06T00:00:00Z')).toBe(0.5);
  expect(elapsed(calendar, '2026-03-05T00:00:00Z', '2026-04-02T00:00:00Z')).toBe(0.5 + 3 * 1.5 + 0.5);
});

test('a calendar compiled with a date that is none is a bug of the compiler', () => {
  expect(() => isOpen({ ...utc, holidays: ['2026-02-30'] }, 0)).toThrow('2026-02-30');
});
