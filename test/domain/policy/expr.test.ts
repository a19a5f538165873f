import type { Json, JsonObject } from '../../../src/domain/policy/types';
import { BUILT_IN_FUNCTIONS, evaluate, isUnknown, unknown, type Env } from '../../../src/domain/policy/expr';
import { compileCel } from '../../../src/policies/cel';

const environment = (roots: JsonObject): Env => ({
  get: (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined),
  call: (fn, args) => (fn === 'known' ? !args.some(isUnknown) : unknown(`${fn}()`)),
});
/** The value, or `? name` with the name that was missing. */
function ask(src: string, roots: JsonObject = {}): Json {
  const value = evaluate(compileCel(src).x, environment(roots));
  return isUnknown(value) ? `? ${value.missing}` : value;
}

describe('three truth values', () => {
  test.each([
    ['true', 'true', true, true],
    ['true', 'false', false, true],
    ['true', 'u', '? u', true],
    ['false', 'true', false, true],
    ['false', 'false', false, false],
    ['false', 'u', false, '? u'],
    ['u', 'true', '? u', true],
    ['u', 'false', false, '? u'],
    ['u', 'u', '? u', '? u'],
  ])('%s with %s is %p by && and %p by ||', (a, b, and, or) => {
    expect(ask(`${a} && ${b}`)).toBe(and);
    expect(ask(`${a} || ${b}`)).toBe(or);
  });
  test.each([
    ['!u', '? u'],
    ['!true', false],
    ['u ? 1 : 2', '? u'],
    ['true ? 1 : u', 1],
    ['false ? u : 2', 2],
    ['1 == 1 && 5', '? a condition'],
    ['!5', '? a condition'],
    ['5 ? 1 : 2', '? a condition'],
    ['false && 5', false],
    ['true || 5', true],
  ])('%s is %p', (src, value) => expect(ask(src)).toBe(value));
});

describe('a name that is missing', () => {
  const ticket = { priority: 'P1', tags: ['a'], customer: { name: 'Jane', plan: null } };
  test.each([
    ['ticket.rate', '? ticket.rate'],
    ['ticket.rate.value > 5', '? ticket.rate.value'],
    ['ticket.priority.deep', '? ticket.priority.deep'],
    ['ticket.customer.plan.name', '? ticket.customer.plan.name'],
    ['nothing.at.all', '? nothing.at.all'],
    ['ticket.rate + 1', '? ticket.rate'],
    ['[1, ticket.rate]', '? ticket.rate'],
    ["{'a': ticket.rate}", '? ticket.rate'],
    ["ticket['rate']", '? ticket.rate'],
    ['ticket.tags[5]', '? ticket.tags[]'],
    ['ticket.rate in [1]', '? ticket.rate'],
    ["ticket.priority == 'P1' || ticket.rate > 5", true],
    ['!known(ticket.rate) || ticket.rate > 5', true],
    ['known(ticket.priority)', true],
    ['other(1)', '? other()'],
    ['ticket.toString', '? ticket.toString'],
    ['ticket.constructor', '? ticket.constructor'],
    ['ticket.__proto__', '? ticket.__proto__'],
    ['has(ticket.__proto__)', false],
  ])('%s is %p', (src, value) => expect(ask(src, { ticket })).toBe(value));
  test.each([
    ['has(ticket.priority)', true],
    ['has(ticket.rate)', false],
    ['has(ticket.rate.value)', false],
    ['has(ticket.customer.plan)', false],
    ['has(nothing.at)', false],
    ['has(ticket.priority.deep)', false],
  ])('%s is %p', (src, value) => expect(ask(src, { ticket })).toBe(value));
});

describe('comprehensions', () => {
  test.each([
    ['[1, 2, 3].exists(x, x > 2)', true],
    ['[1, 2, 3].exists(x, x > 5)', false],
    ['[].exists(x, true)', false],
    ['[1, 2].all(x, x > 0)', true],
    ['[].all(x, false)', true],
    ['[1, 2, 2].exists_one(x, x == 2)', false],
    ['[1, 2].exists_one(x, x == 2)', true],
    ['[1, 2, 3].filter(x, x > 1)', [2, 3]],
    ['[1, 2].map(x, x * 2)', [2, 4]],
    ['[1, 2, 3].map(x, x > 1, x)', [2, 3]],
    ["{'a': 1, 'b': 2}.exists(k, k == 'b')", true],
    ['[[1], [2]].exists(x, x.exists(y, y == 2))', true],
    ['[1, 2].map(x, [3].map(x, x))', [[3], [3]]],
    ['[1, 2].exists(x, x > u)', '? u'],
    ['[1, 2].exists(x, x > u || x == 2)', true],
    ['[1, 2].all(x, x > u && x == 3)', false],
    ['u.exists(x, x > 1)', '? u'],
    ["'text'.exists(x, true)", '? value'],
  ])('%s is %j', (src, value) => expect(ask(src)).toEqual(value));
});

describe('operators', () => {
  test.each([
    ["'a' < 'b'", true],
    ["1 < 'b'", '? value'],
    ['1 / 0', '? value'],
    ['5 % 0', '? value'],
    ["'a' + 'b'", 'ab'],
    ['[1] + [2]', [1, 2]],
    ['1 + 1', 2],
    ["'a' + 1", '? value'],
    ["[1, 'a'] == [1, 'a']", true],
    ["{'a': 1} == {'a': 1}", true],
    ["{'a': 1} == {'b': 1}", false],
    ['1 == true', false],
    ["'1' == 1", false],
    ["'a' in {'a': 1}", true],
    ["'toString' in {'a': 1}", false],
    ["'b' in ['a']", false],
    ["'ab'.startsWith('a')", true],
    ["'ab'.endsWith('a')", false],
    ["'ab'.contains('b')", true],
    ["'ab'.matches('^a.$')", true],
    ["'ab'.matches('(')", '? value'],
    ["size('äß')", 2],
    ['size([1, 2])', 2],
    ["size({'a': 1})", 1],
    ['size(5)', '? value'],
    ['string(5)', '5'],
    ["double('5.5')", 5.5],
    ["double('x')", '? value'],
    ['-(5)', -5],
    ['null == null', true],
  ])('%s is %j', (src, value) => expect(ask(src)).toEqual(value));
  test('have names that a checker can list', () => expect(BUILT_IN_FUNCTIONS.has('startsWith')).toBe(true));
});
