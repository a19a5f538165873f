import { run } from '@bufbuild/cel';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/domain/policy/types';
import { evaluate, isUnknown, type Env } from '../../../src/domain/policy/expr';
import { CelError, compileCel } from '../../../src/policies/cel';

const ROOTS: JsonObject = {
  n: 3,
  m: 7.5,
  yes: true,
  no: false,
  s: 'outage',
  t: 'data loss',
  list: ['a', 'b', 'outage'],
  numbers: [1, 2, 3],
  ticket: { priority: 'P1', share: 55, flags: ['x', 'y'], customer: { plan: 'enterprise' }, none: null },
};
const env: Env = { get: (name) => ROOTS[name], call: () => null };

/** What the library says, as JSON; undefined where it fails. */
function library(src: string): Json | undefined {
  try {
    const value: unknown = run(src, ROOTS);
    if (
      value instanceof Error ||
      (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'error')
    )
      return undefined;
    return plain(value);
  } catch {
    return undefined;
  }
}
function plain(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value as Json;
  if (Symbol.iterator in value) return [...(value as Iterable<unknown>)].map(plain);
  return value as Json;
}
const core = (src: string): Json | undefined => {
  const value = evaluate(compileCel(src).x, env);
  return isUnknown(value) ? undefined : value;
};

const number = fc.constantFrom('n', 'm', 'ticket.share', '3.0', '55.0', '0.0', 'numbers[0]');
const text = fc.constantFrom('s', 't', "'outage'", "'P1'", 'ticket.priority', 'ticket.customer.plan', "''", 'list[0]');
const texts = fc.constantFrom('list', 'ticket.flags', "['P1', 'P2']", '[]');
const numbers = fc.constantFrom('numbers', '[3.0, 7.5]');
const binary = (left: fc.Arbitrary<string>, operators: string[], right: fc.Arbitrary<string>) =>
  fc.tuple(left, fc.constantFrom(...operators), right).map(([a, op, b]) => `(${a} ${op} ${b})`);
const ORDER = ['==', '!=', '<', '<=', '>', '>='];

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('true', 'false', 'yes', 'no', 'has(ticket.priority)', 'has(ticket.nothing)'),
    binary(number, ORDER, number),
    binary(text, ORDER, text),
    binary(text, ['in'], texts),
    binary(number, ['in'], numbers),
    fc.tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text).map(([a, fn, b]) => `${a}.${fn}(${b})`),
    fc
      .tuple(texts, fc.constantFrom('exists', 'all', 'exists_one'), text)
      .map(([list, fn, value]) => `${list}.${fn}(x, x == ${value})`),
    fc.tuple(texts, text, text).map(([list, a, b]) => `${list}.filter(x, x != ${a}).exists(y, y.contains(${b}))`),
    fc.tuple(texts, text).map(([list, a]) => `(${list}.map(x, x + ${a}) == ${list})`),
    binary(texts, ['==', '!='], texts),
    binary(tie('condition'), ['&&', '||', '==', '!='], tie('condition')),
    tie('condition').map((inner) => `!(${inner})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

describe('a condition without missing names', () => {
  test('has the value that the library gives it', () => {
    fc.assert(
      fc.property(condition, (src) => {
        const expected = library(src);
        fc.pre(expected !== undefined);
        expect([src, core(src)]).toEqual([src, expected]);
      }),
      { numRuns: 1_500 },
    );
  });
  test('is understood by the library in almost every case, so that the comparison says something', () => {
    const sample = fc.sample(condition, { numRuns: 300, seed: 1 });
    expect(sample.filter((src) => library(src) !== undefined).length).toBeGreaterThan(280);
  });
  test.each([
    'n + 1.0',
    'm - n',
    'n * m',
    'm / n',
    '-n',
    's + t',
    'size(s)',
    'size(list)',
    'string(yes)',
    'list + list',
    'numbers.map(x, x * 2.0)',
    'yes ? s : t',
  ])('%s has the value that the library gives it', (src) => {
    const expected = library(src);
    expect(expected).toBeDefined();
    expect(core(src)).toEqual(expected);
  });
});

describe('the names that a condition reads', () => {
  test.each([
    ["ticket.priority == 'P1' && is.p1", ['is.p1', 'ticket.priority']],
    ["ticket['priority']", ['ticket.priority']],
    ['ticket.customer.plan', ['ticket.customer']],
    ['has(ticket.rca)', ['ticket.rca']],
    ["seen('reopened') || count('escalated') > 1", ['seen.escalated', 'seen.reopened']],
    ["table('sla', ticket.customer.plan)", ['table.sla', 'ticket.customer']],
    ['ticket.flags.exists(f, f in event.flags)', ['event', 'ticket.flags']],
    ['ticket', ['ticket.*']],
    ['fact.rate.value > 5', ['fact.rate']],
    ['[1].exists(ticket, ticket.x == 1)', []],
  ])('%s are %j', (src, reads) => expect(compileCel(src).reads).toEqual(reads));
});

test.each([
  ['1 +', 4],
  ['a b', 3],
  ["'open", 1],
])('%p is no CEL, and the message says where', (src, column) => {
  const fail = (): unknown => compileCel(src);
  expect(fail).toThrow(CelError);
  try {
    fail();
  } catch (error) {
    expect((error as CelError).column).toBeGreaterThanOrEqual(1);
    expect((error as CelError).column).toBeLessThanOrEqual(column + 2);
  }
});
