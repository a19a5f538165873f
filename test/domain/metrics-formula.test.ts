import type { MetricDef } from '../../src/domain/policy/metric-types';
import type { CompiledPack } from '../../src/domain/policy/types';
import { evaluateMetric, eventsMetric } from '../../src/domain/metrics/evaluate';
import { periodBefore } from '../../src/domain/metrics/formula';
import { periodsOf, withRelated } from '../../src/domain/metrics/needs';
import { numberText, rangeText, valueText, verdictText } from '../../src/domain/metrics/words';
import { compileCel } from '../../src/policies/cel';
import { period, ticket } from '../support/histories';

const JANUARY = period('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z');
const FEBRUARY = period('2025-02-01T00:00:00Z', '2025-03-01T00:00:00Z');
const QUARTER = period('2025-01-01T00:00:00Z', '2025-04-01T00:00:00Z');

const metric = (name: string, more: Partial<MetricDef>): MetricDef => ({
  ...eventsMetric(name, [{ name: 'resolved' }], { kind: 'support', window: 'month', miss: 'fail' }),
  ...more,
});
const computed = (name: string, src: string, more: Partial<MetricDef> = {}): MetricDef =>
  metric(name, { value: compileCel(src), ...more });
const OPENED = metric('opened', { of: { kind: 'tickets' }, on: [{ name: 'opened' }] });

function ask(defs: MetricDef[], name: string, when = FEBRUARY) {
  const pack = {
    metrics: Object.fromEntries([OPENED, ...defs].map((def) => [def.name, def])),
    params: { rate: 40, plan: { use: 'high', high: 3, low: 1 } },
    fields: {},
  } as unknown as CompiledPack;
  const histories = [
    ...['2025-01-10', '2025-01-11', '2025-02-10'].map((day) => ticket({ opened: `${day}T12:00:00Z` })),
    ...['2025-02-11', '2025-02-12', '2025-02-13'].map((day) =>
      ticket({ opened: `${day}T12:00:00Z`, lines: [['PT1H', 'resolved']] }),
    ),
  ];
  return evaluateMetric({ pack, histories, series: {} }, { metric: name, period: when })?.total;
}

test('a figure is computed from others of its period, of the one before, its days, and parameters', () => {
  expect(ask([computed('x', 'metric.opened * param.rate')], 'x')).toEqual({ value: 160, n: 4 });
  expect(ask([computed('x', 'metric.opened / before.opened')], 'x')?.value).toBe(2);
  expect(ask([computed('x', 'metric.opened / period.days')], 'x')?.value).toBe(4 / 28);
  expect(ask([computed('x', 'param.plan * 2')], 'x')?.value).toBe(6);
  expect(ask([computed('y', 'metric.opened + 1'), computed('x', 'metric.y * 2')], 'x')?.value).toBe(10);
});

test('what has no data, and a division by nothing, leave none; a truth is 1 or 0', () => {
  const rate = metric('rate', { share: compileCel('true') });
  expect(ask([rate, computed('x', 'metric.rate + 1')], 'x', JANUARY)?.value).toBeNull();
  expect(ask([computed('x', 'metric.opened / 0')], 'x')?.value).toBeNull();
  expect(ask([computed('x', 'metric.opened > 3', { unit: 'yes_no' })], 'x')?.value).toBe(1);
  expect(ask([computed('x', 'metric.opened > 4', { unit: 'yes_no' })], 'x')?.value).toBe(0);
  expect(ask([computed('x', 'metric.y'), computed('y', 'metric.x')], 'x')?.value).toBeNull();
});

test('a computed figure has its target and range', () => {
  const target = { op: '>=' as const, value: 160, text: '>= 160' };
  expect(ask([computed('x', 'metric.opened * param.rate', { target })], 'x')).toMatchObject({
    met: true,
    mark: 'pass',
  });
  expect(ask([computed('x', 'metric.opened', { range: { min: 5 } })], 'x')).toMatchObject({ met: false });
});

test('the lowest of the parts of a period that have a value, and none where no part has', () => {
  const rate = metric('rate', {
    of: { kind: 'tickets' },
    on: [{ name: 'opened' }],
    share: compileCel("seen('resolved')"),
  });
  expect(ask([{ ...rate, lowest: 'month' }], 'rate', QUARTER)).toMatchObject({ value: 0, n: 6 });
  expect(ask([{ ...rate, lowest: 'month' }], 'rate', FEBRUARY)?.value).toBe(0.75);
  expect(
    ask([{ ...rate, lowest: 'month' }], 'rate', period('2025-05-01T00:00:00Z', '2025-07-01T00:00:00Z'))?.value,
  ).toBeNull();
});

test('the period before a whole unit of the calendar is the unit before it, else as long', () => {
  expect(periodBefore(FEBRUARY, {})).toEqual(JANUARY);
  expect(periodBefore(QUARTER, {})).toEqual(period('2024-10-01T00:00:00Z', '2025-01-01T00:00:00Z'));
  expect(periodBefore(period('2025-02-03T00:00:00Z', '2025-02-05T00:00:00Z'), {})).toEqual(
    period('2025-02-01T00:00:00Z', '2025-02-03T00:00:00Z'),
  );
});

test('what a computed figure reads, and how far back it reaches, are loaded with it; a part’s name has a point', () => {
  const defs = { a: computed('a', 'metric.b + before.c'), b: computed('b', 'before.c'), c: OPENED };
  const pack = { metrics: defs } as unknown as CompiledPack;
  expect(withRelated(pack, ['a']).map((one) => one.name)).toEqual(expect.arrayContaining(['a', 'b', 'opened']));
  expect(periodsOf(pack, { metric: 'a', period: FEBRUARY })).toEqual([FEBRUARY, JANUARY, JANUARY]);
  const part = { ...OPENED, name: 'ts.opened' };
  const whole: MetricDef = {
    ...OPENED,
    name: 'x',
    value: { src: '', x: ['sel', ['id', 'metric'], 'ts.opened'], reads: ['metric.ts.opened'] },
  };
  expect(ask([part, whole], 'x')?.value).toBe(4);
});

test('numbers as a metric has them shown', () => {
  const texts: [number, Parameters<typeof numberText>[1], Parameters<typeof numberText>[2], string][] = [
    [4, 'score', { digits: 1, clock: false }, '4.0/5.0'],
    [4, 'score', undefined, '4/5'],
    [0.1, 'percent', { digits: 1, clock: false }, '10.0%'],
    [1798.65, 'number', { before: '~$', digits: 0, clock: false }, '~$1,799'],
    [601.35, 'number', { before: '$', digits: 2, clock: false }, '$601.35'],
    [0.045, 'number', { before: '$', digits: 2, mostDigits: 4, clock: false }, '$0.045'],
    [0, 'number', { before: '$', digits: 2, mostDigits: 4, clock: false }, '$0.00'],
    [1332.3, 'number', { digits: 0, after: 'x', clock: false }, '1,332x'],
    [-0.001, 'number', { digits: 1, clock: false }, '0.0'],
    [-1234.5, 'number', { digits: 1, clock: false }, '-1,234.5'],
    [7_200_000, 'duration', { clock: true }, '2 h 00 m'],
    [3_659_999, 'duration', { clock: true }, '1 h 01 m'],
    [7_200_000, 'duration', { clock: false }, '2 hours'],
    [1, 'yes_no', undefined, 'yes'],
    [0, 'yes_no', { digits: 1, clock: false }, 'no'],
  ];
  for (const [value, unit, shown, wanted] of texts) expect(numberText(value, unit, shown)).toBe(wanted);
  expect(valueText({ value: null, n: 0 }, 'number', { digits: 1, clock: false })).toBe('no data');
});

test('bounds and verdicts in words', () => {
  expect(rangeText({ min: 0.4, max: 0.5 }, 'percent')).toBe('40% to 50%');
  expect([rangeText({ min: 3 }, 'number'), rangeText({ max: 6 }, 'number')]).toEqual(['at least 3', 'at most 6']);
  expect(
    [true, false, undefined].map((met) => verdictText({ value: 1, n: 1, ...(met === undefined ? {} : { met }) })),
  ).toEqual(['met', 'not met', '']);
  expect(verdictText({ value: null, n: 0 })).toBe('no data');
});
