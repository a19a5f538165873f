import fc from 'fast-check';
import { DateTime } from 'luxon';
import { dueSchedules } from '../../../src/domain/policy/due-schedules';
import { pointsBetween, type Point } from '../../../src/domain/time/calendar-points';
import type { OffsetTable } from '../../../src/domain/time/zone-offsets';
import { compilePackText } from '../../support/pack';

const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'UTC'];
const table = (zone: string): OffsetTable => compilePackText(`zone: ${zone}`).zoneOffsets ?? { at: [], seconds: [0] };
const TABLES = new Map(ZONES.map((zone) => [zone, table(zone)]));
const at = (text: string): number => Date.parse(text);
const points = (point: Point, zone: string, from: string, until: string): string[] =>
  pointsBetween(point, TABLES.get(zone) as OffsetTable, at(from), at(until)).map((one) =>
    new Date(one).toISOString().slice(0, 16),
  );

describe('points of the calendar', () => {
  test('keep their wall time through a change of offset', () => {
    expect(points({ day: 'mon', time: '09:00' }, 'America/New_York', '2026-03-01T00:00Z', '2026-03-17T00:00Z')).toEqual(
      ['2026-03-02T14:00', '2026-03-09T13:00', '2026-03-16T13:00'],
    );
  });

  test('that are skipped move by the gap; of those that come twice the first counts', () => {
    expect(points({ time: '02:30' }, 'America/New_York', '2026-03-08T00:00Z', '2026-03-09T00:00Z')).toEqual([
      '2026-03-08T07:30',
    ]);
    expect(points({ time: '01:30' }, 'America/New_York', '2026-11-01T00:00Z', '2026-11-02T00:00Z')).toEqual([
      '2026-11-01T05:30',
    ]);
  });

  test('of a day beyond the end of its month or quarter are on the last', () => {
    expect(points({ month: 31, time: '00:00' }, 'UTC', '2026-01-15T00:00Z', '2026-05-01T00:00Z')).toEqual([
      '2026-01-31T00:00',
      '2026-02-28T00:00',
      '2026-03-31T00:00',
      '2026-04-30T00:00',
    ]);
    expect(points({ quarter: 92, time: '00:00' }, 'UTC', '2026-01-01T00:00Z', '2026-12-31T23:00Z')).toEqual([
      '2026-03-31T00:00',
      '2026-06-30T00:00',
      '2026-09-30T00:00',
      '2026-12-31T00:00',
    ]);
  });

  test('count at both ends of the time asked about', () => {
    expect(points({ time: '09:00' }, 'UTC', '2026-01-01T09:00Z', '2026-01-02T09:00Z')).toHaveLength(2);
    expect(points({ time: '09:00' }, 'UTC', '2026-01-01T09:01Z', '2026-01-02T08:59Z')).toEqual([]);
  });

  test('of a week are those that luxon finds, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2030-01-01T00:00Z') }),
        fc.integer({ min: 3, max: 23 }),
        (zone, from, hour) => {
          const found = pointsBetween(
            { day: 'wed', time: `${String(hour).padStart(2, '0')}:00` },
            TABLES.get(zone) as OffsetTable,
            from,
            from + 30 * 86_400_000,
          );
          const expected: number[] = [];
          for (
            let day = DateTime.fromMillis(from, { zone }).startOf('day').minus({ days: 1 });
            day.toMillis() <= from + 31 * 86_400_000;
            day = day.plus({ days: 1 })
          ) {
            const one = day.set({ hour }).toMillis();
            if (day.weekday === 3 && one >= from && one <= from + 30 * 86_400_000) expected.push(one);
          }
          expect(found).toEqual(expected);
        },
      ),
    );
  });
});

test('the schedules of a pack fall due in their own zones, in one order', () => {
  const pack = compilePackText(`
    version: { id: "1", from: 2026-01-01, next_review: 2026-03-10 }
    zone: America/New_York
    kinds: { review: { title: Review } }
    schedules:
      weekly: { at: { day: mon, time: "09:00" }, opens: { kind: review, key: weekly } }
      berlin: { at: { day: mon, time: "15:00", zone: Europe/Berlin }, opens: { kind: review, key: berlin } }
      protocol: { at: =version.next_review, opens: { kind: review, key: protocol } }
  `);
  expect(
    dueSchedules(pack, at('2026-03-02T00:00Z'), at('2026-03-11T00:00Z')).map(
      (one) => `${new Date(one.at).toISOString().slice(0, 16)} ${one.name}`,
    ),
  ).toEqual([
    '2026-03-02T14:00 berlin',
    '2026-03-02T14:00 weekly',
    '2026-03-09T13:00 weekly',
    '2026-03-09T14:00 berlin',
    '2026-03-10T04:00 protocol',
  ]);
});
