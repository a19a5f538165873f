/** What an expression must never do, whoever wrote it: throw, reach a prototype, or go on when the answer is decided. */
import { compileExpr, evaluate, isUnknown, type Env } from '../../../src/domain/policy/expr';
import type { Expr, JsonObject } from '../../../src/domain/policy/types';
import { compileCel } from '../../../src/policies/cel';

const roots: JsonObject = { ticket: { text: 'P1', n: 3, flags: ['outage', 'breach'], customer: { plan: 'x' } } };
const get: Env['get'] = (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined);
const env: Env = { get, call: (fn, args) => args.find(isUnknown) ?? `${fn}:${args.length}` };
const run = (src: string): unknown => {
  const value = evaluate(compileCel(src).x, env);
  return isUnknown(value) ? `unknown ${value.missing}` : value;
};

test.each([
  ['ticket.flags.exists(f, ask(f))', true, 1],
  ['ticket.flags.all(f, ask(f))', true, 2],
  ['!ticket.flags.all(f, !ask(f))', true, 1],
])('%s asks no more than it must', (src, value, times) => {
  let asked = 0;
  const counting: Env = { get, call: () => ++asked > 0 };
  expect(evaluate(compileCel(src).x, counting)).toBe(value);
  expect(asked).toBe(times);
});

test('a map with the key __proto__ is a map with that key', () => {
  const value = evaluate(compileCel("{'__proto__': {'a': 1.0}}").x, env) as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value)).toEqual(['__proto__']);
});

test.each<[string, unknown]>([
  ["ticket.text.matches('^P[1-4]$')", true],
  ["ticket.text.matches('(')", 'unknown ticket.text'],
  ['ticket.n.exists(f, f)', 'unknown ticket.n'],
  ['ticket.flags.exists(f, ticket.gone == f)', 'unknown ticket.gone'],
  ["ticket.flags.exists(f, f == 'outage' || ticket.gone == f)", true],
  ["constructor('a', 'b')", 'constructor:2'],
  ['toString(ticket.n)', 'toString:1'],
  ['ticket.n / 0.0', 'unknown ticket.n'],
  ['ticket.customer.toString', 'unknown ticket.customer.toString'],
  ["'toString' in ticket.customer", false],
])('%s is %j', (src, value) => expect(run(src)).toEqual(value));

test('a tree is turned into a function once', () => {
  const x: Expr = ['lit', 1];
  expect(compileExpr(x)).toBe(compileExpr(x));
});
