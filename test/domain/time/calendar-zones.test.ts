import { IANAZone } from 'luxon';
import { offsetAt } from '../../../src/domain/time/zone-offsets';
import { checkCalendar, compileCalendar } from '../../../src/policies/calendar-zones';

const HOURS = { mon: [['09:00', '17:00']] };

describe('a compiled calendar', () => {
  test('has minutes, sorted dates, the zone as a table and the version of its data', () => {
    const compiled = compileCalendar(
      {
        timeZone: 'Europe/Berlin',
        hours: {
          'fri-sat': [['22:00', '06:00']],
          mon: [
            ['13:00', '24:00'],
            ['09:00', '12:00'],
          ],
          tue: null,
        },
        holidays: ['2026-12-25', '2026-01-01', '2026-12-25'],
        overrides: { '2026-12-31': [], '2026-12-24': [['09:00', '12:00']] },
      },
      { publishYear: 2026 },
    );
    expect(compiled.zone).toBe('Europe/Berlin');
    expect(compiled.tzdata).toBe(process.versions['tz']);
    const monday = [
      [540, 720],
      [780, 1440],
    ];
    expect(compiled.hours).toEqual([monday, [], [], [], [[1320, 1800]], [[1320, 1800]], []]);
    expect(compiled.holidays).toEqual(['2026-01-01', '2026-12-25']);
    expect(Object.entries(compiled.overrides)).toEqual([
      ['2026-12-24', [[540, 720]]],
      ['2026-12-31', []],
    ]);
    expect(compiled.offsets.seconds).toHaveLength(compiled.offsets.at.length + 1);
    expect(compiled.offsets.at.at(-1)).toBe(Date.parse('2036-10-26T01:00:00Z'));
  });

  test('has an offset table equal to luxon at every hour of hard years and every week of the others', () => {
    for (const name of [
      'America/Sao_Paulo',
      'Africa/Casablanca',
      'Pacific/Apia',
      'America/Recife',
      'Africa/Monrovia',
    ]) {
      const { offsets } = compileCalendar({ zone: name, hours: HOURS }, { publishYear: 2026 });
      const zone = IANAZone.create(name);
      const same = (at: number): boolean => offsetAt(offsets, at) === Math.round(zone.offset(at) * 60) * 1_000;
      for (let at = 0; at < Date.UTC(2037, 0, 1); at += 604_800_000) expect(same(at)).toBe(true);
      for (const year of [2000, 2011]) {
        for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 3_600_000) expect(same(at)).toBe(true);
      }
      for (const at of offsets.at) expect(same(at) && same(at - 1_000)).toBe(true);
    }
  });

  test.each([
    ['UTC', 0],
    ['utc', 0],
    ['Z', 0],
    ['-05:00', -18_000],
    ['+05:30', 19_800],
    ['+0530', 19_800],
    ['UTC-5', -18_000],
    ['UTC+5:45', 20_700],
    ['Etc/GMT+5', -18_000],
  ])('takes %s as a fixed offset of %i seconds', (zone, seconds) => {
    expect(compileCalendar({ zone, hours: HOURS }).offsets).toEqual({ at: [], seconds: [seconds] });
  });

  test('always open needs no zone', () => {
    expect(compileCalendar({ always: true })).toMatchObject({ always: true, zone: 'UTC' });
    expect(compileCalendar({ always: false, zone: 'UTC', hours: HOURS })).not.toHaveProperty('always');
  });
});

describe('a calendar is refused with field and rule', () => {
  const zone = 'UTC';
  test.each<[unknown, string]>([
    [null, 'calendar: null is not a map of fields'],
    [[], 'calendar: [] is not a map of fields'],
    [{ zone, hours: HOURS, holiday: [] }, 'holiday: unknown field; known are zone, timeZone, hours'],
    [{ hours: HOURS }, 'zone: missing'],
    [{ zone: 5, hours: HOURS }, 'zone: 5 is not a text'],
    [{ zone, timeZone: zone, hours: HOURS }, 'zone: the zone is already given by timeZone'],
    [{ timeZone: 'Europe/Berlinn', hours: HOURS }, 'timeZone: "Europe/Berlinn" is no time zone'],
    [{ zone: 'local', hours: HOURS }, 'zone: "local" is no time zone'],
    [{ zone: '+16:00', hours: HOURS }, 'zone: "+16:00" is no time zone'],
    [{ zone, hours: [] }, 'hours: [] is not a map of days'],
    [{ zone, hours: { monday: [] } }, 'hours.monday: unknown day'],
    [{ zone, hours: { 'mon-friday': [] } }, 'hours.mon-friday: unknown day'],
    [{ zone, hours: { 'mon-tue-wed': [] } }, 'hours.mon-tue-wed: unknown day'],
    [{ zone, hours: { 'mon-fri': [], tue: [] } }, 'hours.tue: tue is already given by "mon-fri"'],
    [{ zone, hours: { mon: '09:00-17:00' } }, 'hours.mon: "09:00-17:00" is not a list of intervals'],
    [{ zone, hours: { mon: ['09:00', '17:00'] } }, 'hours.mon[0]: "09:00" is not a pair of times'],
    [{ zone, hours: { mon: [['09:00']] } }, 'hours.mon[0]: ["09:00"] is not a pair of times'],
    [
      { zone, hours: { mon: [['09:00', '25:00']] } },
      'hours.mon[0][1]: "25:00" is not a time of day HH:MM between 00:00 and 24:00',
    ],
    [{ zone, hours: { mon: [['24:00', '06:00']] } }, 'hours.mon[0][0]: "24:00" is not a time of day'],
    [{ zone, hours: { mon: [['9:00', '17:00']] } }, 'hours.mon[0][0]: "9:00" is not a time of day'],
    [{ zone, hours: { mon: [['09:00', '24:01']] } }, 'hours.mon[0][1]: "24:01" is not a time of day'],
    [{ zone, hours: { mon: [['09:60', '10:00']] } }, 'hours.mon[0][0]: "09:60" is not a time of day'],
    [{ zone, hours: { mon: [[900, '10:00']] } }, 'hours.mon[0][0]: 900 is not a time of day'],
    [{ zone, hours: HOURS, holidays: '2026-12-25' }, 'holidays: "2026-12-25" is not a list of dates'],
    [{ zone, hours: HOURS, holidays: ['2026-02-30'] }, 'holidays[0]: "2026-02-30" is not a date YYYY-MM-DD'],
    [{ zone, hours: HOURS, overrides: [] }, 'overrides: [] is not a map of dates'],
    [{ zone, hours: HOURS, overrides: { '2026-13-01': [] } }, 'overrides.2026-13-01: "2026-13-01" is not a date'],
    [
      { zone, hours: HOURS, overrides: { '2026-12-01': [['x', 'y']] } },
      'overrides.2026-12-01[0][0]: "x" is not a time',
    ],
    [{ zone, hours: HOURS, overrides: { '2026-12-01': true } }, 'overrides.2026-12-01: true is not a list'],
    [{ zone, hours: HOURS, always: 'yes' }, 'always: "yes" is not true or false'],
    [{ always: true, hours: HOURS }, 'hours: a calendar that is always open has none'],
    [{ zone }, 'hours: the calendar has no open hours'],
    [{ zone, hours: { mon: [], tue: null }, overrides: { '2026-12-01': [] } }, 'hours: the calendar has no open hours'],
  ])('a source such as %j is refused with its field', (source, message) => {
    expect(() => compileCalendar(source)).toThrow(message);
    expect(() => compileCalendar(source)).toThrow(expect.objectContaining({ code: 'ESC_CALENDAR_INVALID' }));
  });

  test('names all fields that are wrong, and a checker has their paths', () => {
    const source = { zone: 'x', hours: { mon: [['a', 'b']], moon: [] }, holidays: ['c', 'd', 'e'] };
    expect(() => compileCalendar(source)).toThrow(/^zone: .*; hours\.mon\[0\]\[0\]: .*; and 2 more$/);
    expect(checkCalendar(source)).toMatchObject({
      issues: [{}, { path: ['hours', 'mon', 0, 0] }, {}, {}, { path: ['holidays', 0] }, {}, {}],
    });
  });
});
