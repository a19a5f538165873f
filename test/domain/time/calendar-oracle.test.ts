import fc from 'fast-check';
import { addOpen, addOpenDays, explainOpen, isOpen, nextOpening, openBetween } from '../../../src/domain/time/calendar';
import { compileCalendar } from '../../../src/policies/calendar-zones';
import { dueBySpans, elapsedBySpans, openSpans, type OracleCalendar } from './oracle';

const DAY = 86_400_000;
/** Zones with instants at which they are hard: changes of offset, and one date that never was. */
const ZONES: Record<string, string[]> = {
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '1980-04-06T01:00:00Z'],
  'America/New_York': ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '1974-01-06T07:00:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  'Asia/Kathmandu': ['1985-12-31T18:30:00Z', '2026-03-06T00:00:00Z'],
  'America/Sao_Paulo': ['2018-02-18T02:00:00Z', '2018-11-04T03:00:00Z', '2000-10-15T02:00:00Z'],
  'Africa/Casablanca': ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z', '2018-10-28T02:00:00Z'],
  'Pacific/Apia': ['2011-12-30T10:00:00Z', '2011-09-24T11:00:00Z', '2021-04-03T14:00:00Z'],
  'Atlantic/Azores': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  'America/Recife': ['2000-10-08T03:00:00Z', '2000-10-15T02:00:00Z'],
  'Europe/London': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'],
  UTC: ['2026-03-06T00:00:00Z', '2024-02-29T00:00:00Z'],
};

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const start = fc.integer({ min: 0, max: 95 }).map((quarter) => clock(quarter * 15));
const end = fc.integer({ min: 0, max: 96 }).map((quarter) => clock(quarter * 15));
const interval = fc.tuple(start, end);
const day = fc.oneof(
  fc.constant<[string, string][]>([]),
  fc.constant<[string, string][]>([
    ['09:00', '12:00'],
    ['13:00', '17:00'],
  ]),
  fc.constant<[string, string][]>([['22:00', '06:00']]),
  fc.constant<[string, string][]>([['00:00', '24:00']]),
  fc.array(interval, { maxLength: 3 }),
);

interface Case {
  calendar: OracleCalendar;
  near: number;
}

const cases: fc.Arbitrary<Case> = fc
  .constantFrom(...Object.entries(ZONES).flatMap(([zone, nears]) => nears.map((near) => [zone, near] as const)))
  .chain(([zone, text]) => {
    const near = Date.parse(text);
    const date = fc
      .integer({ min: -10, max: 40 })
      .map((offset) => new Date(near + offset * DAY).toISOString().slice(0, 10));
    const hours = fc.record({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day });
    return fc.record({
      near: fc.constant(near),
      calendar: fc.record({
        zone: fc.constant(zone),
        hours,
        holidays: fc.array(date, { maxLength: 4 }),
        overrides: fc.dictionary(date, day, { maxKeys: 3 }),
      }),
    });
  })
  .filter(({ calendar }) => Object.values(calendar.hours).some((list) => list.length > 0));

/** Milliseconds around a hard instant: often on a quarter of an hour, where intervals begin and end. */
const offset = (days: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: -3 * 96, max: days * 96 }).map((quarter) => quarter * 900_000),
    fc.integer({ min: -3 * DAY, max: days * DAY }),
  );

const RUNS = { numRuns: 250 };

describe('open time beside luxon', () => {
  test('elapses as a walk through all dates says', () => {
    fc.assert(
      fc.property(cases, offset(5), fc.integer({ min: 0, max: 40 * DAY }), ({ calendar, near }, shift, length) => {
        const [from, to] = [near + shift, near + shift + length];
        const spans = openSpans(calendar, from, to);
        expect(openBetween(compileCalendar(calendar), from, to)).toBe(elapsedBySpans(spans, from, to));
      }),
      RUNS,
    );
  });

  test('falls due as a walk through all dates says', () => {
    fc.assert(
      fc.property(cases, offset(5), fc.integer({ min: 0, max: 30 * 96 }), ({ calendar, near }, shift, quarters) => {
        const from = near + shift;
        const expected = dueBySpans(openSpans(calendar, from, from + 60 * DAY), from, quarters * 900_000);
        fc.pre(expected !== undefined);
        expect(addOpen(compileCalendar(calendar), from, quarters * 900_000)).toBe(expected);
      }),
      RUNS,
    );
  });

  test('is open within the spans of the walk and nowhere else', () => {
    fc.assert(
      fc.property(cases, offset(5), ({ calendar, near }, shift) => {
        const at = near + shift;
        const spans = openSpans(calendar, at, at + 30 * DAY);
        expect(isOpen(compileCalendar(calendar), at)).toBe(spans.some(([a, b]) => a <= at && at < b));
        if (spans[0]) expect(nextOpening(compileCalendar(calendar), at)).toBe(Math.max(at, spans[0][0]));
      }),
      RUNS,
    );
  });

  test('explains exactly the spans it counts', () => {
    fc.assert(
      fc.property(cases, offset(5), fc.integer({ min: 1, max: 30 * DAY }), ({ calendar, near }, shift, length) => {
        const [from, to] = [near + shift, near + shift + length];
        const spans = openSpans(calendar, from, to).filter(([a]) => a < to);
        const { counted, open } = explainOpen(compileCalendar(calendar), from, to);
        expect(counted).toEqual(spans.map(([a, b]) => ({ from: Math.max(a, from), to: Math.min(b, to) })));
        expect(open).toBe(elapsedBySpans(spans, from, to));
      }),
      RUNS,
    );
  });

  test('agrees over years that hold holidays and changes of offset', () => {
    const calendar: OracleCalendar = {
      zone: 'Europe/Berlin',
      hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((name) => [name, [['09:00', '17:00']]])),
      holidays: ['2026-05-01', '2026-12-25', '2027-01-01', '2028-12-25'],
      overrides: { '2027-06-05': [['22:00', '07:00']] },
    };
    const compiled = compileCalendar(calendar);
    const from = Date.parse('2026-03-06T10:07:00Z');
    const spans = openSpans(calendar, from, from + 1_500 * DAY);
    for (let hours = 1; hours < 7_000; hours += 97) {
      const due = addOpen(compiled, from, hours * 3_600_000);
      expect(due).toBe(dueBySpans(spans, from, hours * 3_600_000));
      expect(openBetween(compiled, from, due)).toBe(hours * 3_600_000);
    }
  });
});

describe('open days beside luxon', () => {
  test('are counted date by date', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 150 }), ({ calendar, near }, days) => {
        const compiled = compileCalendar(calendar);
        const date = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
        const first = Math.floor(nextOpening(compiled, near) / DAY) * DAY;
        // Hours of a single date are a calendar of that date alone, so that no neighbour can hide a closed day.
        const opensOn = (ms: number): number | undefined => {
          const name = date(ms);
          const weekly = calendar.hours[['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(ms).getUTCDay()]!]!;
          const hours = calendar.overrides[name] ?? (calendar.holidays.includes(name) ? [] : weekly);
          return openSpans(
            { ...calendar, hours: {}, overrides: { [name]: hours } },
            ms - 5 * DAY,
            ms + 5 * DAY,
          )[0]?.[0];
        };
        const openings: number[] = [];
        const zero = addOpenDays(compiled, near, 0, 'open');
        for (let ms = first - 5 * DAY; openings.length <= days; ms += DAY) {
          const opening = opensOn(ms);
          if (opening !== undefined && (opening === zero || openings.length > 0)) openings.push(opening);
        }
        expect(addOpenDays(compiled, near, days, 'open')).toBe(openings[days]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('laws of open time', () => {
  const amounts = fc.integer({ min: 0, max: 400 * DAY });

  test('exactly the amount elapses until it is due', () => {
    fc.assert(
      fc.property(cases, offset(40), amounts, ({ calendar, near }, shift, amount) => {
        const compiled = compileCalendar(calendar);
        const due = addOpen(compiled, near + shift, amount);
        expect(openBetween(compiled, near + shift, due)).toBe(amount);
        // The earliest such instant, unless nothing was asked for.
        if (amount > 0) expect(openBetween(compiled, near + shift, due - 1)).toBe(amount - 1);
      }),
      RUNS,
    );
  });

  test('a later start or a larger amount is never due earlier', () => {
    fc.assert(
      fc.property(
        cases,
        offset(40),
        amounts,
        fc.nat(3 * DAY),
        fc.nat(3 * DAY),
        ({ calendar, near }, shift, n, a, b) => {
          const compiled = compileCalendar(calendar);
          const due = addOpen(compiled, near + shift, n);
          expect(addOpen(compiled, near + shift + a, n)).toBeGreaterThanOrEqual(due);
          expect(addOpen(compiled, near + shift, n + b)).toBeGreaterThanOrEqual(due);
        },
      ),
      RUNS,
    );
  });

  test('amounts and stretches add up', () => {
    fc.assert(
      fc.property(cases, offset(40), amounts, amounts, ({ calendar, near }, shift, a, b) => {
        const compiled = compileCalendar(calendar);
        const [x, y, z] = [near + shift, near + shift + a, near + shift + a + b];
        expect(openBetween(compiled, x, y) + openBetween(compiled, y, z)).toBe(openBetween(compiled, x, z));
        if (b > 0) expect(addOpen(compiled, addOpen(compiled, x, a), b)).toBe(addOpen(compiled, x, a + b));
      }),
      RUNS,
    );
  });

  test('all days around the clock is plain time, in every zone', () => {
    const hours = { 'mon-sun': [['00:00', '24:00']] };
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(ZONES)),
        fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) }),
        amounts,
        (zone, from, amount) => {
          const compiled = compileCalendar({ zone, hours });
          expect(addOpen(compiled, from, amount)).toBe(from + amount);
          expect(openBetween(compiled, from, from + amount)).toBe(amount);
        },
      ),
      RUNS,
    );
  });

  test('a compiled calendar survives JSON', () => {
    fc.assert(
      fc.property(cases, ({ calendar }) => {
        const compiled = compileCalendar(calendar);
        expect(JSON.parse(JSON.stringify(compiled))).toEqual(compiled);
      }),
      { numRuns: 50 },
    );
  });
});
