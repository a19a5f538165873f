import { compilePackText } from '../support/pack';
import { icalOf } from '../../src/oncall/ical';
import { gapsOf, shiftsOf } from '../../src/oncall/shifts';
import type { OnCallOverride } from '../../src/oncall/resolve';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number): string => new Date(instant).toISOString().replace('.000Z', 'Z');
const PACK = compilePackText(`
  people:
    duty: { rota: engineers, email: duty@example.com }
    night: { rota: night }
    ghost: { title: Nobody }
    by_ticket: { from: =ticket.owner }
  rotas:
    engineers:
      zone: America/New_York
      start: 2026-03-02
      until: 2026-03-30
      handover: { day: mon, time: "09:00" }
      people: [{ name: Ada }, { name: Ben }]
    night:
      zone: Europe/London
      start: 2026-03-02
      handover: { day: mon, time: "00:00" }
      people: [{ name: Cem, phone: "+44 20 7946 0000" }, { name: Dot }]
`);
const { engineers, night } = PACK.rotas;
const shifts = (from: string, to: string, overrides: OnCallOverride[] = []) =>
  shiftsOf(engineers!, overrides, at(from), at(to)).map(
    (one) => `${iso(one.from)} ${one.person?.name ?? '-'}${one.override ? '*' : ''}`,
  );

describe('shifts of a rotation', () => {
  test('hand over at nine in its zone, an hour earlier in UTC once the clocks have changed', () => {
    expect(shifts('2026-03-02T14:00:00Z', '2026-03-24T00:00:00Z')).toEqual([
      '2026-03-02T14:00:00Z Ada',
      '2026-03-09T13:00:00Z Ben',
      '2026-03-16T13:00:00Z Ada',
      '2026-03-23T13:00:00Z Ben',
    ]);
  });

  test('hand over at midnight in a zone that is UTC in winter', () => {
    const from = shiftsOf(night!, [], at('2026-03-20T00:00:00Z'), at('2026-04-01T00:00:00Z')).map((one) =>
      iso(one.from),
    );
    expect(from).toEqual(['2026-03-20T00:00:00Z', '2026-03-23T00:00:00Z', '2026-03-29T23:00:00Z']);
  });

  test('are cut where somebody stands in, and the newest stand-in counts', () => {
    const stand = (name: string, from: string, to: string): OnCallOverride => ({
      rota: 'engineers',
      from: at(from),
      to: at(to),
      person: { name },
    });
    expect(
      shifts('2026-03-03T00:00:00Z', '2026-03-06T00:00:00Z', [
        stand('Eve', '2026-03-04T00:00:00Z', '2026-03-05T12:00:00Z'),
        stand('Fay', '2026-03-05T00:00:00Z', '2026-03-05T06:00:00Z'),
      ]),
    ).toEqual([
      '2026-03-03T00:00:00Z Ada',
      '2026-03-04T00:00:00Z Eve*',
      '2026-03-05T00:00:00Z Fay*',
      '2026-03-05T06:00:00Z Eve*',
      '2026-03-05T12:00:00Z Ada',
    ]);
  });
});

describe('the gap detector', () => {
  const gaps = (from: string, to: string, overrides: OnCallOverride[] = []) =>
    gapsOf(PACK, overrides, at(from), at(to))
      .filter((gap) => gap.rota !== 'night')
      .map((gap) => `${gap.rota ?? gap.role} ${gap.reason} ${iso(gap.from)} ${iso(gap.to)}`);

  test('finds the time before a rotation begins and after it ends', () => {
    expect(gaps('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')).toEqual([
      'engineers not_started 2026-03-01T00:00:00Z 2026-03-02T14:00:00Z',
      'engineers ended 2026-03-30T04:00:00Z 2026-04-01T00:00:00Z',
      'ghost nobody 2026-03-01T00:00:00Z 2026-04-01T00:00:00Z',
    ]);
  });

  test('finds nothing while somebody is planned', () => {
    expect(gaps('2026-03-03T00:00:00Z', '2026-03-20T00:00:00Z').filter((one) => one.startsWith('engineers'))).toEqual(
      [],
    );
  });

  test('finds the hole behind a stand-in that ends too early', () => {
    const overrides = [
      { rota: 'engineers', from: at('2026-03-30T00:00:00Z'), to: at('2026-04-02T00:00:00Z'), person: { name: 'Eve' } },
    ];
    expect(gaps('2026-03-29T00:00:00Z', '2026-04-10T00:00:00Z', overrides)[0]).toBe(
      'engineers override_ended 2026-04-02T00:00:00Z 2026-04-10T00:00:00Z',
    );
  });

  test('finds weeks of somebody without an address', () => {
    const found = gapsOf(PACK, [], at('2026-03-03T00:00:00Z'), at('2026-03-20T00:00:00Z')).filter(
      (gap) => gap.rota === 'night',
    );
    expect(found).toMatchObject([{ reason: 'no_contact', person: 'Dot', from: at('2026-03-09T00:00:00Z') }]);
  });
});

test('a calendar has one entry a shift, in UTC, that keeps its id', () => {
  const text = icalOf(shiftsOf(engineers!, [], at('2026-03-02T14:00:00Z'), at('2026-03-16T13:00:00Z')), {
    name: 'Engineers',
    now: at('2026-03-01T00:00:00Z'),
  });
  expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
  expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(2);
  expect(text).toContain(`UID:engineers-${at('2026-03-09T13:00:00Z')}@tocsin`);
  expect(text).toContain('DTSTART:20260309T130000Z');
  expect(text).toContain('SUMMARY:Ben on call: engineers');
  const own = icalOf(shiftsOf(engineers!, [], at('2026-03-02T14:00:00Z'), at('2026-03-16T13:00:00Z')), {
    name: 'Ada',
    person: 'Ada',
    now: 0,
  });
  expect(own.match(/BEGIN:VEVENT/g)).toHaveLength(1);
});
