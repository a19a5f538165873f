import { celEnv, parse, plan } from '@bufbuild/cel';
import fc from 'fast-check';
import { compileExpr, isUnknown, type Env } from '../../src/domain/policy/expr';
import type { Json } from '../../src/domain/policy/types';
import { CelError, compileCel, resolveTableReads } from '../../src/policies/cel';
import { PACK_EXPRESSIONS } from './support/expressions';

describe('reads', () => {
  test.each<[string, string[]]>([
    ["ticket.priority == 'P1' && ticket.customer.plan == 'x'", ['ticket.customer', 'ticket.priority']],
    ["ticket['priority']", ['ticket.priority']],
    ['ticket[event.name]', ['event', 'ticket.*']],
    ['size(ticket) > 1', ['ticket.*']],
    ['has(ticket.x)', ['ticket.x']],
    ['is.p1', ['is.p1']],
    ['commitment.a.breached || task.b.open || path.c.level > 1', ['commitment.a', 'path.c', 'task.b']],
    ["flow.t.outcome == 'x' && fact.f.score > 2 && delivery.d.ok", ['delivery.d', 'fact.f', 'flow.t']],
    ['param.x', ['param.x']],
    ["event.by.role == 'x'", ['event']],
    ['message.body', ['message']],
    ["message['body']", ['message']],
    ['collected.failed', ['collected']],
    ["seen('closed') && count('entered(gather)') > 2", ['seen.closed', 'seen.entered(gather)']],
    ['known(fact.rate)', ['fact.rate']],
    ["table('sla', ticket.customer.plan).response", ['table.sla', 'ticket.customer']],
    ["hits('document', message.body)", ['message']],
    ['ticket.flags.exists(ticket, ticket == is.p1)', ['is.p1', 'ticket.flags']],
    ["[1, 2].all(n, {'k': ticket.a}.k == n)", ['ticket.a']],
  ])('%s reads %j', (src, reads) => expect(compileCel(src).reads).toEqual(reads));

  test('a table stands for what its rows read, through other tables and in a circle', () => {
    const rows = { a: [compileCel("table('b') == ticket.x")], b: [compileCel("is.p1 || table('a')")] };
    const asks = compileCel("table('a') || ticket.y");
    resolveTableReads([asks, ...rows.a], (name) => rows[name as 'a' | 'b']);
    expect(asks.reads).toEqual(['is.p1', 'ticket.x', 'ticket.y']);
  });
});

describe('errors say the column', () => {
  test.each<[string, number]>([
    ['ticket.priority ==== 1', 17],
    ["ticket.priority == 'P1", 17],
    ['a b', 3],
    [') ', 1],
  ])('%s at %i', (src, column) => {
    expect.assertions(2);
    try {
      compileCel(src);
    } catch (error) {
      expect(error).toBeInstanceOf(CelError);
      expect((error as CelError).column).toBe(column);
    }
  });

  test.each(["b'bytes'", 'google.protobuf.Int32Value{value: 1}'])('%s is not part of the language', (src) => {
    expect(() => compileCel(src)).toThrow(/not part of the language/);
  });
});

/** Plain objects: what fast-check makes has no prototype, which the library does not take. */
const plainly = (bindings: unknown): Record<string, Json> =>
  JSON.parse(JSON.stringify(bindings)) as Record<string, Json>;

/** What the library says, as JSON; undefined where it reports an error. */
function reference(src: string, bindings: Record<string, Json>): unknown {
  const value: unknown = plan(celEnv(), parse(src))(bindings);
  if (value instanceof Error) return undefined;
  return JSON.parse(JSON.stringify(toPlain(value))) as unknown;
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  if (Symbol.iterator in value) {
    const items = [...(value as Iterable<unknown>)];
    const isMap =
      'get' in value && 'has' in value && !('getIndex' in value) && items.every((item) => Array.isArray(item));
    return isMap
      ? Object.fromEntries(items.map((item) => (item as [unknown, unknown]).map(toPlain) as [string, unknown]))
      : items.map(toPlain);
  }
  return value;
}

function ours(src: string, bindings: Record<string, Json>): unknown {
  const env: Env = {
    get: (name) => (Object.hasOwn(bindings, name) ? bindings[name] : undefined),
    call: (fn) => `${fn}()`,
  };
  const value = compileExpr(compileCel(src).x)(env);
  return isUnknown(value) ? undefined : value;
}

describe('the same answers as the library that parses', () => {
  const plans = ['starter', 'enterprise'];
  const ticketArb = fc.record({
    priority: fc.constantFrom('P1', 'P2', 'P3'),
    status: fc.constantFrom('open', 'pending', 'resolved', 'closed'),
    flags: fc.subarray(['system_outage', 'security_breach', 'data_loss', 'business_critical', 'all_customers']),
    affected_share: fc.integer({ min: 0, max: 100 }),
    incident_levels: fc.subarray([1, 2, 3]),
    customer: fc.record({ plan: fc.constantFrom(...plans), account_manager: fc.constant('ada') }),
    bot_off: fc.boolean(),
    commander: fc.constant('bo'),
    affected_customers: fc.constant(['a@x.test']),
    wants_monitoring_info: fc.constantFrom('yes', 'no'),
    issue_key: fc.constantFrom('k1', 'k2'),
  });
  const score = fc.record({
    value: fc.constantFrom('CLEAR_EVIDENCE', 'INCIDENT_REPORT', 'x'),
    score: fc.integer({ min: 0, max: 10 }),
  });
  const world = fc.record({
    ticket: ticketArb,
    is: fc.record({
      p1: fc.boolean(),
      outage: fc.boolean(),
      breach: fc.boolean(),
      enterprise_p1: fc.boolean(),
      enterprise_critical: fc.boolean(),
    }),
    event: fc.record({
      choice: fc.constantFrom('yes', 'approve'),
      outcome: fc.constantFrom('standard_support', 'x'),
      by: fc.record({ role: fc.constantFrom('director', 'tier_1') }),
      to: fc.constant('ada'),
    }),
    commitment: fc.constant({ resolution: { breached: false } }),
    fact: fc.record({
      intent: score,
      evidence: score,
      reassess: score,
      active_breach: score,
      wants_human: score,
      aggression: score,
    }),
    flow: fc.constant({ triage: { outcome: 'escalated' } }),
    collected: fc.record({ failed: fc.boolean(), complete: fc.integer({ min: 0, max: 4 }) }),
    param: fc.constant({ supplementary: true, follow_up: 'PT24H', p1_cadence: [{ every: 'PT30M' }] }),
    delivery: fc.constant({ notice: { to: 'customer' } }),
    choice: fc.constantFrom('notified', 'required'),
    tick: fc.constant({ breached: true }),
    task: fc.constant({ verdict: { choice: 'no_breach' } }),
    metric: fc.constant({ false_positives: { met: true } }),
    other: fc.constant({ issue_key: 'k1', closed: false, customer: { plan: 'enterprise' } }),
  });

  const pure = PACK_EXPRESSIONS.filter((src) => !/\b(table|hits|seen|count|known)\(/.test(src));
  test('every expression of the two drafts that calls nothing of ours', () => {
    expect(pure.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(world.map(plainly), (bindings) => {
        for (const src of pure)
          expect({ src, value: ours(src, bindings) }).toEqual({ src, value: reference(src, bindings) });
      }),
      { numRuns: 60 },
    );
  });

  const num = fc.constantFrom('a.n', 'a.m', '2.0', '0.5', '-3.0');
  const str = fc.constantFrom('a.s', "'x'", "'xy'", "''", 'a.t');
  const list = fc.constantFrom('a.list', "['x', a.s]", '[]', "['y']");
  const { bool } = fc.letrec<{ bool: string; number: string; text: string }>((tie) => ({
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a.yes', 'a.no', 'true', 'false'),
      fc
        .tuple(tie('bool'), fc.constantFrom('&&', '||', '==', '!='), tie('bool'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      tie('bool').map((x) => `!(${x})`),
      fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(tie('text'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('text'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), str)
        .map(([x, fn, y]) => `${x}.${fn}(${y})`),
      fc.tuple(tie('text'), list).map(([x, y]) => `(${x} in ${y})`),
      fc.tuple(list, fc.constantFrom('==', '!='), list).map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(list, fc.constantFrom('exists', 'all', 'exists_one'), str)
        .map(([x, fn, y]) => `${x}.${fn}(i, i == ${y})`),
      fc.tuple(list, str, list).map(([x, y, z]) => `(${x}.filter(i, i != ${y}) == ${z})`),
      fc.tuple(list, str).map(([x, y]) => `(${y} in ${x}.map(i, i + 'x'))`),
      fc.constantFrom('has(a.s)', 'has(a.gone)', "a == {'s': 'x'}", "('s' in a)", 'size(a.list) == 2'),
    ),
    number: fc.oneof(
      { depthSize: 'small' },
      num,
      fc.tuple(tie('number'), fc.constantFrom('+', '-', '*'), num).map(([x, op, y]) => `(${x} ${op} ${y})`),
    ),
    text: fc.oneof(
      { depthSize: 'small' },
      str,
      fc.tuple(tie('text'), str).map(([x, y]) => `(${x} + ${y})`),
    ),
  }));
  const small = fc.record({
    n: fc.constantFrom(0, 1, 2.5, -3),
    m: fc.constantFrom(2, 0.5),
    s: fc.constantFrom('x', 'y', ''),
    t: fc.constantFrom('xy', 'ä'),
    yes: fc.constant(true),
    no: fc.boolean(),
    list: fc.array(fc.constantFrom('x', 'y'), { maxLength: 3 }),
  });

  test('generated expressions over small worlds in which no name is missing', () => {
    fc.assert(
      fc.property(bool, small.map(plainly), (src, a) => {
        expect({ src, value: ours(src, { a }) }).toEqual({ src, value: reference(src, { a }) });
      }),
      { numRuns: 3_000 },
    );
  });
});
