import { resolveRole, type OnCallOverride } from '../../src/oncall/resolve';
import { handoverInstant, onDuty } from '../../src/oncall/rotation';
import type { RoleDef, RotaDef } from '../../src/domain/policy/types';

const rota = (over: Partial<RotaDef> = {}): RotaDef => ({
  name: 'engineering',
  zone: 'America/New_York',
  handover: { day: 'mon', time: '09:00' },
  start: '2026-03-02',
  people: [{ name: 'Ana', email: 'ana@example.com' }, { name: 'Ben', page: 'ben-service' }, { name: 'Cem' }],
  clauses: [],
  ...over,
});
const at = (text: string) => Date.parse(text);
const duty = (text: string, over: Partial<RotaDef> = {}) => onDuty(rota(over), at(text))?.name;

describe('a weekly rotation', () => {
  test.each([
    ['2026-03-02T14:00:00Z', 'Ana'],
    ['2026-03-09T12:59:59.999Z', 'Ana'],
    // Summer time began on the 8th: 09:00 is 13:00Z now, no longer 14:00Z.
    ['2026-03-09T13:00:00Z', 'Ben'],
    ['2026-03-16T12:59:59.999Z', 'Ben'],
    ['2026-03-16T13:00:00Z', 'Cem'],
    ['2026-03-23T13:00:00Z', 'Ana'],
    ['2026-03-02T13:59:59.999Z', 'Cem'],
    ['2025-03-03T14:00:00Z', 'Cem'],
  ])('has at %s %s on duty', (instant, name) => expect(duty(instant)).toBe(name));

  test('hands over at the same wall time on both sides of a change of the clocks', () => {
    expect(handoverInstant(rota(), 0)).toBe(at('2026-03-02T09:00:00-05:00'));
    expect(handoverInstant(rota(), 1)).toBe(at('2026-03-09T09:00:00-04:00'));
    expect(handoverInstant(rota(), 34)).toBe(at('2026-10-26T09:00:00-04:00'));
    expect(handoverInstant(rota(), 35)).toBe(at('2026-11-02T09:00:00-05:00'));
  });

  test('moves a hand-over in the hour that spring skips by the skipped hour', () => {
    const gap = { start: '2026-03-01', handover: { day: 'sun', time: '02:30' } };
    expect(handoverInstant(rota(gap), 1)).toBe(at('2026-03-08T03:30:00-04:00'));
    expect([duty('2026-03-08T07:29:59Z', gap), duty('2026-03-08T07:30:00Z', gap)]).toEqual(['Ana', 'Ben']);
  });

  test('takes the first of the two hours that autumn repeats', () => {
    const overlap = { start: '2026-10-25', handover: { day: 'sun', time: '01:30' } };
    expect(handoverInstant(rota(overlap), 1)).toBe(at('2026-11-01T01:30:00-04:00'));
    expect([duty('2026-11-01T05:29:59Z', overlap), duty('2026-11-01T05:30:00Z', overlap)]).toEqual(['Ana', 'Ben']);
    expect(duty('2026-11-01T06:30:00Z', overlap)).toBe('Ben');
  });

  test('hands over at midnight in a zone whose summer time begins at midnight', () => {
    const beirut = { zone: 'Asia/Beirut', start: '2026-03-22', handover: { day: 'sun', time: '00:00' } };
    expect(handoverInstant(rota(beirut), 1)).toBe(at('2026-03-29T01:00:00+03:00'));
    expect([duty('2026-03-28T21:59:59Z', beirut), duty('2026-03-28T22:00:00Z', beirut)]).toEqual(['Ana', 'Ben']);
  });

  test('begins with the week that contains its start', () => {
    expect(duty('2026-03-04T12:00:00Z', { start: '2026-03-04' })).toBe('Ana');
    expect(duty('2026-03-09T13:00:00Z', { start: '2026-03-04' })).toBe('Ben');
  });

  test('has nobody on duty when nobody is listed', () =>
    expect(duty('2026-03-04T12:00:00Z', { people: [] })).toBeUndefined());

  test('refuses a rotation that cannot be read', () => {
    expect(() => duty('2026-03-04T12:00:00Z', { start: 'soon' })).toThrow(RangeError);
    expect(() => duty('2026-03-04T12:00:00Z', { handover: { day: 'someday', time: '09:00' } })).toThrow(RangeError);
  });
});

const role = (name: string, over: Partial<RoleDef> = {}): RoleDef => ({ name, clauses: [], ...over });
const people = Object.fromEntries(
  [
    role('on_call', { rota: 'engineering', page: 'engineering-team', email: 'oncall@example.com', slack: '#oncall' }),
    role('support_manager', { email: 'manager@example.com', phone: 'x2001', page: 'management' }),
    role('director', { email: 'director@example.com', page: 'management' }),
    role('cto', { email: 'cto@example.com', page: 'executives' }),
    role('vp_engineering', { fallback: 'cto' }),
    role('legal', { mustConfigure: true }),
    role('management', { group: ['support_manager', 'director', 'legal'] }),
    role('everyone', { group: ['management', 'everyone'], fallback: 'cto' }),
    role('loop_a', { fallback: 'loop_b' }),
    role('loop_b', { fallback: 'loop_a' }),
    role('commander', { from: { src: 'ticket.commander', x: ['lit', null], reads: [] }, fallback: 'on_call' }),
    role('phone_only', { phone: 'x7' }),
  ].map((one) => [one.name, one]),
);
const AT = at('2026-03-04T12:00:00Z');
const resolve = (
  name: string,
  channel: 'email' | 'page' | 'slack' = 'email',
  overrides: OnCallOverride[] = [],
  options = {},
) => resolveRole(people, { engineering: rota() }, name, channel, AT, overrides, options);

describe('who holds a role', () => {
  test.each([
    ['email', 'ana@example.com', 'Ana'],
    ['page', 'engineering-team', 'Ana'],
    ['slack', '#oncall', 'Ana'],
  ] as const)('is on %s the person on duty at %s', (channel, address, name) => {
    expect(resolve('on_call', channel)).toEqual([
      { address, name, person: name, via: ['role:on_call', 'rota:engineering'] },
    ]);
  });

  test('is paged by telephone where there is no page service', () => {
    expect(resolve('phone_only', 'page')).toEqual([{ address: 'x7', via: ['role:phone_only'] }]);
  });

  test('prefers the person’s own page service', () => {
    const [found] = resolveRole(people, { engineering: rota() }, 'on_call', 'page', at('2026-03-10T12:00:00Z'), []);
    expect(found).toMatchObject({ person: 'Ben', address: 'ben-service' });
  });

  const stand = (over: Partial<OnCallOverride> = {}): OnCallOverride => ({
    rota: 'engineering',
    from: AT,
    to: AT + 1,
    person: { name: 'Dana', email: 'dana@example.com' },
    ...over,
  });

  test('is the stand-in while the override lasts and not a moment longer', () => {
    expect(resolve('on_call', 'email', [stand()])).toEqual([
      { address: 'dana@example.com', name: 'Dana', person: 'Dana', via: ['role:on_call', 'override:engineering'] },
    ]);
    expect(resolve('on_call', 'email', [stand({ from: AT - 9, to: AT })])[0]?.person).toBe('Ana');
    expect(resolve('on_call', 'email', [stand({ from: AT + 1, to: AT + 9 })])[0]?.person).toBe('Ana');
  });

  test('is the newest of several stand-ins, for a role as well as for a rotation', () => {
    const newest = stand({ person: { name: 'Ben', email: 'ben@example.com' } });
    expect(resolve('on_call', 'email', [stand(), newest])[0]?.person).toBe('Ben');
    const forRole: OnCallOverride = { role: 'support_manager', from: AT, to: AT + 1, person: { name: 'Dana' } };
    expect(resolve('support_manager', 'email', [forRole])).toMatchObject([
      { address: 'manager@example.com', person: 'Dana' },
    ]);
  });

  test('takes a stand-in’s addresses from the rotation when only the name is given', () => {
    expect(
      resolve('support_manager', 'email', [{ role: 'support_manager', from: AT, to: AT + 1, person: { name: 'Ana' } }]),
    ).toMatchObject([{ address: 'ana@example.com' }]);
  });

  test('expands a group and pages a shared service once', () => {
    expect(resolve('management').map((one) => one.address)).toEqual(['manager@example.com', 'director@example.com']);
    expect(resolve('management', 'page').map((one) => one.address)).toEqual(['management']);
    expect(resolve('everyone').map((one) => one.address)).toEqual(['manager@example.com', 'director@example.com']);
  });

  test('follows the fallback and records it', () => {
    expect(resolve('vp_engineering')).toEqual([
      { address: 'cto@example.com', via: ['role:vp_engineering', 'fallback:cto'] },
    ]);
  });

  test('ends at the catch-all when nobody holds the role', () => {
    expect(resolve('legal', 'email', [], { catchAll: 'cto' })).toEqual([
      { address: 'cto@example.com', via: ['role:legal', 'catch_all:cto'] },
    ]);
    expect(resolve('loop_a', 'email', [], { catchAll: 'cto' })).toHaveLength(1);
  });

  test('is nobody when not even the catch-all can be reached', () => {
    expect(resolve('legal')).toEqual([]);
    expect(resolve('legal', 'slack', [], { catchAll: 'cto' })).toEqual([]);
    expect(resolve('no_such_role')).toEqual([]);
  });

  test.each([
    ['eve@example.com', 'eve@example.com'],
    ['Ana', 'ana@example.com'],
    ['support_manager', 'manager@example.com'],
    ['somebody unknown', 'ana@example.com'],
    ['', 'ana@example.com'],
  ])('is for a role from the ticket held by %j reached at %s', (holder, address) => {
    expect(resolve('commander', 'email', [], { holder }).map((one) => one.address)).toEqual([address]);
  });
});
