import { compileExpr, evaluate, isUnknown, missingName, unknown, type Env } from '../../../src/domain/policy/expr';
import type { Expr, Json } from '../../../src/domain/policy/types';
import { compileCel } from '../../../src/policies/cel';

const roots: Record<string, Json> = {
  ticket: {
    priority: 'P1',
    n: 3,
    none: null,
    flags: ['outage', 'breach'],
    customer: { plan: 'enterprise' },
    open: true,
  },
  is: { p1: true },
  __proto__x: 1,
};
const env: Env = {
  get: (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined),
  call: (fn, args) => (fn === 'known' ? !args.some(isUnknown) : (args.find(isUnknown) ?? `${fn}:${args.length}`)),
};
const run = (src: string): unknown => {
  const value = evaluate(compileCel(src).x, env);
  return isUnknown(value) ? `unknown ${missingName(value)}` : value;
};

describe('values', () => {
  test.each<[string, unknown]>([
    ["ticket.priority == 'P1'", true],
    ["ticket['priority']", 'P1'],
    ['ticket.flags[1]', 'breach'],
    ["'outage' in ticket.flags", true],
    ["'customer' in ticket", true],
    ["ticket.flags == ['outage', 'breach']", true],
    ["ticket.flags == ['breach', 'outage']", false],
    ["ticket.customer == {'plan': 'enterprise'}", true],
    ["ticket.customer != {'plan': 'enterprise', 'x': 1.0}", true],
    ['1.0 == true', false],
    ['ticket.none == null', true],
    ['ticket.n + 1.0', 4],
    ['ticket.n * 2.0 - 1.0', 5],
    ['7.0 / 2.0', 3.5],
    ['7.0 % 4.0', 3],
    ['-ticket.n', -3],
    ["'a' + 'b'", 'ab'],
    ['[1.0] + [2.0]', [1, 2]],
    ["'b' > 'a' && true >= false && 2.0 <= 2.0", true],
    ["ticket.priority.startsWith('P')", true],
    ["ticket.priority.endsWith('P')", false],
    ["ticket.priority.contains('1')", true],
    ["ticket.priority.matches('^P[1-4]$')", true],
    ["size('äö𝄞')", 3],
    ['size(ticket.flags)', 2],
    ['ticket.customer.size()', 1],
    ["double('2.5')", 2.5],
    ['string(ticket.n)', '3'],
    ["ticket.n > 2.0 ? 'many' : 'few'", 'many'],
    ["{'a': ticket.n}.a", 3],
    ['has(ticket.priority)', true],
    ['has(ticket.nothing)', false],
    ['has(nothing.at_all)', false],
    ['has(ticket.none)', false],
    ['other(ticket.n, 1.0)', 'other:2'],
  ])('%s is %j', (src, value) => expect(run(src)).toEqual(value));
});

describe('comprehensions', () => {
  test.each<[string, unknown]>([
    ["ticket.flags.exists(f, f == 'breach')", true],
    ["ticket.flags.exists(f, f == 'none')", false],
    ["ticket.flags.all(f, f != 'none')", true],
    ["ticket.flags.exists_one(f, f == 'outage')", true],
    ["ticket.flags.filter(f, f != 'outage')", ['breach']],
    ['ticket.flags.map(f, size(f))', [6, 6]],
    ["ticket.customer.exists(k, k == 'plan')", true],
    ["ticket.flags.exists(f, [f].exists(g, g == 'outage'))", true],
    ["ticket.flags.exists(f, f == 'outage' || ticket.gone == f)", true],
    ['ticket.flags.exists(f, ticket.gone == f)', 'unknown ticket.gone'],
    ['ticket.gone.exists(f, f)', 'unknown ticket.gone'],
    ['ticket.n.exists(f, f)', 'unknown ticket.n'],
  ])('%s is %j', (src, value) => expect(run(src)).toEqual(value));

  test('stops as soon as the answer is decided', () => {
    let asked = 0;
    const counting: Env = { get: env.get, call: () => (asked++, true) };
    expect(evaluate(compileCel('ticket.flags.exists(f, ask(f))').x, counting)).toBe(true);
    expect(asked).toBe(1);
  });
});

describe('what is not known', () => {
  test.each<[string, unknown]>([
    ['ticket.gone', 'unknown ticket.gone'],
    ['ticket.gone.deeper.still', 'unknown ticket.gone.deeper.still'],
    ['nothing.at.all', 'unknown nothing.at.all'],
    ["ticket.customer['gone']", 'unknown ticket.customer.gone'],
    ['ticket.flags[7]', 'unknown ticket.flags[]'],
    ['ticket.flags[ticket.gone]', 'unknown ticket.gone'],
    ['ticket.gone == 1.0', 'unknown ticket.gone'],
    ['1.0 < ticket.gone', 'unknown ticket.gone'],
    ['ticket.gone + 1.0', 'unknown ticket.gone'],
    ['!ticket.gone', 'unknown ticket.gone'],
    ['size(ticket.gone)', 'unknown ticket.gone'],
    ["ticket.gone in ['a']", 'unknown ticket.gone'],
    ["ticket.gone ? 'a' : 'b'", 'unknown ticket.gone'],
    ['[ticket.gone]', 'unknown ticket.gone'],
    ["{'a': ticket.gone}", 'unknown ticket.gone'],
    ['{ticket.gone: 1.0}', 'unknown ticket.gone'],
    ['known(ticket.gone)', false],
    ['known(ticket.n)', true],
  ])('%s is %j', (src, value) => expect(run(src)).toEqual(value));

  const T = 'is.p1';
  const F = '!is.p1';
  const U = 'ticket.gone';
  test.each<[string, string, unknown, unknown]>([
    [T, T, true, true],
    [T, F, false, true],
    [F, F, false, false],
    [T, U, 'unknown ticket.gone', true],
    [U, T, 'unknown ticket.gone', true],
    [F, U, false, 'unknown ticket.gone'],
    [U, F, false, 'unknown ticket.gone'],
    [U, U, 'unknown ticket.gone', 'unknown ticket.gone'],
  ])('%s with %s: and is %j, or is %j', (a, b, and, or) => {
    expect(run(`${a} && ${b}`)).toBe(and);
    expect(run(`${a} || ${b}`)).toBe(or);
  });
});

describe('types that do not fit make it unknown and never throw', () => {
  test.each<[string, string]>([
    ['ticket.priority > 1.0', 'unknown ticket.priority'],
    ["ticket.flags < 'a'", 'unknown ticket.flags'],
    ['ticket.customer + 1.0', 'unknown ticket.customer'],
    ['-ticket.priority', 'unknown ticket.priority'],
    ['!ticket.priority', 'unknown a condition'],
    ['ticket.n && is.p1', 'unknown a condition'],
    ['ticket.n ? 1.0 : 2.0', 'unknown a condition'],
    ["ticket.n.startsWith('P')", 'unknown ticket.n'],
    ["ticket.priority.matches('(')", 'unknown ticket.priority'],
    ['size(ticket.n)', 'unknown ticket.n'],
    ["'a' in ticket.priority", 'unknown value'],
    ['ticket.n / 0.0', 'unknown ticket.n'],
    ["double('x')", 'unknown value'],
    ['string(ticket.flags)', 'unknown ticket.flags'],
    ['ticket.priority.deeper', 'unknown ticket.priority.deeper'],
  ])('%s', (src, value) => expect(run(src)).toBe(value));
});

describe('what a hostile name cannot do', () => {
  test.each<[string, unknown]>([
    ['ticket.constructor', 'unknown ticket.constructor'],
    ['ticket.__proto__.x', 'unknown ticket.__proto__.x'],
    ["ticket['hasOwnProperty']", 'unknown ticket.hasOwnProperty'],
    ["'toString' in ticket", false],
    ["constructor('a', 'b')", 'constructor:2'],
  ])('%s is %j', (src, value) => expect(run(src)).toEqual(value));

  test('a map with the key __proto__ is a map with that key', () => {
    const value = evaluate(compileCel("{'__proto__': {'a': 1.0}}").x, env) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });
});

test('a tree is turned into a function once', () => {
  const x: Expr = ['lit', 1];
  expect(compileExpr(x)).toBe(compileExpr(x));
});

test('an unknown carries the name that was missing', () => {
  expect(isUnknown(unknown('ticket.x'))).toBe(true);
  expect(isUnknown(null)).toBe(false);
  expect(missingName(unknown('ticket.x'))).toBe('ticket.x');
});
